import { accuracyAt, meanOrNull, upTo } from './matrix.ts'
import { counted, defineMetric, LEFT_OUT } from './metric.ts'

export const transfer = defineMetric({
  id: 'transfer',
  title: 'Transfer',
  definition:
    'Zero-shot ability that is kept: for each task j from the second on, the mean of A[i][j] over the tasks i < j trained before it; then the mean over those columns. The first task and the row before any training do not count.',
  formula: '1/(T−1) · Σ_{j=2..T} 1/(j−1) · Σ_{i=1..j−1} A[i][j]',
  source: 'Zheng 2023 (ZSCL, MTIL)',
  better: 'higher',
  unit: 'percent',
  needs: 'at least two tasks; all cells above the diagonal in rows 1..T',
  terms: (matrix) =>
    upTo(matrix.tasks).map((j) =>
      j === 1 ? LEFT_OUT : counted(meanOrNull(upTo(j - 1).map((i) => accuracyAt(matrix, i, j)))),
    ),
})
