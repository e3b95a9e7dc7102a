import { z } from 'zod'
import { BAGS } from './retrieval.ts'
import { RUN_STATES } from './run.ts'

/**
 * Every fact about a run is one of these. `task` is the 1-based position in the run's order, `row` of a cell
 * counts from 0 (before any training), `column` from 1. Unknown numbers are null, never 0.
 */
export const eventPayloads = {
  'run.state': z.object({
    state: z.enum(RUN_STATES),
    reason: z.string().nullable().default(null),
    errorCode: z.string().nullable().default(null),
  }),
  'task.started': z.object({ task: z.number().int(), taskId: z.string(), steps: z.number().int() }),
  'reference.built': z.object({
    task: z.number().int(),
    taskId: z.string(),
    size: z.number().int(),
    bags: z.record(z.enum(BAGS), z.number().int()),
    questions: z.number().int(),
    indexVersion: z.string(),
    milliseconds: z.number(),
  }),
  /** Metrics of one step. `step` counts from 1 over the whole run; `values` by metric name ("loss.ce"). */
  step: z.object({
    task: z.number().int(),
    step: z.number().int(),
    values: z.record(z.string(), z.number().nullable()),
  }),
  'eval.cell': z.object({
    row: z.number().int(),
    column: z.number().int(),
    taskId: z.string(),
    n: z.number().int(),
    correct: z.number().int(),
    accuracy: z.number(),
    balancedAccuracy: z.number().nullable(),
    /** Macro one-vs-rest area under the ROC curve. */
    auc: z.number().nullable(),
    /** 95 % Wilson interval of the accuracy, in [0, 1]. */
    interval: z.tuple([z.number(), z.number()]),
    /** confusion[true][predicted], counts. */
    confusion: z.array(z.array(z.number().int())),
  }),
  'checkpoint.saved': z.object({
    task: z.number().int(),
    step: z.number().int(),
    path: z.string(),
    digest: z.string(),
    bytes: z.number(),
    state: z.array(z.string()),
  }),
  /** Which figures guided steps `fromStep`..`toStep`: the pairs of the reference set with the number of draws. */
  'ledger.written': z.object({
    task: z.number().int(),
    fromStep: z.number().int(),
    toStep: z.number().int(),
    figures: z.array(
      z.object({
        figureId: z.string(),
        bag: z.enum(BAGS),
        rank: z.number().int(),
        draws: z.number().int(),
        /** Scores of the retrieval's stages; null where the stage did not run. */
        dense: z.number().nullable().default(null),
        visual: z.number().nullable().default(null),
        lexical: z.number().nullable().default(null),
      }),
    ),
    /** True when only the most drawn figures are listed. */
    sampled: z.boolean(),
    /** Draws of all figures of the window, listed or not; null in old ledgers. */
    draws: z.number().int().nullable().default(null),
  }),
  /** What was measured about a task and its reference set after `step`, and where the knobs stand since; by name. */
  'guidance.signals': z.object({
    task: z.number().int(),
    step: z.number().int(),
    signals: z.record(z.string(), z.number().nullable()),
    knobs: z.record(z.string(), z.number()),
  }),
  alarm: z.object({ name: z.string(), text: z.string() }),
  log: z.object({ level: z.enum(['info', 'warn', 'error']), text: z.string() }),
  gap: z.object({ fromSeq: z.number().int(), toSeq: z.number().int(), reason: z.string() }),
} as const

export type EventType = keyof typeof eventPayloads
export const EVENT_TYPES = Object.keys(eventPayloads) as EventType[]
export type EventPayload<T extends EventType> = z.infer<(typeof eventPayloads)[T]>
/** An event as the training process emits it; the server adds runId, seq and at. */
export type NewEvent = { [T in EventType]: { type: T; payload: EventPayload<T> } }[EventType]
/** A stored event. `at` is an ISO 8601 instant. */
export type RunEvent = NewEvent & { runId: string; seq: number; at: string }
