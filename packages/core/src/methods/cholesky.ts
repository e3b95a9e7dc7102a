/**
 * Lower triangle L with L L^T = A of a symmetric positive definite matrix, in place of its lower half; what is above the
 * diagonal stays as it was and is not read.
 * @param matrix [size * size], overwritten
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k]! * matrix[column * size + k]!
      matrix[row * size + column] = row === column ? Math.sqrt(sum) : sum / matrix[column * size + column]!
    }
  }
  return matrix
}

/** X with L L^T X = B. @param lower from `cholesky` @param right [size * columns] @returns [size * columns] */
export function choleskySolve(lower: Float64Array, size: number, right: Float64Array, columns: number): Float64Array {
  const x = right.slice()
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) subtractRow(x, row, k, lower[row * size + k]!, columns)
    divideRow(x, row, lower[row * size + row]!, columns)
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) subtractRow(x, row, k, lower[k * size + row]!, columns)
    divideRow(x, row, lower[row * size + row]!, columns)
  }
  return x
}

/** Inverse of a lower triangle. @returns [size * size] */
export function lowerInverse(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    inverse[row * size + row] = 1
    for (let k = 0; k < row; k++) subtractRow(inverse, row, k, lower[row * size + k]!, size)
    divideRow(inverse, row, lower[row * size + row]!, size)
  }
  return inverse
}

function subtractRow(x: Float64Array, row: number, other: number, factor: number, columns: number): void {
  if (factor === 0) return
  const [to, from] = [row * columns, other * columns]
  for (let c = 0; c < columns; c++) x[to + c] = x[to + c]! - factor * x[from + c]!
}

function divideRow(x: Float64Array, row: number, by: number, columns: number): void {
  for (let c = row * columns; c < (row + 1) * columns; c++) x[c] = x[c]! / by
}
