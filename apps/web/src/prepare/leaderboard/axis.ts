/** One scale for all intervals of a board. */

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
