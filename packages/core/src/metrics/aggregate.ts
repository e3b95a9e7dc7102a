import { studentT95 } from './distributions.ts'

/** One number over the runs of one method. Spread is null with fewer than two values. */
export interface Aggregate {
  n: number
  mean: number | null
  /** Sample standard deviation (n - 1). */
  deviation: number | null
  standardError: number | null
  /** 95 % interval of the mean by Student's t with n - 1 degrees of freedom. */
  interval: [number, number] | null
  values: number[]
}

/** Mean, spread and 95 % t interval over runs; missing values are left out of n. */
export function aggregate(values: readonly (number | null)[]): Aggregate {
  const present = values.filter((value) => value !== null)
  const n = present.length
  if (n === 0) return { n, mean: null, deviation: null, standardError: null, interval: null, values: present }
  const mean = present.reduce((a, b) => a + b, 0) / n
  if (n === 1) return { n, mean, deviation: null, standardError: null, interval: null, values: present }
  const deviation = Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  const standardError = deviation / Math.sqrt(n)
  const half = studentT95(n - 1) * standardError
  return { n, mean, deviation, standardError, interval: [mean - half, mean + half], values: present }
}
