import { z } from 'zod'
import { type Scalar, type Tensor2D, tf } from '../backend/index.ts'
import { similarityDistillation } from '../losses/index.ts'
import { classificationLoss } from './classificationLoss.ts'
import { distillation } from './distillationParameters.ts'
import { exemplarParameters } from './exemplarParameters.ts'
import { FrozenModel } from './frozenModel.ts'
import type { Method, MethodDefinition, StepOutput } from './method.ts'
import { summedGradients } from './summedGradients.ts'

const params = z.strictObject({ ...distillation, ...exemplarParameters(2000) })

/**
 * iCaRL (Rebuffi 2017) as ZSCL's code carries it over to CLIP: exemplars chosen by herding, the base model as teacher
 * on them.
 *
 *     Z = s u(x) v'(C)^T on exemplars x, C: class prompts of all tasks met
 *     L = CE + w T^2 (KL over rows + KL over columns)
 */
export const icarl: MethodDefinition<typeof params> = {
  id: 'icarl',
  title: 'iCaRL',
  paper: 'Rebuffi 2017',
  summary: 'Stores exemplars chosen by herding and keeps the base model’s answers on them.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  exemplarOptions: ({ exemplars, exemplarBatch }) => ({
    size: exemplars,
    batch: exemplarBatch,
    draws: 1,
    selection: 'herding',
  }),
  create: ({ weight, temperature }, setting): Method => {
    const { model } = setting
    const teacher = new FrozenModel()
    return {
      beginTask: async () => {
        if (!teacher.ready) teacher.adopt(await setting.openInitial())
      },
      step: ({ batch, exemplars: [stored] }): StepOutput => {
        const task = model.gradients(() => classificationLoss(setting, batch))
        if (!stored) {
          return { gradients: task.gradients, metrics: { 'loss.total': task.value, 'loss.ce': task.value.clone() } }
        }
        const scaled: Tensor2D = tf.mul(teacher.texts(stored.classTokens), model.logitScale())
        const known: Tensor2D = tf.matMul(teacher.images(stored.images), scaled, false, true)
        const kept = model.gradients(() => {
          const student: Tensor2D = tf.matMul(model.encodeImages(stored.images), scaled, false, true)
          return tf.mul(similarityDistillation({ student, teacher: known, temperature }), weight)
        })
        return {
          gradients: summedGradients(task.gradients, kept.gradients),
          metrics: {
            'loss.total': tf.add(task.value, kept.value) as Scalar,
            'loss.ce': task.value,
            'loss.distillation': kept.value,
          },
        }
      },
      endTask: () => {},
      state: () => ({}), // the base model is opened again
      restore: () => {},
      dispose: () => teacher.dispose(),
    }
  },
}
