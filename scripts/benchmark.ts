/**
 * `npm run benchmark -- --suite <id> --methods a,b,c --seeds 1,2 [--order <id>] [--set key=value]... [--json]`
 *
 * Starts one run per method and seed over the public GraphQL API, follows them by subscription, and prints each
 * accuracy matrix and the metrics over the seeds.
 */
import { createHash, randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { ApiClient, type UserError } from './client.ts'

const USAGE = `usage: npm run benchmark -- --suite <id> --methods <a,b,c> [options]
  --seeds 1,2        seeds, one run each per method (default 1)
  --order <id>       order of the suite's tasks (default: the suite's first)
  --set key=value    a run setting (stepsPerTask=50) or, with a dot, a method's parameter (primed-dyn.alpha=0.5); repeatable
  --add-on id        joins an add-on to every method; id.key=value with a parameter of it (stress.share=0.5); repeatable
  --resume <name>    name of this comparison: a second call with the same name goes on with the runs it started
  --json             one JSON object a line instead of tables
The server is the one at ANAMNESIS_API (default http://localhost:4000).`

interface Cell {
  row: number
  column: number
  accuracy: number | null
}
interface FinishedRun {
  key: string
  state: string
  stateReason: string | null
  seed: number
  startedAt: string | null
  finishedAt: string | null
  method: { key: string; title: string }
  matrix: { taskKeys: string[]; cells: Cell[] }
  metrics: { key: string; value: number | null }[]
}
interface LeaderboardEntry {
  method: { key: string; title: string }
  n: number
  metrics: { key: string; interval: { mean: number | null; low: number | null; high: number | null; n: number } }[]
}

class UsageError extends Error {}

function readArguments() {
  const { values } = parseArgs({
    options: {
      suite: { type: 'string' },
      methods: { type: 'string' },
      seeds: { type: 'string', default: '1' },
      order: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      'add-on': { type: 'string', multiple: true, default: [] },
      resume: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  if (!values.suite || !values.methods) throw new UsageError('--suite and --methods are needed')
  const seeds = values.seeds.split(',').map(Number)
  if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0))
    throw new UsageError(`--seeds: "${values.seeds}" is not a list of whole numbers`)
  const settings: Record<string, unknown> = {}
  const parameters: Record<string, Record<string, unknown>> = {}
  for (const entry of values.set) {
    const at = entry.indexOf('=')
    if (at < 1) throw new UsageError(`--set: "${entry}" is not key=value`)
    const key = entry.slice(0, at)
    const value = parseValue(entry.slice(at + 1))
    const dot = key.indexOf('.')
    if (dot < 0) settings[key] = value
    else {
      const method = key.slice(0, dot)
      parameters[method] ??= {}
      parameters[method][key.slice(dot + 1)] = value
    }
  }
  const addOns: Record<string, Record<string, unknown>> = {}
  for (const entry of values['add-on']) {
    const [, id, key, value] = /^([^.=]+)(?:\.([^=]+)=(.*))?$/s.exec(entry) ?? []
    if (id === undefined) throw new UsageError(`--add-on: "${entry}" is neither id nor id.key=value`)
    addOns[id] ??= {}
    if (key !== undefined) addOns[id][key] = parseValue(value ?? '')
  }
  return {
    suite: values.suite,
    methods: values.methods.split(',').filter(Boolean),
    seeds,
    order: values.order,
    settings,
    parameters,
    addOns,
    name: values.resume ?? randomUUID(),
    json: values.json,
  }
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const START = `mutation Start($input: StartRunInput!) {
  startRun(input: $input) { run { id key } userErrors { code field message } }
}`
const RUN = `query Run($id: ID!) {
  run(id: $id) {
    key state stateReason seed startedAt finishedAt method { key title }
    matrix { taskKeys cells { row column accuracy } } metrics { key value }
  }
}`
const BOARD = `query Board($suite: String!, $order: String) {
  leaderboard(suite: $suite, order: $order) {
    entries { method { key title } n metrics { key interval { mean low high n } } }
  }
}`

type Arguments = ReturnType<typeof readArguments>

async function start(api: ApiClient, options: Arguments, method: string, seed: number) {
  const input = {
    suite: options.suite,
    order: options.order,
    method,
    seed,
    settings: options.settings,
    parameters: options.parameters[method] ?? {},
    addOns: options.addOns,
    idempotencyKey: createHash('sha256')
      .update(JSON.stringify([options.name, options.suite, options.order, method, seed]))
      .digest('hex')
      .slice(0, 40),
  }
  const { startRun } = await api.query<{
    startRun: { run: { id: string; key: string } | null; userErrors: UserError[] }
  }>(START, { input })
  if (!startRun.run) {
    throw new Error(
      startRun.userErrors.map((e) => `${e.code}${e.field ? ` (${e.field})` : ''}: ${e.message}`).join('\n'),
    )
  }
  return startRun.run
}

/** Follows a run to its end and returns it as the server then tells it. */
async function follow(api: ApiClient, id: string, say: (text: string) => void): Promise<FinishedRun> {
  let taskLine = ''
  for await (const event of api.runEvents(id)) {
    if (event.type === 'task.started') taskLine = `task ${event.payload.task} (${event.payload.taskId})`
    if (event.type === 'eval.cell' && Number(event.payload.row) > 0 && event.payload.row === event.payload.column) {
      say(`${taskLine}: ${percent(Number(event.payload.accuracy))} % after learning it`)
    }
    if (event.type === 'run.state') say(String(event.payload.state))
  }
  const { run } = await api.query<{ run: FinishedRun }>(RUN, { id })
  return run
}

const percent = (value: number | null) => (value === null ? '-' : (100 * value).toFixed(1))

function matrixTable(run: FinishedRun): string {
  const tasks = run.matrix.taskKeys
  const value = new Map(run.matrix.cells.map((cell) => [`${cell.row}/${cell.column}`, cell.accuracy]))
  const lines = [`${''.padEnd(12)}${tasks.map((task) => task.slice(0, 14).padStart(15)).join('')}`]
  for (let row = 0; row <= tasks.length; row++) {
    const label = row === 0 ? 'zero-shot' : `after ${row}`
    lines.push(
      label.padEnd(12) + tasks.map((_, j) => percent(value.get(`${row}/${j + 1}`) ?? null).padStart(15)).join(''),
    )
  }
  return lines.join('\n')
}

function metricsTable(entries: LeaderboardEntry[]): string {
  const keys = ['transfer', 'avg', 'last', 'auc', 'bwt', 'forgetting.fromBest']
  const lines = [`${'method'.padEnd(16)}${'seeds'.padStart(6)}${keys.map((key) => key.padStart(22)).join('')}`]
  for (const entry of entries) {
    const cells = keys.map((key) => {
      const interval = entry.metrics.find((metric) => metric.key === key)?.interval
      if (!interval || interval.mean === null) return '-'
      const half = interval.low === null || interval.high === null ? null : (interval.high - interval.low) / 2
      return `${percent(interval.mean)}${half === null ? '' : ` ± ${percent(half)}`}`
    })
    lines.push(
      `${entry.method.key.padEnd(16)}${String(entry.n).padStart(6)}${cells.map((cell) => cell.padStart(22)).join('')}`,
    )
  }
  return lines.join('\n')
}

async function main() {
  const options = readArguments()
  const api = new ApiClient(process.env.ANAMNESIS_API ?? 'http://localhost:4000')
  const jobs = options.methods.flatMap((method) => options.seeds.map((seed) => ({ method, seed })))
  const started: { id: string; key: string; method: string; seed: number }[] = []
  for (const job of jobs) started.push({ ...(await start(api, options, job.method, job.seed)), ...job })
  const runs = await Promise.all(
    started.map(({ id, key, method, seed }) =>
      follow(api, id, (text) => process.stderr.write(`${key} ${method} seed ${seed}: ${text}\n`)),
    ),
  )
  const board = await api.query<{ leaderboard: { entries: LeaderboardEntry[] } }>(BOARD, {
    suite: options.suite,
    order: options.order,
  })
  const entries = board.leaderboard.entries.filter((entry) => options.methods.includes(entry.method.key))
  if (options.json) {
    for (const run of runs) console.log(JSON.stringify({ kind: 'run', ...run }))
    for (const entry of entries) console.log(JSON.stringify({ kind: 'method', suite: options.suite, ...entry }))
  } else {
    for (const run of runs) {
      const minutes =
        run.startedAt && run.finishedAt ? (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 60_000 : null
      console.log(
        `\n${run.key}: ${run.method.title}, seed ${run.seed}, ${run.state}${run.stateReason ? ` (${run.stateReason})` : ''}${minutes === null ? '' : `, ${minutes.toFixed(1)} minutes`}`,
      )
      console.log(matrixTable(run))
    }
    console.log(
      `\n${options.suite}: accuracy in percent, mean over seeds ± half of the 95 % interval (all finished runs of the board)`,
    )
    console.log(metricsTable(entries))
  }
  if (runs.some((run) => run.state !== 'SUCCEEDED')) process.exitCode = 1
}

try {
  await main()
} catch (error) {
  if (error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`)
    process.exit(2)
  }
  process.stderr.write(`${(error as Error).message}\n`)
  process.exit(1)
}
