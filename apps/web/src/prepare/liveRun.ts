import { cellId, type MatrixCell } from './matrix.ts'

/**
 * The run page's model: a snapshot that the API projected from events, plus every event since. Pure, so that replaying
 * the same events always gives the same page.
 */

export interface RunEvent {
  runId: string
  seq: number
  type: string
  at: string
  payload: unknown
}

export interface SeriesData {
  name: string
  steps: number[]
  values: (number | null)[]
}

export interface ReferenceSummary {
  task: number
  taskKey: string
  size: number
  bags: Record<string, number>
  questions: number
  indexVersion: string
  milliseconds: number
}

export interface LiveRun {
  runId: string
  /** Every event up to and including this one is contained. */
  lastSeq: number
  state: string
  stateReason: string | null
  task: number
  step: number
  totalSteps: number
  startedAt: string | null
  finishedAt: string | null
  /** Last sign of life: heartbeat or event. */
  heartbeatAt: string | null
  cells: MatrixCell[]
  /** When a cell landed while this page watched; drives the highlight. */
  landedAt: Record<string, string>
  series: Record<string, SeriesData>
  references: ReferenceSummary[]
  /** Events worth a line in the log, oldest first, at most LOG_LIMIT. */
  log: RunEvent[]
  /** Rows are complete after this many cells landed since the snapshot: metrics and checkpoints are read again then. */
  stale: { metrics: number; checkpoints: number }
  /** Events that this page has missed; the snapshot must be read again. */
  missing: { fromSeq: number; toSeq: number } | null
}

export const LOG_LIMIT = 2000
/** Live points kept per series; older live points are thinned to every second one. */
export const POINT_LIMIT = 6000

const QUIET = new Set(['step', 'ledger.written'])

type Payload = Record<string, unknown>
const record = (value: unknown): Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : {}
const num = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/**
 * Applies events in order. An event that is already contained is left out; one that leaves a hole, and an explicit
 * gap, set `missing` and stop there: nothing after a hole is shown as if the hole were not there.
 */
export function reduceEvents(run: LiveRun, events: readonly RunEvent[]): LiveRun {
  let next = run
  // Arrays that this call has made itself may grow in place; what came in is never changed.
  const own = new Set<SeriesData>()
  for (const event of events) {
    if (event.runId !== run.runId || event.seq <= next.lastSeq) continue
    if (event.seq > next.lastSeq + 1) {
      return { ...next, missing: { fromSeq: next.lastSeq + 1, toSeq: event.seq - 1 } }
    }
    if (event.type === 'gap') {
      const payload = record(event.payload)
      return {
        ...next,
        missing: { fromSeq: num(payload.fromSeq) ?? event.seq, toSeq: num(payload.toSeq) ?? event.seq },
      }
    }
    next = apply({ ...next, lastSeq: event.seq, heartbeatAt: later(next.heartbeatAt, event.at) }, event, own)
  }
  return next
}

const later = (a: string | null, b: string) => (a === null || Date.parse(b) > Date.parse(a) ? b : a)

function apply(run: LiveRun, event: RunEvent, own: Set<SeriesData>): LiveRun {
  const payload = record(event.payload)
  const logged = QUIET.has(event.type) ? run : { ...run, log: [...run.log, event].slice(-LOG_LIMIT) }
  switch (event.type) {
    case 'run.state':
      return withState(logged, text(payload.state), text(payload.reason) || null, event.at)
    case 'task.started':
      return { ...logged, task: num(payload.task) ?? run.task }
    case 'step':
      return withStep(logged, num(payload.step), num(payload.task), record(payload.values), own)
    case 'eval.cell':
      return withCell(logged, payload, event.at)
    case 'reference.built':
      return withReference(logged, payload)
    case 'checkpoint.saved':
      return { ...logged, stale: { ...run.stale, checkpoints: run.stale.checkpoints + 1 } }
    default:
      return logged
  }
}

const FINAL = new Set(['STOPPED', 'SUCCEEDED', 'FAILED'])
export const isFinal = (state: string): boolean => FINAL.has(state)

function withState(run: LiveRun, state: string, reason: string | null, at: string): LiveRun {
  if (state === '') return run
  return {
    ...run,
    state,
    stateReason: reason,
    startedAt: run.startedAt ?? (state === 'RUNNING' ? at : null),
    finishedAt: isFinal(state) ? at : null,
  }
}

function withStep(
  run: LiveRun,
  step: number | null,
  task: number | null,
  values: Payload,
  own: Set<SeriesData>,
): LiveRun {
  if (step === null) return run
  const series = { ...run.series }
  for (const [name, value] of Object.entries(values)) series[name] = append(series[name], name, step, num(value), own)
  return { ...run, step: Math.max(run.step, step), task: task ?? run.task, series }
}

