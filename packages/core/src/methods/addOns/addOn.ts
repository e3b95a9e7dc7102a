import type { z } from 'zod'
import type { ReferencePair } from '../../contracts/index.ts'
import type { Encoder } from '../../embed/encoder.ts'
import type { Method, MethodSetting, StepInput, StepOutput, TaskContext } from '../method.ts'

/** What an add-on may look at when it chooses among reference pairs. */
export interface PairsInView {
  pairs: readonly ReferencePair[]
  /** Embeds figures and texts with the model that retrieved them. */
  encoder: Encoder
  /** Encoded image of a pair's figure. */
  image(pair: ReferencePair): Promise<Uint8Array>
  /** Modality and anatomy words of a pair's figure, empty where unknown. */
  about(pair: ReferencePair): Promise<{ modality: string; anatomy: string }>
}

/**
 * Something that joins any method of a run: another loss, another choice of references, another merge after a task.
 * Every part is optional; a part is called right after the method's own.
 */
export interface AddOn extends Partial<Omit<Method, 'step'>> {
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
