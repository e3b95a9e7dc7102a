import { accuracyAt, meanOrNull, upTo } from './matrix.ts'
import type { MetricDefinition } from './metric.ts'

export const avg: MetricDefinition = {
  id: 'avg',
  title: 'Avg',
  definition:
    'Mean of A[i][j] over all tasks j and all rows i = 1..T: how well all tasks do over the whole run. The row before any training does not count.',
  better: 'higher',
  unit: 'percent',
  compute: (matrix) =>
    meanOrNull(upTo(matrix.tasks).map((j) => meanOrNull(upTo(matrix.tasks).map((i) => accuracyAt(matrix, i, j))))),
}
