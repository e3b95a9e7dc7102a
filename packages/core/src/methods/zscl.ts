import { z } from 'zod'
import { type Scalar, type Tensor2D, tf } from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'
import { similarityDistillation, weightDistance } from '../losses/index.ts'
import { Anchor } from './anchor.ts'
import { classificationLoss } from './classificationLoss.ts'
import { distillation } from './distillationParameters.ts'
import type { MethodDefinition } from './method.ts'
import { referenceOptions, referenceSet } from './referenceParameters.ts'
import { averagedModels, WeightAverage } from './weightAverage.ts'

const params = z.strictObject({
  ...distillation,
  lambda: z.number().min(0).max(1e6).default(1).meta({
    title: 'Weight consolidation λ',
    description: 'Pull towards the weights before the task.',
  }),
  averagedModels,
  ...referenceSet,
})

/**
 * ZSCL (Zheng 2023): the base model is the teacher on reference pairs; its text embeddings stand on the text side of
 * both matrices, so that only the image tower is distilled.
 *
 *     Z = s u(x) v'(y)^T, Z' = s u'(x) v'(y)^T
 *     L = CE + w T^2 (KL over rows + KL over columns) + lambda sum (theta - theta_{t-1})^2, weights averaged
 */
export const zscl: MethodDefinition<typeof params> = {
  id: 'zscl',
  title: 'ZSCL',
  paper: 'Zheng 2023',
  summary: 'Keeps the base model’s similarities on reference pairs, holds the weights and averages them.',
  version: 1,
  trains: true,
  reference: 'uniform',
  params,
  referenceOptions: (given) => referenceOptions(given, { teachers: ['initial'] }),
  create: ({ weight, temperature, lambda, averagedModels }, setting) => {
    const { model } = setting
    const anchor = new Anchor()
    const average = new WeightAverage()
    return {
      beginTask: ({ steps }) => {
        anchor.take(model)
        average.begin(model, steps, averagedModels)
      },
      step: ({ batch, reference }) => {
        if (!reference) throw new AnamnesisError('INTERNAL', 'ZSCL needs a reference batch in every step.')
        const initial = reference.teachers.initial!
        const scaled: Tensor2D = tf.mul(initial.texts, model.logitScale())
        const known: Tensor2D = tf.matMul(initial.images, scaled, false, true)
        const terms: Record<string, Scalar> = {}
        const { value, gradients } = model.gradients(() => {
          const ce = tf.keep(classificationLoss(setting, batch))
          const student: Tensor2D = tf.matMul(model.encodeImages(reference.images), scaled, false, true)
          const kept = tf.keep(similarityDistillation({ student, teacher: known, temperature }))
          const guard = tf.keep(weightDistance(model.variables, anchor.weights))
          Object.assign(terms, { 'loss.ce': ce, 'loss.distillation': kept, 'loss.guard': guard })
          return tf.addN([ce, tf.mul(kept, weight), tf.mul(guard, lambda)]) as Scalar
        })
        return { gradients, metrics: { 'loss.total': value, ...terms } }
      },
      afterStep: (step) => average.afterStep(model, step),
      endTask: () => {
        average.end(model)
        anchor.dispose()
      },
      state: () => ({}),
      restore: () => {},
      dispose: () => {
        average.dispose()
        anchor.dispose()
      },
    }
  },
}