/** Adds one point; a step that is already there (a resumed run repeats some) cuts the curve back to it first. */
function append(
  old: SeriesData | undefined,
  name: string,
  step: number,
  value: number | null,
  own: Set<SeriesData>,
): SeriesData {
  const series = old && own.has(old) ? old : { name, steps: [...(old?.steps ?? [])], values: [...(old?.values ?? [])] }
  own.add(series)
  while (series.steps.length > 0 && series.steps.at(-1)! >= step) {
    series.steps.pop()
    series.values.pop()
  }
  series.steps.push(step)
  series.values.push(value)
  if (series.steps.length > POINT_LIMIT) {
    const keep = (_: unknown, index: number) => index % 2 === 0 || index > POINT_LIMIT / 2
    series.steps = series.steps.filter(keep)
    series.values = series.values.filter(keep)
  }
  return series
}

function withCell(run: LiveRun, payload: Payload, at: string): LiveRun {
  const row = num(payload.row)
  const column = num(payload.column)
  const accuracy = num(payload.accuracy)
  if (row === null || column === null || accuracy === null) return run
  const interval = Array.isArray(payload.interval) ? payload.interval : []
  const cell: MatrixCell = {
    row,
    column,
    taskKey: text(payload.taskId),
    n: num(payload.n) ?? 0,
    accuracy,
    low: num(interval[0]) ?? accuracy,
    high: num(interval[1]) ?? accuracy,
    balancedAccuracy: num(payload.balancedAccuracy),
    auc: num(payload.auc),
    confusion: Array.isArray(payload.confusion) ? (payload.confusion as number[][]) : [],
  }
  const id = cellId(row, column)
  return {
    ...run,
    cells: [...run.cells.filter((old) => cellId(old.row, old.column) !== id), cell],
    landedAt: { ...run.landedAt, [id]: at },
    stale: { ...run.stale, metrics: run.stale.metrics + 1 },
  }
}

function withReference(run: LiveRun, payload: Payload): LiveRun {
  const task = num(payload.task)
  if (task === null) return run
  const summary: ReferenceSummary = {
    task,
    taskKey: text(payload.taskId),
    size: num(payload.size) ?? 0,
    bags: counts(payload.bags),
    questions: num(payload.questions) ?? 0,
    indexVersion: text(payload.indexVersion),
    milliseconds: num(payload.milliseconds) ?? 0,
  }
  const references = [...run.references.filter((old) => old.task !== task), summary].sort((a, b) => a.task - b.task)
  return { ...run, references }
}

/** Names with whole counts; anything else is left out. */
export function counts(value: unknown): Record<string, number> {
  return Object.fromEntries(
    Object.entries(record(value)).flatMap(([key, n]) => (num(n) === null ? [] : [[key, num(n)!]])),
  )
}

/** Where the tasks begin, in steps of the whole run, from the task.started events of the log. */
export function taskBoundaries(log: readonly RunEvent[]): { task: number; step: number; taskKey: string }[] {
  const starts = new Map<number, { steps: number; taskKey: string }>()
  for (const event of log) {
    if (event.type !== 'task.started') continue
    const payload = record(event.payload)
    const task = num(payload.task)
    if (task !== null) starts.set(task, { steps: num(payload.steps) ?? 0, taskKey: text(payload.taskId) })
  }
  let step = 0
  return [...starts.entries()]
    .sort(([a], [b]) => a - b)
    .map(([task, { steps, taskKey }]) => {
      const at = { task, step, taskKey }
      step += steps
      return at
    })
}

export interface LogLine {
  seq: number
  at: string
  level: 'info' | 'warn' | 'error'
  kind: string
  text: string
}

/** One readable line for an event. */
export function logLine(event: RunEvent): LogLine {
  const payload = record(event.payload)
  const line = (kind: string, message: string, level: LogLine['level'] = 'info'): LogLine => ({
    seq: event.seq,
    at: event.at,
    level,
    kind,
    text: message,
  })
  const share = (value: unknown) => (num(value) === null ? '–' : `${(num(value)! * 100).toFixed(1)} %`)
  switch (event.type) {
    case 'run.state': {
      const state = text(payload.state)
      const reason = text(payload.reason)
      const level = state === 'FAILED' || state === 'LOST' ? 'error' : state === 'STALE' ? 'warn' : 'info'
      return line('state', reason ? `${state}: ${reason}` : state, level)
    }
    case 'task.started':
      return line('task', `Task ${payload.task} started: ${text(payload.taskId)}, ${payload.steps} steps`)
    case 'reference.built':
      return line(
        'reference',
        `Reference set of task ${payload.task}: ${payload.size} pairs from ${payload.questions} questions`,
      )
    case 'eval.cell':
      return line('cell', `Row ${payload.row}, ${text(payload.taskId)}: ${share(payload.accuracy)} (n = ${payload.n})`)
    case 'checkpoint.saved':
      return line('checkpoint', `Checkpoint after task ${payload.task} at step ${payload.step}`)
    case 'alarm':
      return line('alarm', `${text(payload.name)}: ${text(payload.text)}`, 'warn')
    case 'log': {
      const level = payload.level === 'warn' || payload.level === 'error' ? payload.level : 'info'
      return line('log', text(payload.text), level)
    }
    default:
      return line(event.type, JSON.stringify(event.payload))
  }
}
