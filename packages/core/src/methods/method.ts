import type { z } from 'zod'
import type { NamedTensorMap, Scalar, Tensor1D, Tensor2D, Tensor4D } from '../backend/index.ts'
import type { Task } from '../contracts/index.ts'
import type { ClipModel } from '../model/index.ts'

/** A batch of the task that is being learned. */
export interface TaskBatch {
  /** [batch, size, size, 3], normalised pixels. */
  images: Tensor4D
  /** [batch], int32 class indices. */
  labels: Tensor1D
  /** [classes, context], int32 token ids of the class prompts. */
  classTokens: Tensor2D
}

/** A batch drawn from the reference set; the teacher's embeddings were computed once for the task. */
export interface ReferenceBatch {
  /** [batch, size, size, 3] */
  images: Tensor4D
  /** [batch, context] */
  tokens: Tensor2D
  /** [batch, dim], unit rows. */
  teacherImages: Tensor2D
  /** [batch, dim], unit rows. */
  teacherTexts: Tensor2D
  /** [batch], int32: equal numbers mark equal captions, which share the target mass. */
  captionGroups: Tensor1D
}

export interface StepInput {
  batch: TaskBatch
  reference: ReferenceBatch | null
}

/** Gradients by variable name, and scalars to report. Both belong to the caller, who disposes them. */
interface StepOutput {
  gradients: NamedTensorMap
  metrics: Record<string, Scalar>
}

interface TaskContext {
  /** 1-based position in the order. */
  position: number
  task: Task
  steps: number
}

/** What a method is made with. */
export interface MethodSetting {
  model: ClipModel
  /** Of every cross-entropy in the run. */
  labelSmoothing: number
}

/** One method at work on one run. `step` is called inside tf.tidy; state that outlives a step is kept by the method. */
export interface Method {
  /** Called with the weights as they are after the previous task (the base model for the first). */
  beginTask(context: TaskContext): void | Promise<void>
  step(input: StepInput): StepOutput
  endTask(context: TaskContext): void | Promise<void>
  /** Tensors that resume needs, by name; borrowed, not to be disposed by the caller. */
  state(): NamedTensorMap
  /** Takes over a saved state; the given tensors stay the caller's. */
  restore(state: NamedTensorMap): void
  dispose(): void
}

/** Where the reference set comes from: nothing, the uniform set, or the layered retrieval with siphon. */
export type ReferencePolicy = 'none' | 'uniform' | 'dynamic'

export interface MethodDefinition<P extends z.ZodObject = z.ZodObject> {
  id: string
  title: string
  /** "Author year", or '' for a plain baseline. */
  paper: string
  /** One sentence for forms and lists. */
  summary: string
  /** Raised when equal parameters and seeds give other results than before. */
  version: number
  /** False for zero-shot: no task is trained, row 0 is repeated. */
  trains: boolean
  reference: ReferencePolicy
  /** Strict object with title and description on each field: forms and documentation are made from it. */
  params: P
  /** How the reference set is built; null where the method wants none. */
  referenceOptions(params: z.output<P>): ReferenceOptions | null
  create(params: z.output<P>, setting: MethodSetting): Method
}

/** Sizes of the reference set and of its part in a step. */
export interface ReferenceOptions {
  /** Pairs in the set. */
  size: number
  /** Pairs drawn for each step. */
  batch: number
  /** Budgets of the bags in percent, task : domain : general; only their ratio counts. */
  ratio: { task: number; domain: number; general: number }
  /** Figures kept for a question. */
  k: number
  /** Images kept for a caption. */
  perCaption: number
}
