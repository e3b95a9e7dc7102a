import { accuracyAt, differenceOrNull, largestOrNull, meanOrNull, type RunMatrix, upTo } from './matrix.ts'
import { counted, defineMetric, LEFT_OUT, type Term } from './metric.ts'

/** How far each task fell below its zero-shot accuracy while it was still unseen: A[0][j] - A[i][j], 1 <= i < j. */
const unseen =
  (summary: (drops: (number | null)[]) => number | null) =>
  (matrix: RunMatrix): Term[] =>
    upTo(matrix.tasks).map((j) =>
      j === 1
        ? LEFT_OUT
        : counted(
            summary(upTo(j - 1).map((i) => differenceOrNull(accuracyAt(matrix, 0, j), accuracyAt(matrix, i, j)))),
          ),
    )

export const zeroShotDrop = defineMetric({
  id: 'zeroShot.drop',
  title: 'Zero-shot drop',
  definition:
    'What training has cost on tasks that are not trained yet: for each task j from the second on, A[0][j] minus the mean of A[i][j] over the tasks i < j trained before it; then the mean over those tasks. Transfer measured from where the model started.',
  formula: '1/(T−1) · Σ_{j=2..T} (A[0][j] − 1/(j−1) · Σ_{i=1..j−1} A[i][j])',
  source: 'Transfer (Zheng 2023) against the row before training',
  better: 'lower',
  unit: 'points',
  needs: 'at least two tasks; row 0 and all cells above the diagonal',
  terms: unseen(meanOrNull),
})

export const zeroShotDegradation = defineMetric({
  id: 'zeroShot.degradation',
  title: 'Zero-shot degradation',
  definition:
    'Zero-shot degradation of Select-and-Distill: for each task j from the second on, the largest drop of A[i][j] below the zero-shot accuracy A[0][j] at any time i < j before it is trained; then the mean over those tasks. Meant to be averaged over the cyclic shifts of an order.',
  formula: '1/(T−1) · Σ_{j=2..T} (A[0][j] − min_{1≤i<j} A[i][j])',
  source: 'Yu 2024 (SnD); averaged over cyclic shifts there',
  better: 'lower',
  unit: 'points',
  needs: 'at least two tasks; row 0 and all cells above the diagonal',
  terms: unseen(largestOrNull),
})
