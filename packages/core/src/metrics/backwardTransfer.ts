import { accuracyAt, differenceOrNull, meanOrNull, upTo } from './matrix.ts'
import { counted, defineMetric, LEFT_OUT } from './metric.ts'

export const bwt = defineMetric({
  id: 'bwt',
  title: 'BWT',
  definition:
    'Backward transfer, last-row form (GEM): mean over tasks j < T of A[T][j] - A[j][j]. Negative means forgetting.',
  formula: '1/(T−1) · Σ_{j=1..T−1} (A[T][j] − A[j][j])',
  source: 'Lopez-Paz 2017 (GEM)',
  better: 'higher',
  unit: 'points',
  needs: 'at least two tasks; the diagonal and the last row',
  terms: (matrix) =>
    upTo(matrix.tasks).map((j) =>
      j === matrix.tasks
        ? LEFT_OUT
        : counted(differenceOrNull(accuracyAt(matrix, matrix.tasks, j), accuracyAt(matrix, j, j))),
    ),
})

export const bwtTriangular = defineMetric({
  id: 'bwt.triangular',
  title: 'BWT (triangular)',
  definition:
    'Backward transfer, triangular form: mean over all pairs i > j of A[i][j] - A[j][j]. Negative means forgetting. An early task has more pairs and so more weight.',
  formula: '2/(T(T−1)) · Σ_{i=2..T} Σ_{j=1..i−1} (A[i][j] − A[j][j])',
  source: 'Díaz-Rodríguez 2018',
  better: 'higher',
  unit: 'points',
  needs: 'at least two tasks; the diagonal and all cells below it',
  terms: (matrix) =>
    upTo(matrix.tasks).map((j) => {
      const later = upTo(matrix.tasks).slice(j)
      const drops = later.map((i) => differenceOrNull(accuracyAt(matrix, i, j), accuracyAt(matrix, j, j)))
      return { value: meanOrNull(drops), weight: later.length }
    }),
})
