/**
 * `npm run import -- <importer> <path> [--id x]`, `npm run import -- literature <path>` and `npm run import -- suite <suite id>`
 *
 * Reads a source into the folder of all state. Nothing half-written is seen when it fails; an import of literature goes on
 * where it stopped.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { importSuite, suites } from '@anamnesis/core/benchmarks'
import { AnamnesisError, toAnamnesisError } from '@anamnesis/core/contracts'
import {
  type CorpusInfo,
  type DatasetInfo,
  findImporter,
  importers,
  recogniseLiterature,
  storeSource,
} from '@anamnesis/core/importers'
import { progressLines } from './import/progress.ts'
import { reportLines } from './import/report.ts'
import { root } from './tools.ts'

const USAGE = `usage: npm run import -- <importer> <path> [options]
       npm run import -- literature <path> [options]     the importer of literature that knows the path
       npm run import -- suite <suite> [options]

importers:
${importers.map(({ id, summary }) => `  ${id.padEnd(18)} ${summary}`).join('\n')}
suites: ${suites.map(({ id }) => id).join(', ')}

options:
  --id <id>         store it under this id instead of the source's own
  --title <text>    title of a corpus
  --home <folder>   folder of all state (default: ANAMNESIS_HOME or .anamnesis)
  --seed <n>        seed of splits that the importer makes itself (default 42)
  --per-class <n>   public data sets: keep at most n training images a class
  --max-side <n>    public data sets, literature: make pictures smaller whose longer side has more than n pixels
  --from <folder>   suite: folder with one folder a data set (default: ANAMNESIS_TEST_DATA)
  --skip-corrupt    leave corrupt images out and count them instead of failing
  --again           import even when exactly this source is already there
literature:
  --panels          cut figures of several panels apart where caption and picture agree
  --images <path>   folder or .tar with the pictures, where they are not beside the articles
  --captions-only   keep captions whose picture is missing (a plain card stands in for it)
  --add             add to the corpus of --id instead of replacing it
  --max-broken <n>  leave out at most n broken records (default 1000)
Real packs for suite real-6 are looked for in ANAMNESIS_TEST_DATA (default ../shared/data).`

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        id: { type: 'string' },
        title: { type: 'string' },
        home: { type: 'string' },
        seed: { type: 'string', default: '42' },
        'per-class': { type: 'string' },
        'max-side': { type: 'string' },
        from: { type: 'string' },
        'skip-corrupt': { type: 'boolean', default: false },
        again: { type: 'boolean', default: false },
        panels: { type: 'boolean', default: false },
        images: { type: 'string' },
        'captions-only': { type: 'boolean', default: false },
        add: { type: 'boolean', default: false },
        'max-broken': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new AnamnesisError('BAD_INPUT', `${(error as Error).message}\n\n${USAGE}`, { cause: error })
  }
}

function report({ info, written }: { info: DatasetInfo | CorpusInfo; written: boolean }): void {
  const name = 'task' in info ? `task ${info.task.id}` : `corpus ${info.id}`
  const images = 'task' in info ? 'images' : 'figures'
  const left =
    info.skipped.count > 0 && !('report' in info && info.report)
      ? `, ${info.skipped.count} corrupt left out (${info.skipped.names[0]} ...)`
      : ''
  console.log(
    `${written ? 'imported' : 'already there:'} ${name}: ${info.size} ${images}${left}, ${info.digest.slice(0, 12)}`,
  )
  if (written && 'report' in info && info.report) for (const line of reportLines(info.report)) console.log(line)
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new AnamnesisError('BAD_INPUT', `--${name} ${text} is not a positive whole number.`)
}

async function main(): Promise<void> {
  const { values, positionals } = readOptions()
  if (values.help) {
    console.log(USAGE)
    return
  }
  const [what, where, ...rest] = positionals
  if (!what || !where || rest.length > 0) {
    throw new AnamnesisError('BAD_INPUT', `Name an importer and a path, or "suite" and a suite.\n\n${USAGE}`)
  }
  const seed = Number(values.seed)
  if (!Number.isInteger(seed)) throw new AnamnesisError('BAD_INPUT', `--seed ${values.seed} is not a whole number.`)
  const home = resolve(root, values.home ?? (process.env.ANAMNESIS_HOME || '.anamnesis'))
  const maxSide = positive('max-side', values['max-side'])
  const store = { skipCorrupt: values['skip-corrupt'], again: values.again, onProgress: progressLines(console.log) }
  const from = process.env.INIT_CWD ?? '.'
  if (what === 'suite') {
    const testData = values.from
      ? resolve(from, values.from)
      : resolve(root, process.env.ANAMNESIS_TEST_DATA || '../shared/data')
    if (values.from && !existsSync(testData)) {
      throw new AnamnesisError('MISSING_DATA', `The folder of --from is not there: "${testData}".`)
    }
    const parts = await importSuite(where, { home, testData: existsSync(testData) ? testData : null, ...store })
    for (const part of parts) report(part)
    return
  }
  const path = resolve(from, where)
  const importer = what === 'literature' ? await recogniseLiterature(path) : findImporter(what)
  if (what === 'literature') console.log(`reading ${where} with ${importer.id} (${importer.title})`)
  const opened = await importer.open(path, {
    id: values.id,
    title: values.title,
    seed,
    perClass: positive('per-class', values['per-class']),
    maxSide,
    images: values.images && resolve(from, values.images),
    captionsOnly: values['captions-only'],
    maxBroken: positive('max-broken', values['max-broken']),
  })
  report(await storeSource(home, opened, { ...store, panels: values.panels, add: values.add, maxSide }))
}

try {
  await main()
} catch (error) {
  const { code, message } = toAnamnesisError(error)
  console.error(`${code}: ${message}`)
  process.exitCode = 1
}
