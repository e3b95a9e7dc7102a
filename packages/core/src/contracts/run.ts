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
  /** Add-ons that join the method, each with its parameters; checked against its own schema. */
  addOns: z.record(slug, z.record(z.string(), z.unknown())).default({}),
  seed: z.number().int().min(0).max(2_147_483_647).default(42).meta({
    title: 'Seed',
    description: 'Fixes every random choice of the run: equal settings and seed give equal results.',
  }),
  stepsPerTask: z.number().int().min(1).max(1_000_000).default(100).meta({
    title: 'Steps per task',
    description: 'Optimiser updates on each task; small tasks are cycled.',
  }),
  batchSize: z.number().int().min(2).max(4096).default(32).meta({
    title: 'Batch size',
    description: 'Task images in one step.',
  }),
  learningRate: z.number().positive().max(1).default(1e-4).meta({
    title: 'Learning rate',
    description: 'Largest rate of AdamW, reached after the warm-up; a cosine brings it to zero within each task.',
  }),
  warmupSteps: z.number().int().min(0).max(100_000).default(10).meta({
    title: 'Warm-up steps',
    description: 'Steps of each task over which the learning rate rises.',
  }),
  weightDecay: z.number().min(0).max(1).default(0).meta({
    title: 'Weight decay',
    description: 'Decoupled decay of AdamW.',
  }),
  labelSmoothing: z.number().min(0).max(0.9).default(0.2).meta({
    title: 'Label smoothing',
    description: 'Share of each target that is spread evenly over the classes.',
  }),
  evalLimit: z.number().int().positive().nullable().default(null).meta({
    title: 'Evaluated images',
    description: 'Most test images per task, taken at even distances; empty evaluates all.',
  }),
  evalBatchSize: z.number().int().min(1).max(4096).default(64).meta({
    title: 'Evaluation batch',
    description: 'Images evaluated together; changes speed and memory, not results.',
  }),
  checkpointing: z.boolean().default(false).meta({
    title: 'Save memory',
    description: 'Computes each block of the model once more for the gradient: less memory, more time, same results.',
  }),
  model: slug.nullable().default(null).meta({
    title: 'Base model',
    description: 'Id of the model that the run starts from; empty takes the suite’s.',
  }),
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
