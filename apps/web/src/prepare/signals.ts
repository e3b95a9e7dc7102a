import { number } from './format.ts'
import type { RunEvent } from './liveRun.ts'

/** What was measured before a task and while it trained, and where the knobs stood then. */
export interface SignalEvent {
  task: number
  step: number
  signals: Record<string, number | null>
  knobs: Record<string, number>
}

/** One signal or knob over the run. */
export interface SignalRow {
  name: string
  title: string
  /** Newest value, as text. */
  latest: string
  /** Lines through known values, in a box 100 wide and 20 high; a gap where a value is not known. */
  lines: string[]
  /** A value stands alone: drawn as a dot. */
  dots: { x: number; y: number }[]
  /** For people who cannot see the line. */
  description: string
}

const WIDTH = 100
const HEIGHT = 20

const TITLES: Record<string, string> = {
  gap: 'Domain gap g',
  'gap.neighbours': 'Gap by neighbours',
  'gap.centroids': 'Gap by centroids',
  detail: 'Required detail d',
  need: 'Class confusion, mean w',
  risk: 'Old-task risk, largest f',
  trust: 'Retrieval trust, mean r',
  drift: 'Drift of embeddings',
  alpha: 'CKT weight α',
  temperature: 'Temperature T',
  lambda: 'Guard weight λ',
  featureWeight: 'Feature distillation',
  relationWeight: 'Relation distillation',
  fisherExponent: 'Fisher exponent γ',
  hardNegatives: 'Hard negatives',
}

/** A guidance.signals event; null when the payload is not one. */
export function signalEvent(event: RunEvent): SignalEvent | null {
  const payload = event.payload as Partial<SignalEvent> | null
  if (event.type !== 'guidance.signals' || typeof payload !== 'object' || !payload?.signals || !payload.knobs)
    return null
  const { task = 0, step = 0, signals, knobs } = payload
  return { task, step, signals, knobs }
}

/** Rows of signals and of knobs, known ones in a fixed order, then the details by name. */
export function signalRows(events: readonly SignalEvent[]): { signals: SignalRow[]; knobs: SignalRow[] } {
  const sorted = [...events].sort((a, b) => a.step - b.step)
  return {
    signals: rowsOf(sorted.map(({ step, signals }) => ({ step, values: signals }))),
    knobs: rowsOf(sorted.map(({ step, knobs }) => ({ step, values: knobs }))),
  }
}

function rowsOf(points: readonly { step: number; values: Record<string, number | null> }[]): SignalRow[] {
  const known = Object.keys(TITLES)
  const names = [...new Set(points.flatMap(({ values }) => Object.keys(values)))]
  const place = (name: string) => (known.includes(name) ? known.indexOf(name) : known.length)
  const last = points.at(-1)?.step || 1
  return names
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
    .map((name) => {
      const values = points.map((point) => point.values[name] ?? null)
      const top = Math.max(1, ...values.map((value) => value ?? 0))
      const at = (i: number) => ({
        x: (points[i]!.step / last) * WIDTH,
        y: HEIGHT - (Math.max(0, values[i]!) / top) * HEIGHT,
      })
      const runs: number[][] = []
      values.forEach((value, i) => {
        if (value === null) return
        if (i > 0 && values[i - 1] !== null) runs.at(-1)!.push(i)
        else runs.push([i])
      })
      const seen = values.filter((value) => value !== null)
      return {
        name,
        title: TITLES[name] ?? name,
        latest: number(seen.at(-1)),
        lines: runs
          .filter((run) => run.length > 1)
          .map((run) => run.map((i) => `${at(i).x.toFixed(1)},${at(i).y.toFixed(1)}`).join(' ')),
        dots: runs.filter((run) => run.length === 1).map((run) => at(run[0]!)),
        description:
          seen.length === 0
            ? 'never known'
            : `${seen.length} values from ${number(seen[0])} to ${number(seen.at(-1))}, largest ${number(Math.max(...seen))}`,
      }
    })
}
