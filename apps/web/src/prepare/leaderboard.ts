import { flatten } from './config.ts'

/** A board as it is drawn: one row a method, one interval plot on a common axis. */

export interface BoardInterval {
  mean: number | null
  low: number | null
  high: number | null
  n: number
  values: number[]
}

export interface Axis {
  low: number
  high: number
  ticks: number[]
}

/** A common axis over all values and intervals, with round ticks; [0, 1] when there is nothing. */
export function axisOf(intervals: readonly BoardInterval[], count = 5): Axis {
  const all = intervals.flatMap(({ mean, low, high, values }) => [mean, low, high, ...values])
  const numbers = all.filter((v): v is number => v !== null && Number.isFinite(v))
  if (numbers.length === 0) return { low: 0, high: 1, ticks: [0, 0.5, 1] }
  const min = Math.min(...numbers)
  const max = Math.max(...numbers)
  const step = niceStep((max - min || Math.abs(max) || 1) / count)
  const low = Math.floor(min / step) * step
  const high = Math.max(Math.ceil(max / step) * step, low + step)
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => low + i * step)
  return { low, high, ticks }
}

function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw))
  const factor = [1, 2, 5, 10].find((f) => f * power >= raw) ?? 10
  return factor * power
}

/** Position on the axis in per cent, clipped. */
export function place(axis: Axis, value: number): number {
  return Math.min(100, Math.max(0, ((value - axis.low) / (axis.high - axis.low)) * 100))
}

export interface Place {
  /** "1", "2–4", or "unranked". */
  label: string
  /** True where the order inside this group of places is not established. */
  tied: boolean
  /** Position inside the group, for drawing one bar beside all its rows. */
  first: boolean
  last: boolean
}

/**
 * Places with ties made visible. The server marks an entry `tied` when it is not established that the place before it
 * is better; neighbours that are linked in this way form one group and share the range of their places.
 */
export function places(entries: readonly { rank?: number | null; tied: boolean }[]): Place[] {
  const out: Place[] = []
  for (let start = 0; start < entries.length; ) {
    let end = start + 1
    while (end < entries.length && entries[end]!.tied) end++
    const [from, to] = [entries[start]!.rank ?? null, entries[end - 1]!.rank ?? null]
    for (let i = start; i < end; i++) {
      const rank = entries[i]!.rank ?? null
      const tied = end - start > 1
      out.push({
        label:
          rank === null
            ? 'unranked'
            : tied && from !== null && to !== null && from !== to
              ? `${from}–${to}`
              : `${rank}`,
        tied,
        first: i === start,
        last: i === end - 1,
      })
    }
    start = end
  }
  return out
}

/**
 * What tells entries of the same method apart: the settings in which their configs differ, "alpha = 2, stepsPerTask =
 * 60". Empty where a method has one entry.
 */
export function variants(entries: readonly { method: { key: string }; config: unknown }[]): string[] {
  const flat = entries.map((entry) => new Map(flatten(entry.config).map(({ path, value }) => [path, value])))
  return entries.map((entry, index) => {
    const family = flat.filter((_, i) => entries[i]!.method.key === entry.method.key)
    if (family.length < 2) return ''
    const paths = [...new Set(family.flatMap((one) => [...one.keys()]))]
    return paths
      .filter((path) => new Set(family.map((one) => one.get(path))).size > 1)
      .map((path) => `${path.replace(/^parameters\./, '')} = ${flat[index]!.get(path) ?? 'none'}`)
      .join(', ')
  })
}
