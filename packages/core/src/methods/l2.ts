import { z } from 'zod'
import { type Scalar, tf } from '../backend/index.ts'
import { weightDistance } from '../losses/index.ts'
import { Anchor } from './anchor.ts'
import { classificationLoss } from './classificationLoss.ts'
import type { MethodDefinition } from './method.ts'

const params = z.strictObject({
  lambda: z.number().min(0).max(1e6).default(1).meta({
    title: 'Weight λ',
    description: 'Strength of the pull towards the weights before the task, on the sum of squared differences.',
  }),
})

export const l2: MethodDefinition<typeof params> = {
  id: 'l2',
  title: 'L2 weight consolidation',
  paper: 'Zheng 2023',
  summary: 'Cross-entropy plus λ times the squared distance to the weights before the task.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ lambda }, setting) => {
    const anchor = new Anchor()
    return {
      beginTask: () => anchor.take(setting.model),
      step: ({ batch }) => {
        const terms: Record<string, Scalar> = {}
        const { value, gradients } = setting.model.gradients(() => {
          const ce = tf.keep(classificationLoss(setting, batch))
          const guard = tf.keep(weightDistance(setting.model.variables, anchor.weights))
          Object.assign(terms, { 'loss.ce': ce, 'loss.guard': guard })
          return tf.add(ce, tf.mul(guard, lambda))
        })
        return { gradients, metrics: { 'loss.total': value, ...terms } }
      },
      endTask: () => anchor.dispose(),
      state: () => anchor.state(),
      restore: (state) => anchor.restore(state),
      dispose: () => anchor.dispose(),
    }
  },
}
