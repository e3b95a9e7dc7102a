import type { NewEvent } from '@anamnesis/core/contracts'

export const cell = (row: number, column: number, accuracy = 0.5): NewEvent => ({
  type: 'eval.cell',
  payload: {
    row,
    column,
    taskId: `task-${column}`,
    n: 100,
    correct: Math.round(accuracy * 100),
    accuracy,
    balancedAccuracy: accuracy,
    auc: null,
    interval: [accuracy - 0.1, accuracy + 0.1],
    confusion: [
      [50, 0],
      [0, 50],
    ],
  },
})

export const stepEvent = (step: number, values: Record<string, number | null> = { 'loss.ce': 1 / step }): NewEvent => ({
  type: 'step',
  payload: { task: 1, step, values },
})
