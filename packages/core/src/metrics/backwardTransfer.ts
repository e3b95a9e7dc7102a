import { accuracyAt, differenceOrNull, meanOrNull, upTo } from './matrix.ts'
import type { MetricDefinition } from './metric.ts'

export const bwt: MetricDefinition = {
  id: 'bwt',
  title: 'BWT',
  definition:
    'Backward transfer, last-row form (GEM): mean over tasks j < T of A[T][j] - A[j][j]. Negative means forgetting.',
  better: 'higher',
  unit: 'points',
  compute: (matrix) =>
    meanOrNull(
      upTo(matrix.tasks - 1).map((j) =>
        differenceOrNull(accuracyAt(matrix, matrix.tasks, j), accuracyAt(matrix, j, j)),
      ),
    ),
}

export const bwtTriangular: MetricDefinition = {
  id: 'bwt.triangular',
  title: 'BWT (triangular)',
  definition:
    'Backward transfer, triangular form (Diaz-Rodriguez 2018): mean over all pairs i > j of A[i][j] - A[j][j]. Negative means forgetting.',
  better: 'higher',
  unit: 'points',
  compute: (matrix) =>
    meanOrNull(
      upTo(matrix.tasks).flatMap((i) =>
        upTo(i - 1).map((j) => differenceOrNull(accuracyAt(matrix, i, j), accuracyAt(matrix, j, j))),
      ),
    ),
}
