import { describe, expect, it } from 'vitest'
import { accuracyAt, matrixOfAccuracies, runMatrix } from './matrix.ts'
import { computeMetrics, metricById, metrics } from './registry.ts'

const toy = [
  [80, 40, 30],
  [70, 85, 35],
  [60, 75, 90],
]

/** ZSCL on MTIL Order I, rounded to two decimals as published. */
const zscl = [
  [55.12, 86.0, 66.33, 44.89, 49.24, 70.56, 88.34, 53.58, 87.38, 61.3, 65.68],
  [48.87, 94.18, 68.55, 44.68, 50.44, 66.97, 87.63, 55.19, 85.01, 61.01, 65.94],
  [47.13, 93.15, 86.2, 46.49, 50.13, 68.84, 87.7, 63.43, 87.6, 60.56, 67.45],
  [47.01, 93.84, 84.99, 76.17, 51.74, 69.95, 87.77, 65.87, 88.39, 61.21, 67.15],
  [46.14, 92.8, 83.97, 75.0, 97.76, 69.08, 87.15, 67.56, 87.98, 60.3, 67.09],
  [43.77, 92.51, 83.21, 73.46, 97.24, 96.34, 87.1, 63.3, 86.48, 58.84, 66.85],
  [44.34, 92.22, 82.89, 71.22, 96.78, 93.76, 92.2, 63.47, 87.27, 60.27, 67.91],
  [41.94, 91.94, 80.48, 67.82, 95.3, 89.51, 91.86, 99.01, 84.38, 58.4, 66.47],
  [41.61, 91.82, 81.32, 68.19, 95.67, 90.73, 91.98, 98.84, 95.28, 58.87, 66.43],
  [39.78, 91.88, 81.82, 68.88, 95.7, 91.62, 91.84, 98.76, 94.47, 85.85, 67.33],
  [40.62, 92.17, 81.29, 70.53, 94.76, 90.49, 91.89, 98.71, 93.87, 85.3, 80.22],
]

const value = (id: string, rows: (number | null)[][]) => metricById(id).compute(matrixOfAccuracies(rows))

