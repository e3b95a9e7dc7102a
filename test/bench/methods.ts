import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { methodById, methods } from '@anamnesis/core/methods'
import { root } from '../support/product.ts'
import { type Bench, type Measurement, measured } from './bench.ts'
import { AnswerCache, perform } from './methodsJobs.ts'
import { type MeasuredSuite, measuredSuites, suiteOf } from './methodsPlaces.ts'
import { reportResults, reportRetrieval } from './methodsReport.ts'
import { type MethodResult, MethodRunner } from './methodsRuns.ts'
import { measureSteps, type StepCost } from './methodsSteps.ts'
import { costTable, suiteTables } from './methodsTable.ts'

type Report = (measurement: Measurement) => void
type Note = (text: string) => void

/** Suites that are measured without being asked for; `steps` measures time and memory. */
const USUAL = ['synthetic-clustered', 'real-6', 'steps']

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      suite: { type: 'string' },
      methods: { type: 'string' },
      seeds: { type: 'string' },
      jobs: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      again: { type: 'string', default: '' },
    },
  })
  const list = (text: string) => text.split(',').filter(Boolean)
  const suites = values.suite === undefined ? USUAL : list(values.suite)
  const known = [...measuredSuites.map(({ id }) => id), 'steps']
  for (const id of suites) if (!known.includes(id)) throw new Error(`--suite ${id}: known are ${known.join(', ')}`)
  const chosen = values.methods === undefined ? null : list(values.methods)
  for (const id of chosen ?? []) methodById(id)
  const whole = (name: string, text: string) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} ${text} is not a positive whole number`)
    return value
  }
  return {
    suites,
    methods: chosen,
    seeds: values.seeds === undefined ? null : whole('seeds', values.seeds),
    jobs: values.jobs === undefined ? availableParallelism() : whole('jobs', values.jobs),
    rounds: whole('rounds', values.rounds),
    /** Methods whose known results are measured again. */
    again: list(values.again),
    work: join(resolve(root, process.env.ANAMNESIS_HOME || '.anamnesis'), 'bench', 'methods'),
  }
}

type Options = ReturnType<typeof readOptions>

/**
 * Options: --suite a,b (synthetic-clustered, synthetic-mesh, real-6, steps), --methods a,b, --seeds n, --jobs n (runs at
 * the same time), --rounds n (repeats of the step times), --again a,b (measure these methods anew). What was measured
 * stays in `<ANAMNESIS_HOME>/bench/methods`, so an interrupted bench goes on; Markdown tables are written there too.
 */
const bench: Bench = {
  title: 'methods on synthetic and real suites: learning rate chosen on validation, then several seeds on test',
  async run(report, note, args) {
    const options = readOptions(args)
    for (const id of options.suites) {
      if (id === 'steps') await costs(options, report, note)
      else await suite(measuredSuites.find((candidate) => candidate.id === id)!, options, report, note)
    }
  },
}

export default bench

async function suite(measuredSuite: MeasuredSuite, options: Options, report: Report, note: Note): Promise<void> {
  const { id, prefix } = measuredSuite
  const missing = measuredSuite.missing()
  if (missing !== null) return report({ metric: `${prefix}.order_holds`, value: null, reason: missing })
  const seeds = Array.from({ length: options.seeds ?? measuredSuite.seeds }, (_, i) => i + 1)
  const chosen = options.methods ?? measuredSuite.methods ?? methods.map((method) => method.id)
  const cache = new AnswerCache(join(options.work, id, 'results'), options.again)
  const runner = new MethodRunner(measuredSuite, options.work, cache, options.jobs, note)
  await runner.prepareAll(seeds)

  const results: MethodResult[] = []
  for (const method of chosen) {
    try {
      const result = await runner.measure(method, seeds)
      results.push(result)
      const rate = result.learningRate
      if (rate !== null) report({ metric: `${prefix}.learning_rate.${method}`, value: rate, unit: '1', n: 1 })
    } catch (error) {
      report({ metric: `${prefix}.last.${method}`, value: null, reason: (error as Error).message })
    }
  }
  if (results.length === 0) return

  const { taskIds } = suiteOf(measuredSuite.place(options.work, seeds[0]!, 'test'))
  const claims = reportResults(prefix, results, taskIds, report)
  if (id.startsWith('synthetic-')) await reportRetrieval(measuredSuite, seeds, options.work, runner, cache, report)
  await tell(options, id, suiteTables(results, taskIds, claims), note)
}

/** Step time and memory of every method that takes steps, in rounds, so that whatever else the machine does hits all. */
async function costs(options: Options, report: Report, note: Note): Promise<void> {
  const home = join(options.work, 'steps')
  await perform({ kind: 'steps', home })
  const chosen = methods.filter(
    ({ id, trains, closedForm }) =>
      trains && !closedForm && (options.methods?.includes(id) ?? true) && id !== 'fine-tune',
  )
  const found = new Map<string, StepCost[]>()
  const failed = new Map<string, string>()
  for (let round = 0; round < options.rounds; round++) {
    for (const id of ['fine-tune', ...chosen.map((method) => method.id)]) {
      if (failed.has(id)) continue
      try {
        const cost = await measureSteps(home, id)
        if (cost) found.set(id, [...(found.get(id) ?? []), cost])
      } catch (error) {
        failed.set(id, (error as Error).message)
        found.delete(id)
      }
    }
  }
  for (const [method, reason] of failed) report({ metric: `step_vs_finetune.${method}`, value: null, reason })
  const base = found.get('fine-tune')
  if (!base) return
  for (const [method, own] of found) {
    const ratios = (of: keyof StepCost) => own.map((cost, round) => cost[of] / base[round]![of])
    report(measured(`step_vs_finetune.${method}`, 'ratio', ratios('ms'), base[0]!.ms))
    report(measured(`memory_vs_finetune.${method}`, 'ratio', ratios('peakBytes'), base[0]!.peakBytes / 2 ** 20))
  }
  await tell(options, 'steps', costTable(found), note)
}

async function tell({ work }: Options, name: string, markdown: string, note: Note): Promise<void> {
  const file = join(work, `${name}.md`)
  await mkdir(work, { recursive: true })
  await writeFile(file, `${markdown}\n`)
  note(`\n${markdown}\n\nThe same tables: ${file}`)
}
