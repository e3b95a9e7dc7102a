import { accuracyAt, differenceOrNull, meanOrNull, upTo } from './matrix.ts'
import type { MetricDefinition } from './metric.ts'

export const forgettingFromBest: MetricDefinition = {
  id: 'forgetting.fromBest',
  title: 'Forgetting (from best)',
  definition:
    'Chaudhry 2018: mean over tasks j < T of the best A[i][j] with j <= i < T, minus A[T][j]. What was lost from the best state.',
  better: 'lower',
  unit: 'points',
  compute: (matrix) =>
    meanOrNull(
      upTo(matrix.tasks - 1).map((j) => {
        const since = upTo(matrix.tasks - 1)
          .slice(j - 1)
          .map((i) => accuracyAt(matrix, i, j))
        const best = since.includes(null) ? null : Math.max(...(since as number[]))
        return differenceOrNull(best, accuracyAt(matrix, matrix.tasks, j))
      }),
    ),
}

export const forgettingFromFirst: MetricDefinition = {
  id: 'forgetting.fromFirst',
  title: 'Forgetting (from first)',
  definition:
    'Mean over tasks j < T of A[j][j] - A[T][j]: what was lost since the task was learned. The negative of BWT.',
  better: 'lower',
  unit: 'points',
  compute: (matrix) =>
    meanOrNull(
      upTo(matrix.tasks - 1).map((j) =>
        differenceOrNull(accuracyAt(matrix, j, j), accuracyAt(matrix, matrix.tasks, j)),
      ),
    ),
}