describe('run metrics', () => {
  it.each([
    ['transfer', 36.25],
    ['avg', 62.7778],
    ['last', 75],
    ['acc', 75],
    ['bwt', -15],
    ['bwt.triangular', -13.3333],
    ['forgetting.fromBest', 15],
    ['forgetting.fromFirst', 15],
    ['forgetting.triangular', 13.3333],
    ['forgetting.largestDrop', 15],
    ['forgetting.fromPeak', 15],
  ])('%s of the toy matrix', (id, expected) => {
    expect(value(id, toy)).toBeCloseTo(expected, 3)
  })

  it.each([
    ['transfer', 68.14],
    ['avg', 75.385],
    ['last', 83.62],
    ['bwt', -3.85],
    ['bwt.triangular', -4.26],
    ['forgetting.fromFirst', 3.85],
  ])('%s of ZSCL on MTIL Order I', (id, expected) => {
    expect(Math.abs(value(id, zscl)! - expected)).toBeLessThanOrEqual(0.01)
  })

  it('tells forgetting from the best state apart from forgetting since the task was learned', () => {
    const rows = [
      [50, 10],
      [40, 60],
    ]
    const improved = [
      [50, 10, 10],
      [70, 60, 10],
      [40, 50, 80],
    ]
    expect(value('forgetting.fromBest', rows)).toBe(10)
    expect(value('forgetting.fromFirst', rows)).toBe(10)
    expect(value('forgetting.fromBest', improved)).toBe((30 + 10) / 2)
    expect(value('forgetting.fromFirst', improved)).toBe((10 + 10) / 2)
  })

  it('tells the three forgettings of a task that rose and fell apart', () => {
    const rows = [
      [50, 90, 10],
      [70, 60, 10],
      [55, 50, 80],
    ]
    expect(value('forgetting.largestDrop', rows)).toBe((-5 + 10) / 2)
    expect(value('forgetting.fromBest', rows)).toBe((15 + 10) / 2)
    expect(value('forgetting.fromPeak', rows)).toBe((15 + 40) / 2)
  })

  it('measures zero-shot drops from the row before any training, and nothing else does', () => {
    const without = matrixOfAccuracies(toy)
    const zeroShot = [20, 50, 45].map((accuracy) => ({ accuracy, balancedAccuracy: null, auc: null }))
    const withRow = { tasks: 3, cells: [zeroShot, ...without.cells.slice(1)] }
    const [a, b] = [computeMetrics(withRow), computeMetrics(without)]
    expect(a['zeroShot.drop']).toBeCloseTo((50 - 40 + 45 - 32.5) / 2, 12)
    expect(a['zeroShot.degradation']).toBeCloseTo((50 - 40 + 45 - 30) / 2, 12)
    expect(b).toEqual({ ...a, 'zeroShot.drop': null, 'zeroShot.degradation': null })
  })

  it('is the weighted mean of one term per task', () => {
    for (const metric of metrics) {
      const terms = metric.terms(matrixOfAccuracies(zscl))
      expect(terms).toHaveLength(11)
      const weight = terms.reduce((sum, term) => sum + term.weight, 0)
      if (terms.some((term) => term.weight > 0 && term.value === null)) continue
      const mean = terms.reduce((sum, term) => sum + (term.value ?? 0) * term.weight, 0) / weight
      expect(mean).toBeCloseTo(metric.compute(matrixOfAccuracies(zscl))!, 10)
    }
  })

  it('averages AUC and balanced accuracy of the last row only', () => {
    const cell = (row: number, column: number, auc: number | null) => ({
      row,
      column,
      accuracy: 0,
      balancedAccuracy: auc,
      auc,
    })
    const matrix = runMatrix(2, [cell(0, 1, 0.1), cell(1, 1, 0.2), cell(2, 1, 0.6), cell(2, 2, 0.8)])
    expect(metricById('auc').compute(matrix)).toBeCloseTo(0.7, 12)
    expect(metricById('balancedAccuracy.last').compute(matrix)).toBeCloseTo(0.7, 12)
    expect(metricById('auc').compute(runMatrix(2, [cell(2, 1, 0.6), cell(2, 2, null)]))).toBeNull()
  })

  it('gives null as soon as a needed cell is missing, and only then', () => {
    const noLast = [toy[0]!, toy[1]!, [60, null, 90]]
    expect(value('last', noLast)).toBeNull()
    expect(value('avg', noLast)).toBeNull()
    expect(value('bwt', noLast)).toBeNull()
    expect(value('bwt.triangular', noLast)).toBeNull()
    expect(value('forgetting.fromBest', noLast)).toBeNull()
    expect(value('transfer', noLast)).toBeCloseTo(36.25, 12)
    for (const metric of metrics) expect(metric.compute(runMatrix(3, []))).toBeNull()
  })

  it('is undefined where one task is not enough', () => {
    for (const { id, needs } of metrics) {
      if (needs.startsWith('at least two tasks')) expect(value(id, [[80]])).toBeNull()
    }
    expect(value('last', [[80]])).toBe(80)
  })

  it('leaves its input alone', () => {
    const matrix = matrixOfAccuracies(toy)
    const before = structuredClone(matrix)
    computeMetrics(matrix)
    expect(matrix).toEqual(before)
  })

  it('has unique ids and a definition for each', () => {
    expect(new Set(metrics.map((metric) => metric.id)).size).toBe(metrics.length)
    for (const metric of metrics) expect(metric.definition.length).toBeGreaterThan(20)
    expect(() => metricById('nope')).toThrow(/Known: transfer/)
  })

  it('refuses cells outside the matrix', () => {
    expect(() => runMatrix(2, [{ row: 3, column: 1, accuracy: 1, balancedAccuracy: null, auc: null }])).toThrow(
      RangeError,
    )
    expect(accuracyAt(matrixOfAccuracies(toy), 3, 1)).toBe(60)
  })
})
