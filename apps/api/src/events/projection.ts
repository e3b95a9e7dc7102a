import { FINAL_RUN_STATES, type RunEvent, type RunState } from '@anamnesis/core/contracts'
import { computeMetrics, runMatrix } from '@anamnesis/core/metrics'

/** What the events of a run add up to, apart from its matrix. */
export interface Projection {
  state: RunState
  stateReason: string | null
  errorCode: string | null
  /** ISO instants */
  startedAt: string | null
  finishedAt: string | null
  attempt: number
  losses: number
  task: number
  step: number
  lastSeq: number
  /** Sorted. */
  seriesNames: string[]
}

/** One place of the accuracy matrix. */
export interface Cell {
  row: number
  column: number
  taskKey: string
  n: number
  correct: number
  accuracy: number
  low: number
  high: number
  balancedAccuracy: number | null
  auc: number | null
  confusion: number[][]
}

/** The projection of no event at all. */
export const emptyProjection: Projection = {
  state: 'QUEUED',
  stateReason: null,
  errorCode: null,
  startedAt: null,
  finishedAt: null,
  attempt: 0,
  losses: 0,
  task: 0,
  step: 0,
  lastSeq: 0,
  seriesNames: [],
}

/** The projection after one more event. Pure; applying all events from `emptyProjection` gives what is stored. */
export function applyEvent(before: Projection, event: RunEvent): Projection {
  const after = { ...before, lastSeq: event.seq }
  switch (event.type) {
    case 'run.state': {
      const { state, reason, errorCode } = event.payload
      after.state = state
      after.stateReason = reason
      after.errorCode = errorCode
      if (state === 'RUNNING') {
        after.startedAt = before.startedAt ?? event.at
        // A stale run that is heard of again goes on in the same attempt.
        if (before.state === 'QUEUED') after.attempt = before.attempt + 1
      }
      if (state === 'LOST') after.losses = before.losses + 1
      if (FINAL_RUN_STATES.includes(state)) after.finishedAt = event.at
      return after
    }
    case 'task.started':
      after.task = event.payload.task
      return after
    case 'step': {
      after.task = event.payload.task
      after.step = event.payload.step
      const fresh = Object.keys(event.payload.values).filter((name) => !before.seriesNames.includes(name))
      if (fresh.length > 0) after.seriesNames = [...before.seriesNames, ...fresh].sort()
      return after
    }
    case 'checkpoint.saved':
      after.step = event.payload.step
      return after
    default:
      return after
  }
}

/** The cell that an event brings, null for any other event. */
export function cellOf(event: RunEvent): Cell | null {
  if (event.type !== 'eval.cell') return null
  const { row, column, taskId, n, correct, accuracy, interval, balancedAccuracy, auc, confusion } = event.payload
  const [low, high] = interval
  return { row, column, taskKey: taskId, n, correct, accuracy, low, high, balancedAccuracy, auc, confusion }
}

/** Every metric of a run by id from the cells that have landed. */
export function metricsOf(tasks: number, cells: Iterable<Cell>): Record<string, number | null> {
  return computeMetrics(runMatrix(tasks, cells))
}
