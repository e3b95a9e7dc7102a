import { type MatrixCell, type RunMatrix, upTo } from './matrix.ts'
import { counted, defineMetric, type Term } from './metric.ts'

/** The last row, one term a task. */
const lastRow =
  (value: (cell: MatrixCell) => number | null) =>
  (matrix: RunMatrix): Term[] =>
    upTo(matrix.tasks).map((j) => {
      const cell = matrix.cells[matrix.tasks]?.[j - 1] ?? null
      return counted(cell === null ? null : value(cell))
    })

export const last = defineMetric({
  id: 'last',
  title: 'Last',
  definition:
    'Mean accuracy over all tasks after the last one was trained: mean of A[T][j] over j. Each task counts once.',
  formula: '1/T · Σ_{j=1..T} A[T][j]',
  source: 'Zheng 2023 (ZSCL, MTIL)',
  better: 'higher',
  unit: 'percent',
  needs: 'every cell of the last row',
  terms: lastRow((cell) => cell.accuracy),
})

/** The same number as Last under the name that task-incremental tables use. */
export const acc = defineMetric({
  ...last,
  id: 'acc',
  title: 'ACC',
  definition:
    'Mean accuracy of the last row: mean of A[T][j] over j. The name that task-incremental tables use for Last.',
  source: 'Lopez-Paz 2017 (GEM)',
})

export const auc = defineMetric({
  id: 'auc',
  title: 'AUC',
  definition:
    'Macro one-vs-rest area under the ROC curve of each task after the last one was trained, averaged over tasks. Within a task each class counts once.',
  formula: '1/T · Σ_{j=1..T} AUC[T][j]',
  source: 'task-incremental tables; macro one-vs-rest, ties count one half',
  better: 'higher',
  unit: 'percent',
  needs: 'every cell of the last row, each with a test split that holds at least two classes',
  terms: lastRow((cell) => cell.auc),
})

export const balancedAccuracyLast = defineMetric({
  id: 'balancedAccuracy.last',
  title: 'Balanced accuracy',
  definition:
    'Mean recall over the classes of each task after the last one was trained, averaged over tasks. Unlike accuracy it does not reward naming the largest class.',
  formula: '1/T · Σ_{j=1..T} 1/C_j · Σ_{c=1..C_j} recall_c[T][j]',
  source: 'macro recall; classes that do not occur are left out',
  better: 'higher',
  unit: 'percent',
  needs: 'every cell of the last row',
  terms: lastRow((cell) => cell.balancedAccuracy),
})
