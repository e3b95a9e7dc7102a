import { type MatrixCell, meanOrNull, type RunMatrix } from './matrix.ts'
import type { MetricDefinition } from './metric.ts'

const meanOfLastRow = (matrix: RunMatrix, value: (cell: MatrixCell) => number | null) =>
  meanOrNull(matrix.cells[matrix.tasks]?.map((cell) => (cell === null ? null : value(cell))) ?? [])

export const last: MetricDefinition = {
  id: 'last',
  title: 'Last',
  definition:
    'Mean accuracy over all tasks after the last one was trained: mean of A[T][j] over j. Each task counts once.',
  better: 'higher',
  unit: 'percent',
  compute: (matrix) => meanOfLastRow(matrix, (cell) => cell.accuracy),
}

/** The same number as Last under the name that task-incremental tables use. */
export const acc: MetricDefinition = {
  id: 'acc',
  title: 'ACC',
  definition:
    'Mean accuracy of the last row: mean of A[T][j] over j. The name that task-incremental tables use for Last.',
  better: 'higher',
  unit: 'percent',
  compute: last.compute,
}

export const auc: MetricDefinition = {
  id: 'auc',
  title: 'AUC',
  definition:
    'Macro one-vs-rest area under the ROC curve of each task after the last one was trained, averaged over tasks. Within a task each class counts once.',
  better: 'higher',
  unit: 'percent',
  compute: (matrix) => meanOfLastRow(matrix, (cell) => cell.auc),
}

export const balancedAccuracyLast: MetricDefinition = {
  id: 'balancedAccuracy.last',
  title: 'Balanced accuracy',
  definition:
    'Mean recall over the classes of each task after the last one was trained, averaged over tasks. Unlike accuracy it does not reward naming the largest class.',
  better: 'higher',
  unit: 'percent',
  compute: (matrix) => meanOfLastRow(matrix, (cell) => cell.balancedAccuracy),
}
