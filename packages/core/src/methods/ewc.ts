import { z } from 'zod'
import { type Scalar, tf } from '../backend/index.ts'
import { weightDistance } from '../losses/index.ts'
import { classificationLoss } from './classificationLoss.ts'
import { Fisher } from './fisher.ts'
import type { MethodDefinition } from './method.ts'

const params = z.strictObject({
  lambda: z.number().min(0).max(1e9).default(10).meta({
    title: 'Weight λ',
    description: 'Strength of the pull towards the weights after the last task, weighted by the Fisher information.',
  }),
  gamma: z.number().min(0).max(1).default(1).meta({
    title: 'Decay γ',
    description: 'What is left of the importance of earlier tasks after each task.',
  }),
  samples: z.number().int().min(1).max(100_000).default(128).meta({
    title: 'Fisher samples',
    description: 'Images of a task from which its Fisher information is estimated.',
  }),
})

/**
 * Online EWC (Kirkpatrick 2017, Schwarz 2018) with mammoth's estimate of the Fisher information:
 *
 *     L = CE + lambda sum F (theta - theta*)^2
 *     after a task: F <- gamma F + mean over images of exp(-CE) grad(CE)^2,  theta* <- theta
 */
export const ewc: MethodDefinition<typeof params> = {
  id: 'ewc',
  title: 'EWC (online)',
  paper: 'Kirkpatrick 2017',
  summary: 'Holds each weight by how much the answers on earlier tasks depend on it.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ lambda, gamma, samples }, setting) => {
    const { model } = setting
    const fisher = new Fisher()
    return {
      beginTask: () => {},
      step: ({ batch }) => {
        const terms: Record<string, Scalar> = {}
        const { value, gradients } = model.gradients(() => {
          const ce = tf.keep(classificationLoss(setting, batch))
          const guard = tf.keep(weightDistance(model.variables, fisher.anchor, fisher.importance))
          Object.assign(terms, { 'loss.ce': ce, 'loss.guard': guard })
          return tf.add(ce, tf.mul(guard, lambda))
        })
        return { gradients, metrics: { 'loss.total': value, ...terms } }
      },
      endTask: (context) => fisher.add(setting, context, { gamma, samples }),
      state: () => fisher.state(),
      restore: (state) => fisher.restore(state),
      dispose: () => fisher.dispose(),
    }
  },
}
