/** One measured number. `value: null` carries the reason why it could not be measured here. */
export type Measurement =
  | {
      metric: string
      value: number
      unit: string
      /** How often it was measured. */
      n: number
      /** Smallest and largest of the repeats, in the unit of `value`. */
      spread?: [number, number]
      /** 95 % interval of `value` over the repeats, where it is a mean. */
      interval?: [number, number]
      /** The other side's value where the metric is a ratio, in the unit that the bench measures in. */
      peer?: number
    }
  | { metric: string; value: null; reason: string }

/** One group of measurements; the file's default export, listed in `registry.ts`. */
export interface Bench {
  title: string
  /** Reports each number as soon as it is known. `note` writes a line for people only; `args` are the bench's own options. */
  run(report: (measurement: Measurement) => void, note: (text: string) => void, args: string[]): Promise<void>
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Median and spread of repeats. */
export function measured(metric: string, unit: string, values: readonly number[], peer?: number): Measurement {
  return {
    metric,
    value: median(values),
    unit,
    n: values.length,
    spread: [Math.min(...values), Math.max(...values)],
    ...(peer !== undefined && { peer }),
  }
}

/** One line for people. */
export function describeMeasurement(measurement: Measurement): string {
  const name = measurement.metric.padEnd(32)
  if (measurement.value === null) return `${name} not measured: ${measurement.reason}`
  const { value, unit, n, spread, interval, peer } = measurement
  const parts = [`${name} ${short(value)} ${unit}`]
  if (spread) parts.push(`${short(spread[0])} to ${short(spread[1])}`)
  if (interval) parts.push(`95 % interval ${short(interval[0])} to ${short(interval[1])}`)
  if (n > 1) parts.push(`n = ${n}`)
  if (peer !== undefined) parts.push(`peer ${short(peer)}`)
  return parts.join(', ')
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4)
}
