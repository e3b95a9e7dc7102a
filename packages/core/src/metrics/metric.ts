import type { RunMatrix } from './matrix.ts'

/** One number about a whole run. Two definitions are two ids. */
export interface MetricDefinition {
  id: string
  title: string
  /** The definition in words and symbols, A[i][j] = accuracy on task j after training task i. */
  definition: string
  better: 'higher' | 'lower'
  /**
   * `percent`: a share in [0, 1], shown times 100. `points`: a difference of shares in [-1, 1], shown times 100 as
   * percentage points.
   */
  unit: 'percent' | 'points'
  /** Pure: leaves the matrix alone; null as soon as a cell it needs is missing. */
  compute(matrix: RunMatrix): number | null
}
