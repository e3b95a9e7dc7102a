import { accuracyAt, meanOrNull, upTo } from './matrix.ts'
import type { MetricDefinition } from './metric.ts'

export const transfer: MetricDefinition = {
  id: 'transfer',
  title: 'Transfer',
  definition:
    'Zero-shot ability that is kept: for each task j from the second on, the mean of A[i][j] over the tasks i < j trained before it; then the mean over those columns. The first task and the row before any training do not count.',
  better: 'higher',
  unit: 'percent',
  compute: (matrix) =>
    meanOrNull(
      upTo(matrix.tasks)
        .slice(1)
        .map((j) => meanOrNull(upTo(j - 1).map((i) => accuracyAt(matrix, i, j)))),
    ),
}
