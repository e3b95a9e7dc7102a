/**
 * `npm test`: installs what is missing, then runs everything: the checks of `npm run check`, the tests of each
 * workspace, the Elasticsearch store on real nodes, and the end-to-end tests in a real browser. `npm test -- core` runs
 * the tests of one workspace only.
 * The last line is "N passed, N failed, N skipped"; what could not run here is named above it.
 */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureElasticsearch } from '../test/elasticsearch/build.ts'
import { ensureBrowser } from './browser.ts'
import { generateSources } from './generate.ts'
import { attempt, root } from './tools.ts'

const WORKSPACES: Record<string, string> = {
  core: 'packages/core',
  elasticsearch: 'test/elasticsearch',
  api: 'apps/api',
  web: 'apps/web',
  end: 'test',
}

interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  numFailedTestSuites: number
  testResults: { assertionResults: { status: string; fullName: string }[] }[]
}

const only = process.argv.slice(2)
const unknown = only.filter((name) => !(name in WORKSPACES))
if (unknown.length > 0) {
  console.error(`Unknown workspace ${unknown.join(', ')}. Known: ${Object.keys(WORKSPACES).join(', ')}.`)
  process.exit(2)
}

const started = Date.now()
const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`
const output = join(root, 'test', 'output')
await rm(join(output, 'reports'), { recursive: true, force: true })
await mkdir(join(output, 'reports'), { recursive: true })

let passed = 0
let failed = 0
const skipped: string[] = []
const notRun: string[] = []

await generateSources()
const browser = await ensureBrowser()
if (!browser.path) notRun.push(`browser tests: ${browser.reason}`)
if (only.length === 0 || only.includes('elasticsearch')) {
  const elasticsearch = await ensureElasticsearch()
  if ('reason' in elasticsearch) notRun.push(`Elasticsearch store on a real node: ${elasticsearch.reason}`)
}

if (only.length === 0) {
  console.log(`[${seconds()}] npm run check`)
  const check = await attempt(process.execPath, ['--import', 'tsx', 'scripts/check.ts'])
  if (check.code === 0) passed++
  else failed++
}

for (const [name, folder] of Object.entries(WORKSPACES)) {
  if (only.length > 0 && !only.includes(name)) continue
  console.log(`[${seconds()}] tests of ${folder}`)
  const file = join(output, 'reports', `${name}.json`)
  const { code } = await attempt(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    {
      cwd: join(root, folder),
      env: browser.path ? { ANAMNESIS_BROWSER: browser.path } : {},
    },
  )
  const report = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Report,
    () => null,
  )
  if (!report) {
    failed++
    console.log(`${folder}: the tests ended with code ${code} and without a report`)
    continue
  }
  passed += report.numPassedTests
  // A suite that could not even be loaded has no failed test of its own; it counts as one.
  failed += report.numFailedTests || (code === 0 ? 0 : 1)
  for (const test of report.testResults.flatMap((result) => result.assertionResults)) {
    if (test.status !== 'passed' && test.status !== 'failed') skipped.push(`${name}: ${test.fullName}`)
  }
}

for (const test of skipped) console.log(`skipped  ${test}`)
for (const part of notRun) console.log(`NOT RUN  ${part}`)
console.log(`[${seconds()}] finished`)
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
process.exit(failed === 0 ? 0 : 1)
