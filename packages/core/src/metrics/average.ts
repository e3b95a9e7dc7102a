import { accuracyAt, meanOrNull, upTo } from './matrix.ts'
import { counted, defineMetric } from './metric.ts'

export const avg = defineMetric({
  id: 'avg',
  title: 'Avg',
  definition:
    'Mean of A[i][j] over all tasks j and all rows i = 1..T: how well all tasks do over the whole run. The row before any training does not count.',
  formula: '1/T² · Σ_{i=1..T} Σ_{j=1..T} A[i][j]',
  source: 'Zheng 2023 (ZSCL, MTIL)',
  better: 'higher',
  unit: 'percent',
  needs: 'every cell of rows 1..T',
  terms: (matrix) =>
    upTo(matrix.tasks).map((j) => counted(meanOrNull(upTo(matrix.tasks).map((i) => accuracyAt(matrix, i, j))))),
})
