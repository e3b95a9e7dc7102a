import { z } from 'zod'
import { slug } from './data.ts'

export const SCHEDULES = ['cosine'] as const

/** What a user may set for a run. Everything absent is filled with the default and recorded resolved. */
export const runConfig = z.object({
  suite: slug,
  /** Id of one of the suite's orders. */
  order: slug.default('default'),
  method: slug,
  /** Method parameters; checked against the method's own schema. */
  parameters: z.record(z.string(), z.unknown()).default({}),
  seed: z.number().int().min(0).max(2_147_483_647).default(42),
  /** Optimiser updates per task. */
  stepsPerTask: z.number().int().min(1).max(1_000_000).default(100),
  batchSize: z.number().int().min(2).max(4096).default(32),
  learningRate: z.number().positive().max(1).default(1e-4),
  warmupSteps: z.number().int().min(0).max(100_000).default(10),
  weightDecay: z.number().min(0).max(1).default(0),
  labelSmoothing: z.number().min(0).max(0.9).default(0.2),
  /** Cap on evaluated images per task and split; null evaluates all. */
  evalLimit: z.number().int().positive().nullable().default(null),
  evalBatchSize: z.number().int().min(1).max(4096).default(64),
  /** Id of the base model; null takes the suite's. */
  model: slug.nullable().default(null),
})
export type RunConfig = z.infer<typeof runConfig>

export const RUN_STATES = [
  'QUEUED',
  'RUNNING',
  'STOP_REQUESTED',
  'STOPPED',
  'STALE', // heartbeat overdue, not yet given up
  'LOST', // lease expired; goes back to QUEUED from its last checkpoint while attempts are left
  'SUCCEEDED',
  'FAILED',
] as const
export type RunState = (typeof RUN_STATES)[number]
/** States that a run never leaves. */
export const FINAL_RUN_STATES: readonly RunState[] = ['STOPPED', 'SUCCEEDED', 'FAILED']
