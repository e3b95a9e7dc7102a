import { z } from 'zod'
import { type Scalar, type Tensor2D, tf } from '../backend/index.ts'
import { similarityDistillation } from '../losses/index.ts'
import { classificationLoss } from './classificationLoss.ts'
import { distillation } from './distillationParameters.ts'
import { FrozenModel } from './frozenModel.ts'
import type { Method, MethodDefinition, MethodSetting, TaskContext } from './method.ts'
import { randomSentences } from './randomSentences.ts'

const lwfParams = z.strictObject(distillation)
const lwfVrParams = z.strictObject({
  ...distillation,
  sentences: z.number().int().min(2).max(10_000).default(1000).meta({
    title: 'Random sentences',
    description: 'Texts of random tokens whose similarities to the images are kept.',
  }),
  sentenceTokens: z.number().int().min(1).max(200).default(10).meta({
    title: 'Tokens per sentence',
    description: 'Random tokens in each sentence.',
  }),
})

/**
 * LwF (Li 2016) as ZSCL's code carries it over to CLIP: the model after the last task is the teacher on the images of
 * the new one.
 *
 *     Z = s u(x) v'(C)^T, Z' = s u'(x) v'(C)^T       C: class prompts of the new task; v', u', Z': the teacher's
 *     L = CE + w T^2 (KL over rows + KL over columns)
 */
export const lwf: MethodDefinition<typeof lwfParams> = {
  id: 'lwf',
  title: 'Learning without Forgetting',
  paper: 'Li 2016',
  summary: 'Keeps the earlier model’s answers on the images of the new task, for the new class prompts.',
  version: 1,
  trains: true,
  reference: 'none',
  params: lwfParams,
  referenceOptions: () => null,
  create: (params, setting) => learner(params, setting, ({ samples }) => samples.classTokens()),
}

/** LwF-VR (Ding 2022): the same, but for random sentences instead of the class prompts, so that the whole vocabulary is kept. */
export const lwfVr: MethodDefinition<typeof lwfVrParams> = {
  id: 'lwf-vr',
  title: 'LwF, vocabulary replay',
  paper: 'Ding 2022',
  summary: 'Keeps the earlier model’s answers on the images of the new task, for sentences of random tokens.',
  version: 1,
  trains: true,
  reference: 'none',
  params: lwfVrParams,
  referenceOptions: () => null,
  create: (params, setting) =>
    learner(params, setting, ({ random }) => randomSentences(setting, random, params.sentences, params.sentenceTokens)),
}

function learner(
  { weight, temperature }: z.output<typeof lwfParams>,
  setting: MethodSetting,
  tokens: (context: TaskContext) => Tensor2D,
): Method {
  const { model } = setting
  const teacher = new FrozenModel()
  let texts: Tensor2D | null = null // v'(C), [texts, dim]
  return {
    beginTask: (context) => {
      teacher.take(model)
      texts = tf.tidy(() => teacher.texts(tokens(context)))
    },
    step: ({ batch }) => {
      const scaled: Tensor2D = tf.mul(texts!, model.logitScale())
      const known: Tensor2D = tf.matMul(teacher.images(batch.images), scaled, false, true)
      const terms: Record<string, Scalar> = {}
      const { value, gradients } = model.gradients(() => {
        const images = model.encodeImages(batch.images)
        const ce = tf.keep(classificationLoss(setting, batch, images))
        const student: Tensor2D = tf.matMul(images, scaled, false, true)
        const kept = tf.keep(similarityDistillation({ student, teacher: known, temperature }))
        Object.assign(terms, { 'loss.ce': ce, 'loss.distillation': kept })
        return tf.add(ce, tf.mul(kept, weight))
      })
      return { gradients, metrics: { 'loss.total': value, ...terms } }
    },
    endTask: () => {
      texts?.dispose()
      texts = null
    },
    state: () => ({}), // the teacher of the next task is the model itself
    restore: () => {},
    dispose: () => {
      texts?.dispose()
      teacher.dispose()
    },
  }
}
