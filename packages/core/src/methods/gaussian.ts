import { cholesky, lowerInverse } from './cholesky.ts'

/** A normal distribution, ready to be evaluated: log p(x) = constant - |inverse (x - mean)|^2 / 2. */
export interface Gaussian {
  /** [dim] */
  mean: Float32Array
  /** Inverse of the Cholesky factor of the covariance, [dim * dim] */
  inverse: Float32Array
  constant: number
}

/**
 * Fits mean and covariance. With few rows a covariance has no inverse: it is mixed with a round one of the same size.
 * @param rows [n * dim], n >= 1 @param shrinkage share of the round covariance, in (0, 1]
 */
export function fitGaussian(rows: Float32Array, dim: number, shrinkage: number): Gaussian {
  const n = rows.length / dim
  const mean = new Float64Array(dim)
  for (let i = 0; i < rows.length; i++) mean[i % dim] = mean[i % dim]! + rows[i]! / n
  const covariance = new Float64Array(dim * dim)
  const centred = new Float64Array(dim)
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < dim; i++) centred[i] = rows[row * dim + i]! - mean[i]!
    for (let i = 0; i < dim; i++) {
      const factor = centred[i]! / n
      for (let j = 0; j <= i; j++) covariance[i * dim + j] = covariance[i * dim + j]! + factor * centred[j]!
    }
  }
  let size = 0
  for (let i = 0; i < dim; i++) size += covariance[i * dim + i]! / dim
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++) covariance[i * dim + j] = (1 - shrinkage) * covariance[i * dim + j]!
    covariance[i * dim + i] = (1 - shrinkage) * covariance[i * dim + i]! + shrinkage * size + SMALLEST
  }
  const lower = cholesky(covariance, dim)
  let logDeterminant = 0
  for (let i = 0; i < dim; i++) logDeterminant += 2 * Math.log(lower[i * dim + i]!)
  return {
    mean: Float32Array.from(mean),
    inverse: Float32Array.from(lowerInverse(lower, dim)),
    constant: -0.5 * (logDeterminant + dim * Math.log(2 * Math.PI)),
  }
}

/** Variance that even equal rows have. */
const SMALLEST = 1e-8
