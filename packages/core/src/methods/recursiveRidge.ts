import { cholesky, choleskySolve } from './cholesky.ts'

/** Rows taken in by one update. */
const BLOCK = 32

/**
 * Ridge regression that takes in rows block by block and forgets them (RAIL in its primal form, Xu 2024). After any number
 * of blocks W is the one that all rows at once would give:
 *
 *     R = (Phi^T Phi + ridge I)^-1,  W = R Phi^T Y
 *     R <- R - R Phi^T (I + Phi R Phi^T)^-1 Phi R,   W <- W + R Phi^T (Y - Phi W)
 */
export class RecursiveRidge {
  readonly units: number
  /** R, [units * units], symmetric. */
  readonly inverse: Float64Array
  /** W, [units * classes]. */
  weights: Float64Array
  private classes: number

  /** @param inverse and `weights` go on from what is known already */
  constructor(units: number, ridge: number, known?: { inverse: Float64Array; weights: Float64Array }) {
    this.units = units
    this.inverse = known?.inverse ?? new Float64Array(units * units)
    if (!known) for (let i = 0; i < units; i++) this.inverse[i * units + i] = 1 / ridge
    this.weights = known?.weights ?? new Float64Array(0)
    this.classes = this.weights.length / units
  }

  /** Further columns of W, from 0: no earlier row belongs to the new classes. */
  addClasses(count: number): void {
    const { units, classes, weights } = this
    const wider = new Float64Array(units * (classes + count))
    for (let unit = 0; unit < units; unit++) {
      wider.set(weights.subarray(unit * classes, (unit + 1) * classes), unit * (classes + count))
    }
    this.weights = wider
    this.classes += count
  }

  /** @param rows Phi, [n * units] @param labels [n], columns of W */
  learn(rows: Float32Array, labels: ArrayLike<number>): void {
    for (let first = 0; first < labels.length; first += BLOCK) {
      const count = Math.min(BLOCK, labels.length - first)
      const block = rows.subarray(first * this.units, (first + count) * this.units)
      this.learnBlock(
        block,
        Array.from({ length: count }, (_, i) => labels[first + i]!),
      )
    }
  }

  private learnBlock(phi: Float32Array, labels: readonly number[]): void {
    const { units, classes, inverse, weights } = this
    const n = labels.length
    const projected = times(phi, inverse, n, units, units) // Phi R
    const gram = new Float64Array(n * n) // I + Phi R Phi^T
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = i === j ? 1 : 0
        for (let u = 0; u < units; u++) sum += projected[i * units + u]! * phi[j * units + u]!
        gram[i * n + j] = sum
      }
    }
    const gain = choleskySolve(cholesky(gram, n), n, projected, units) // (I + Phi R Phi^T)^-1 Phi R, [n * units]
    const residual = times(phi, weights, n, units, classes) // Y - Phi W
    for (let i = 0; i < residual.length; i++) residual[i] = -residual[i]!
    labels.forEach((label, row) => {
      residual[row * classes + label] = residual[row * classes + label]! + 1
    })
    addTransposed(weights, gain, residual, n, units, classes, 1) // R Phi^T with the new R is the gain, transposed
    addTransposed(inverse, projected, gain, n, units, units, -1)
  }
}

/** A B. @param a [n * inner] @param b [inner * columns] */
function times(a: Float32Array, b: Float64Array, n: number, inner: number, columns: number): Float64Array {
  const product = new Float64Array(n * columns)
  for (let k = 0; k < inner; k++) {
    for (let row = 0; row < n; row++) {
      const factor = a[row * inner + k]!
      if (factor === 0) continue // half of the units are silent
      const [to, from] = [row * columns, k * columns]
      for (let c = 0; c < columns; c++) product[to + c] = product[to + c]! + factor * b[from + c]!
    }
  }
  return product
}

/** sum += sign A^T B. @param a [n * rows] @param b [n * columns] */
function addTransposed(
  sum: Float64Array,
  a: Float64Array,
  b: Float64Array,
  n: number,
  rows: number,
  columns: number,
  sign: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < n; k++) {
      const factor = sign * a[k * rows + row]!
      const [to, from] = [row * columns, k * columns]
      for (let c = 0; c < columns; c++) sum[to + c] = sum[to + c]! + factor * b[from + c]!
    }
  }
}
