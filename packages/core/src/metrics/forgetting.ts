import { bwtTriangular } from './backwardTransfer.ts'
import { accuracyAt, differenceOrNull, largestOrNull, type RunMatrix, upTo } from './matrix.ts'
import { counted, defineMetric, LEFT_OUT, type Term } from './metric.ts'

/** What each task but the last has lost, by one way of counting it. */
const losses =
  (lost: (matrix: RunMatrix, task: number) => number | null) =>
  (matrix: RunMatrix): Term[] =>
    upTo(matrix.tasks).map((j) => (j === matrix.tasks ? LEFT_OUT : counted(lost(matrix, j))))

const final = (matrix: RunMatrix, task: number) => accuracyAt(matrix, matrix.tasks, task)

export const forgettingFromBest = defineMetric({
  id: 'forgetting.fromBest',
  title: 'Forgetting (from best)',
  definition:
    'Mean over tasks j < T of the best A[i][j] with j <= i < T, minus A[T][j]. What was lost from the best state since the task was learned.',
  formula: '1/(T−1) · Σ_{j=1..T−1} (max_{j≤i<T} A[i][j] − A[T][j])',
  source: 'Chaudhry 2018',
  better: 'lower',
  unit: 'points',
  needs: 'at least two tasks; the diagonal and all cells below it',
  terms: losses((matrix, j) => {
    const since = upTo(matrix.tasks - 1).slice(j - 1)
    return differenceOrNull(largestOrNull(since.map((i) => accuracyAt(matrix, i, j))), final(matrix, j))
  }),
})

export const forgettingFromFirst = defineMetric({
  id: 'forgetting.fromFirst',
  title: 'Forgetting (from first)',
  definition:
    'Mean over tasks j < T of A[j][j] - A[T][j]: what was lost since the task was learned. The negative of BWT.',
  formula: '1/(T−1) · Σ_{j=1..T−1} (A[j][j] − A[T][j])',
  source: 'Avalanche; the negative of the last-row BWT',
  better: 'lower',
  unit: 'points',
  needs: 'at least two tasks; the diagonal and the last row',
  terms: losses((matrix, j) => differenceOrNull(accuracyAt(matrix, j, j), final(matrix, j))),
})

export const forgettingTriangular = defineMetric({
  id: 'forgetting.triangular',
  title: 'Forgetting (triangular)',
  definition:
    'Mean over all pairs i > j of A[j][j] - A[i][j]: what was lost on average at any later time. The negative of the triangular BWT. An early task has more pairs and so more weight.',
  formula: '2/(T(T−1)) · Σ_{i=2..T} Σ_{j=1..i−1} (A[j][j] − A[i][j])',
  source: 'Díaz-Rodríguez 2018',
  better: 'lower',
  unit: 'points',
  needs: 'at least two tasks; the diagonal and all cells below it',
  terms: (matrix) =>
    bwtTriangular.terms(matrix).map(({ value, weight }) => ({ value: value === null ? null : 0 - value, weight })),
})

export const forgettingLargestDrop = defineMetric({
  id: 'forgetting.largestDrop',
  title: 'Forgetting (largest drop)',
  definition:
    'Catastrophic forgetting of Select-and-Distill in words: for each task j < T the largest drop A[j][j] - A[i][j] at any time i > j after it was learned; then the mean over those tasks. Meant to be averaged over the cyclic shifts of an order.',
  formula: '1/(T−1) · Σ_{j=1..T−1} max_{i>j} (A[j][j] − A[i][j])',
  source: 'Yu 2024 (SnD), as described; averaged over cyclic shifts there',
  better: 'lower',
  unit: 'points',
  needs: 'at least two tasks; the diagonal and all cells below it',
  terms: losses((matrix, j) =>
    largestOrNull(
      upTo(matrix.tasks)
        .slice(j)
        .map((i) => differenceOrNull(accuracyAt(matrix, j, j), accuracyAt(matrix, i, j))),
    ),
  ),
})

export const forgettingFromPeak = defineMetric({
  id: 'forgetting.fromPeak',
  title: 'Forgetting (from peak)',
  definition:
    'Catastrophic forgetting of Select-and-Distill as its released scores count it: for each task j < T the best A[i][j] of any row 1 <= i < T, also before the task was learned, minus A[T][j]; then the mean over those tasks. Meant to be averaged over the cyclic shifts of an order.',
  formula: '1/(T−1) · Σ_{j=1..T−1} (max_{1≤i<T} A[i][j] − A[T][j])',
  source: 'Yu 2024 (SnD), as released; averaged over cyclic shifts there',
  better: 'lower',
  unit: 'points',
  needs: 'at least two tasks; the columns of all tasks but the last in rows 1..T',
  terms: losses((matrix, j) =>
    differenceOrNull(largestOrNull(upTo(matrix.tasks - 1).map((i) => accuracyAt(matrix, i, j))), final(matrix, j)),
  ),
})
