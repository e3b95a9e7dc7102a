import type { SeriesData } from './liveRun.ts'

export interface CurveGroup {
  key: string
  title: string
  /** Names in drawing order. */
  names: string[]
}

const TITLES: Record<string, string> = {
  loss: 'Loss',
  lr: 'Learning rate',
  grad: 'Gradient',
  time: 'Time',
  data: 'Data',
}
const FIRST = ['loss', 'lr', 'learningRate']

/** One chart per first name part: "loss.ce" and "loss.ckt" share a chart. Loss and learning rate come first. */
export function groupCurves(names: readonly string[]): CurveGroup[] {
  const groups = new Map<string, string[]>()
  for (const name of names) {
    const key = name.split('.')[0]!
    groups.set(key, [...(groups.get(key) ?? []), name])
  }
  const place = (key: string) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length)
  return [...groups.entries()]
    .sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b))
    .map(([key, members]) => ({ key, title: titleOf(key), names: members.sort(totalFirst) }))
}

function titleOf(key: string): string {
  const words =
    TITLES[key] ??
    key
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .replaceAll('_', ' ')
      .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const totalFirst = (a: string, b: string) =>
  Number(b.endsWith('.total')) - Number(a.endsWith('.total')) || a.localeCompare(b)

/**
 * Exponential moving average with bias correction, so the first points are not pulled to zero. `weight` in [0, 1);
 * null values stay null and leave the average alone.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let average = 0
  let mass = 0
  return values.map((value) => {
    if (value === null) return null
    average = weight * average + (1 - weight) * value
    mass = weight * mass + (1 - weight)
    return average / mass
  })
}

export interface ChartData {
  /** Steps, then for each name its raw and its smoothed values, all of the same length. */
  columns: [number[], ...(number | null | undefined)[][]]
  names: string[]
}

/** Set by a schedule, not measured: there is no noise to smooth away. */
const SCHEDULED = new Set(['lr', 'learningRate'])

/** Aligns series on their common steps (undefined = no point here, null = unknown). On a log scale, values <= 0 are null. */
export function chartData(series: readonly SeriesData[], smoothing: number, log: boolean): ChartData {
  const steps = [...new Set(series.flatMap((one) => one.steps))].sort((a, b) => a - b)
  const place = new Map(steps.map((step, index) => [step, index]))
  const columns: (number | null | undefined)[][] = []
  for (const one of series) {
    const values = log ? one.values.map((value) => (value !== null && value > 0 ? value : null)) : one.values
    const smoothed = SCHEDULED.has(one.name) ? [...values] : smooth(values, smoothing)
    const raw = new Array<number | null | undefined>(steps.length).fill(undefined)
    const line = new Array<number | null | undefined>(steps.length).fill(undefined)
    one.steps.forEach((step, index) => {
      const at = place.get(step)!
      raw[at] = values[index]
      line[at] = smoothed[index]
    })
    columns.push(raw, line)
  }
  return { columns: [steps, ...columns], names: series.map((one) => one.name) }
}

/** At most `limit` rows, evenly spread with both ends, for the table behind a chart. */
export function sampleRows(count: number, limit: number): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, i) => i)
  return Array.from({ length: limit }, (_, i) => Math.round((i * (count - 1)) / (limit - 1)))
}
