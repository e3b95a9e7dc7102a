import { describe, expect, test } from 'vitest'
import { Random } from '../contracts/index.ts'
import { cholesky, choleskySolve, lowerInverse } from './cholesky.ts'
import { fitGaussian } from './gaussian.ts'
import { RecursiveRidge } from './recursiveRidge.ts'

const random = new Random(4)
const normal = (n: number) => Float32Array.from({ length: n }, () => random.normal())

/** A^T A + ridge I of rows. */
function gram(rows: Float32Array, n: number, size: number, ridge: number): Float64Array {
  const sum = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      for (let row = 0; row < n; row++) sum[i * size + j]! += rows[row * size + i]! * rows[row * size + j]!
    }
    sum[i * size + i]! += ridge
  }
  return sum
}

const close = (actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number) => {
  expect(actual.length).toBe(wanted.length)
  const size = Math.max(1e-9, ...Array.from(wanted, Math.abs))
  for (let i = 0; i < wanted.length; i++) expect(Math.abs(actual[i]! - wanted[i]!)).toBeLessThan(tolerance * size)
}

describe('Cholesky factors', () => {
  test('solve a system and are inverted', () => {
    const size = 7
    const matrix = gram(normal(20 * size), 20, size, 0.1)
    const lower = cholesky(matrix.slice(), size)
    const x = Float64Array.from(normal(size * 2))
    const right = new Float64Array(size * 2)
    for (let i = 0; i < size; i++) {
      for (let c = 0; c < 2; c++) {
        for (let k = 0; k < size; k++) right[i * 2 + c]! += matrix[i * size + k]! * x[k * 2 + c]!
      }
    }
    close(choleskySolve(lower, size, right, 2), x, 1e-10)
    const inverse = lowerInverse(lower, size)
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = 0
        for (let k = 0; k <= i; k++) sum += lower[i * size + k]! * inverse[k * size + j]!
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 10)
      }
    }
  })
})

describe('recursive ridge regression', () => {
  test('gives the weights of all rows at once, whatever came in which task', () => {
    const [units, ridge] = [24, 0.1]
    const tasks = [
      { n: 70, classes: 3 },
      { n: 41, classes: 2 },
    ]
    const recursive = new RecursiveRidge(units, ridge)
    const rows: number[] = []
    const labels: number[] = []
    let first = 0
    for (const { n, classes } of tasks) {
      const own = normal(n * units).map((value) => Math.max(0, value))
      const ownLabels = Array.from({ length: n }, () => first + random.int(classes))
      recursive.addClasses(classes)
      recursive.learn(own, ownLabels)
      rows.push(...own)
      labels.push(...ownLabels)
      first += classes
    }
    const right = new Float64Array(units * first)
    labels.forEach((label, row) => {
      for (let u = 0; u < units; u++) right[u * first + label]! += rows[row * units + u]!
    })
    const lower = cholesky(gram(Float32Array.from(rows), labels.length, units, ridge), units)
    close(recursive.weights, choleskySolve(lower, units, right, first), 1e-10)
    const eye = Float64Array.from({ length: units * units }, (_, i) => (i % (units + 1) === 0 ? 1 : 0))
    close(recursive.inverse, choleskySolve(lower, units, eye, units), 1e-10)
  })
})

describe('a Gaussian', () => {
  test('has the density of its mean and covariance', () => {
    const rows = Float32Array.from([1, 0, -1, 0, 0, 2, 0, -2]) // [4, 2], covariance diag(1/2, 2)
    const { mean, inverse, constant } = fitGaussian(rows, 2, 0.2)
    close(mean, [0, 0], 1e-6)
    // shrunk: 0.8 diag(0.5, 2) + 0.2 * 1.25 I = diag(0.65, 1.85)
    close(inverse, [0.65 ** -0.5, 0, 0, 1.85 ** -0.5], 1e-5)
    expect(constant).toBeCloseTo(-0.5 * Math.log(0.65 * 1.85) - Math.log(2 * Math.PI), 5)
  })

  test('can be fitted to fewer rows than dimensions', () => {
    const { inverse, constant } = fitGaussian(normal(3 * 10), 10, 0.1)
    expect([...inverse, constant].every(Number.isFinite)).toBe(true)
  })
})
