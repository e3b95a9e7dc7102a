import type { z } from 'zod'
import type { EncodedVectors, Question, Random, ReferencePair } from '../../contracts/index.ts'
import type { Encoder } from '../../embed/encoder.ts'
import type { Method, MethodSetting, StepInput, StepOutput, TaskContext } from '../method.ts'

/** What an add-on may look at when it chooses among reference pairs. */
export interface PairsInView {
  pairs: readonly ReferencePair[]
  /** Embeds figures and texts with the model that retrieved them: the base model of the run. */
  encoder: Encoder
  /** The question that found a pair; null where it is not known. */
  questionOf(pair: ReferencePair): Question | null
  /**
   * Embeddings of the pairs' images under the base model, [pairs * dim], unit rows.
   * @param random shifts, zooms and changes the tone of each image gently at random; absent: images as they are
   */
  images(pairs: readonly ReferencePair[], random?: Random): Promise<EncodedVectors>
  /** Retrieves figures for further questions, best first, at most `k` for each. */
  ask(questions: readonly Question[], k: number): Promise<ReferencePair[]>
}

/**
 * Something that joins any method of a run: another loss, another choice of references, another merge after a task.
 * Every part is optional; a part is called right after the method's own.
 */
export interface AddOn extends Partial<Omit<Method, 'step' | 'adapt'>> {
  /** Gradients that are added to the method's; metrics carry the add-on's own names. Called inside tf.tidy. */
  step?(input: StepInput): StepOutput
  /** Chooses and orders reference pairs before a task; the result is what the task is guided by. */
  choosePairs?(view: PairsInView, context: Pick<TaskContext, 'position' | 'task' | 'random'>): Promise<ReferencePair[]>
}

export interface AddOnDefinition<P extends z.ZodObject = z.ZodObject> {
  id: string
  title: string
  /** "Author year" */
  paper: string
  /** One sentence for forms and lists. */
  summary: string
  version: number
  /** What a run must have for it. */
  needs: 'nothing' | 'reference'
  params: P
  create(params: z.output<P>, setting: MethodSetting): AddOn
}
