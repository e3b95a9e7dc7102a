/** One measured number of the accuracy matrix; fractions in [0, 1]. */
export interface MatrixCell {
  accuracy: number
  balancedAccuracy: number | null
  auc: number | null
}

/**
 * Accuracy matrix of a run on `tasks` tasks: `cells[row][column - 1]`, rows 0..T (row 0 = before any training),
 * columns 1..T. A cell that has not landed is null. Rows 1..T are the matrix A of the literature.
 */
export interface RunMatrix {
  tasks: number
  cells: (MatrixCell | null)[][]
}

/** Puts landed cells in place; of two cells at one place the later wins. Cells outside the matrix are a RangeError. */
export function runMatrix(tasks: number, landed: Iterable<MatrixCell & { row: number; column: number }>): RunMatrix {
  const cells = Array.from({ length: tasks + 1 }, () => new Array<MatrixCell | null>(tasks).fill(null))
  for (const { row, column, accuracy, balancedAccuracy, auc } of landed) {
    if (!(row >= 0 && row <= tasks && column >= 1 && column <= tasks)) {
      throw new RangeError(`Cell (${row}, ${column}) lies outside a matrix of ${tasks} tasks.`)
    }
    cells[row]![column - 1] = { accuracy, balancedAccuracy, auc }
  }
  return { tasks, cells }
}

/** A run matrix whose rows 1..T hold the given accuracies and whose row 0 is empty: a published table as it is printed. */
export function matrixOfAccuracies(rows: readonly (readonly (number | null)[])[]): RunMatrix {
  const cell = (accuracy: number | null): MatrixCell | null =>
    accuracy === null ? null : { accuracy, balancedAccuracy: null, auc: null }
  return { tasks: rows.length, cells: [rows.map(() => null), ...rows.map((row) => row.map(cell))] }
}

/** A[row][column] of the literature: accuracy on task `column` after training task `row`, both from 1; null when missing. */
export function accuracyAt(matrix: RunMatrix, row: number, column: number): number | null {
  return matrix.cells[row]?.[column - 1]?.accuracy ?? null
}

/** Mean of the values; null for an empty list or when a value is missing. */
export function meanOrNull(values: readonly (number | null)[]): number | null {
  let sum = 0
  for (const value of values) {
    if (value === null) return null
    sum += value
  }
  return values.length === 0 ? null : sum / values.length
}

/** The largest value; null for an empty list or when a value is missing. */
export function largestOrNull(values: readonly (number | null)[]): number | null {
  let largest = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value === null) return null
    largest = Math.max(largest, value)
  }
  return values.length === 0 ? null : largest
}

/** 1..n */
export function upTo(n: number): number[] {
  return Array.from({ length: Math.max(0, n) }, (_, i) => i + 1)
}

/** a - b; null when either is missing. */
export function differenceOrNull(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b
}
