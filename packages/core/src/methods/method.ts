import type { z } from 'zod'
import type { NamedTensorMap, Scalar, Tensor1D, Tensor2D, Tensor4D, Variable } from '../backend/index.ts'
import type { Random, Task } from '../contracts/index.ts'
import type { ClipModel, Tokenizer } from '../model/index.ts'
import type { RetrievalMode } from '../retrieve/index.ts'
import type { AdaptiveReference, GuidanceSignals } from './guidanceSignals.ts'

/** A batch of the task that is being learned. */
export interface TaskBatch {
  /** [batch, size, size, 3], normalised pixels. */
  images: Tensor4D
  /** [batch], int32 class indices. */
  labels: Tensor1D
  /** [classes, context], int32 token ids of the class prompts. */
  classTokens: Tensor2D
}

/** Models that look at the reference set beside the one that learns: after the last task, before any task, the mean of both. */
export const TEACHERS = ['previous', 'initial', 'average'] as const
export type TeacherKind = (typeof TEACHERS)[number]

/** What a teacher made of a batch: unit rows, [batch, dim]. */
export interface TeacherEmbeddings {
  images: Tensor2D
  texts: Tensor2D
}

/** A batch drawn from the reference set; the teachers' embeddings were computed once for the task. */
export interface ReferenceBatch {
  /** [batch, size, size, 3] */
  images: Tensor4D
  /** [batch, context] */
  tokens: Tensor2D
  /** Those that the method asked for in its `ReferenceOptions`. */
  teachers: Partial<Record<TeacherKind, TeacherEmbeddings>>
  /** [batch], int32: equal numbers mark equal captions, which share the target mass. */
  captionGroups: Tensor1D
  /** [batch], int32: equal numbers mark pairs of one domain. */
  domains: Tensor1D
  /** [batch], int32: equal numbers mark pairs that one question found. */
  questionGroups: Tensor1D
  /** [batch, context]: the questions that found the pairs. */
  questionTokens(): Tensor2D
  /** [batch]: trust r_q of the question of each pair; null where it was not measured. */
  trust: Tensor1D | null
}

/**
 * A batch of stored training images. Its class columns are the classes of all tasks met so far, task by task.
 */
export interface ExemplarBatch {
  /** [batch, size, size, 3] */
  images: Tensor4D
  /** [batch], int32, among all classes met. */
  labels: Tensor1D
  /** [classes met, context] */
  classTokens: Tensor2D
  /** [batch, classes met]: 1 where a class belongs to the image's own task, else 0. */
  ownClasses: Tensor2D
  /** [batch, classes met]: what the step's `remember` held when the image was stored; 0 elsewhere. */
  remembered: Tensor2D
}

export interface StepInput {
  batch: TaskBatch
  reference: ReferenceBatch | null
  /** As many batches as the method draws in a step; none as long as the memory is empty. */
  exemplars: readonly ExemplarBatch[]
}

/** Gradients by variable name, and scalars to report. Both belong to the caller, who disposes them. */
export interface StepOutput {
  gradients: NamedTensorMap
  metrics: Record<string, Scalar>
  /** [batch, classes of the task]: kept with the images of this batch that enter the exemplar memory. */
  remember?: Tensor2D
}

/** The training images of the task at hand. */
export interface TaskSamples {
  count: number
  labels: Int32Array
  /** Decodes images; the function that is returned makes their tensors, inside tf.tidy. */
  load(indices: readonly number[]): Promise<() => TaskBatch>
  /** [classes, context], to be made inside tf.tidy */
  classTokens(): Tensor2D
}

export interface TaskContext {
  /** 1-based position in the order. */
  position: number
  task: Task
  steps: number
  samples: TaskSamples
  /** The method's own random numbers in this task; equal for equal seeds, also after a resume. */
  random: Random
}

/** What a method is made with. */
export interface MethodSetting {
  model: ClipModel
  /** Of every cross-entropy in the run. */
  labelSmoothing: number
  tokenizer: Tokenizer
  /** The base model that the run started from, to be disposed by the caller. */
  openInitial(): Promise<ClipModel>
}

/** Scores the images of one task. `logits` is called inside tf.tidy. */
export interface Classifier {
  /** @param images [batch, size, size, 3] @returns [batch, classes of the task] */
  logits(images: Tensor4D): Tensor2D
  dispose(): void
}

/** One method at work on one run. `step` is called inside tf.tidy; state that outlives a step is kept by the method. */
export interface Method {
  /** Called with the weights as they are after the previous task (the base model for the first). */
  beginTask(context: TaskContext): void | Promise<void>
  step(input: StepInput): StepOutput
  /** After the update of each step, counted from 1 in its task; outside of tf.tidy. */
  afterStep?(step: number): void
  /** Turns the knobs of the losses by what was measured, before the first step and between steps. @returns their values, by name */
  adapt?(signals: GuidanceSignals): Record<string, number>
  endTask(context: TaskContext): void | Promise<void>
  /** What the optimiser updates in this task, by the names that gradients carry; absent: what the model trains (`ClipModel.trained`). */
  variables?(): ReadonlyMap<string, Variable>
  /** Factor on the learning rate of a variable; absent: 1. */
  rateFactor?(name: string): number
  /** How a task is evaluated; absent: cosine of image and class prompt under the model. */
  classifier?(task: { task: Task; classTokens: Tensor2D }): Classifier
  /** Tensors that resume needs, by name; borrowed, not to be disposed by the caller. */
  state(): NamedTensorMap
  /** Takes over a saved state; the given tensors stay the caller's. */
  restore(state: NamedTensorMap): void
  dispose(): void
}

/**
 * Where the reference set comes from: nothing; the uniform set; the layered retrieval with siphon; or prompts drawn
 * evenly from the question pool and the labels of earlier tasks.
 */
export type ReferencePolicy = 'none' | 'uniform' | 'dynamic' | 'prompts'

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
  /** True where `beginTask` and `endTask` learn by themselves and no step is made. */
  closedForm?: boolean
  reference: ReferencePolicy
  /** Strict object with title and description on each field: forms and documentation are made from it. */
  params: P
  /** How the reference set is built; null where the method wants none. */
  referenceOptions(params: z.output<P>): ReferenceOptions | null
  /** Which images of the tasks are stored; absent where none are. */
  exemplarOptions?(params: z.output<P>): ExemplarOptions
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
  /** How questions are answered: dense, visual and lexical layer, or one of them alone. */
  mode: RetrievalMode
  /** What the ratio weighs: whole bags, or every question of a bag. */
  split: 'bag' | 'question'
  teachers: readonly TeacherKind[]
  /** What is measured and adapted while training; null: nothing. */
  adaptive: AdaptiveReference | null
}

/**
 * How images enter the exemplar memory. `reservoir`: while training, each image seen with equal probability.
 * `herding`: after a task, per class those that keep the mean of the features. `clusters`: after a task, those nearest
 * to the centres of k-means over image and class prompt embeddings.
 */
type ExemplarSelection = 'reservoir' | 'herding' | 'clusters'

/** The exemplar memory of a method. */
export interface ExemplarOptions {
  /** Images of all tasks together. */
  size: number
  /** Images in one batch. */
  batch: number
  /** Batches drawn for a step. */
  draws: number
  selection: ExemplarSelection
}
