import type { RunConfig } from '@anamnesis/core/contracts'

/** A checkpoint to go on from. */
export interface ResumePoint {
  task: number
  step: number
  path: string
  digest: string
}

/** What the worker tells the training process. */
export type ToTraining =
  | {
      type: 'start'
      runId: string
      config: RunConfig
      home: string
      backend: string | null
      resume: ResumePoint | null
    }
  | { type: 'stop' }

/** What the training process tells the worker. `event` carries a NewEvent, checked on arrival. */
export type FromTraining =
  | { type: 'event'; event: unknown }
  | { type: 'provenance'; provenance: Record<string, unknown> }
  | { type: 'ended'; outcome: 'succeeded' | 'stopped' }
  | { type: 'failed'; code: string; message: string }
