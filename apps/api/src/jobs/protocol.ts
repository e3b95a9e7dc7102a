import type { TrainingRequest } from '@anamnesis/core/train'

/** What the worker tells the training process. */
export type ToTraining = { type: 'start'; request: TrainingRequest } | { type: 'stop' }

/** What the training process tells the worker. `event` carries a NewEvent, checked on arrival. */
export type FromTraining =
  | { type: 'event'; event: unknown }
  | { type: 'provenance'; provenance: Record<string, unknown> }
  | { type: 'ended'; outcome: 'succeeded' | 'stopped' }
  | { type: 'failed'; code: string; message: string }
