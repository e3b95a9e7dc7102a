import type { RunMatrix } from './matrix.ts'

/**
 * The part that one task has in a metric. A metric is the weighted mean of its terms, so the tasks of a run can be
 * looked at, and resampled, one by one.
 */
export interface Term {
  /** Null where a cell that it needs has not landed. */
  value: number | null
  /** 0 where the metric leaves the task out (the first task has no Transfer); its value does not matter then. */
  weight: number
}

/** How every metric reads the matrix; the definitions below use these symbols. */
export const MATRIX_CONVENTION =
  'A[i][j] is the accuracy on the j-th task of the order after the i-th task was trained; i and j count from 1 to T. Row 0 is measured before any training. Each task counts once, whatever its size.'

export interface MetricSpec {
  id: string
  title: string
  /** The definition in words and symbols, A[i][j] = accuracy on task j after training task i. */
  definition: string
  /** The same as one formula, plain text. */
  formula: string
  /** Where the definition comes from. */
  source: string
  better: 'higher' | 'lower'
  /**
   * `percent`: a share in [0, 1], shown times 100. `points`: a difference of shares in [-1, 1], shown times 100 as
   * percentage points.
   */
  unit: 'percent' | 'points'
  /** Which cells must have landed, in words; what is missing makes the metric null, never 0. */
  needs: string
  /** One term per column, in the order of the run. Pure. */
  terms(matrix: RunMatrix): Term[]
}

/** One number about a whole run. Two definitions are two ids. */
export interface MetricDefinition extends MetricSpec {
  /** Weighted mean of the terms: leaves the matrix alone; null as soon as a cell that it needs is missing. */
  compute(matrix: RunMatrix): number | null
}

export function defineMetric(spec: MetricSpec): MetricDefinition {
  return { ...spec, compute: (matrix) => weightedMean(spec.terms(matrix)) }
}

/** Sum of weight times value over the sum of weights; null when there is no weight or a weighted value is missing. */
export function weightedMean(terms: readonly Term[]): number | null {
  let sum = 0
  let weights = 0
  for (const { value, weight } of terms) {
    if (weight === 0) continue
    if (value === null) return null
    sum += weight * value
    weights += weight
  }
  return weights === 0 ? null : sum / weights
}

/** Every task counts once. */
export const counted = (value: number | null): Term => ({ value, weight: 1 })
/** The metric leaves this task out. */
export const LEFT_OUT: Term = { value: null, weight: 0 }
