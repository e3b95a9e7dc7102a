import { type Scalar, tf } from '../../backend/index.ts'
import type { ClipModel } from '../../model/index.ts'
import type { StepOutput } from '../method.ts'

/** The step of an add-on that is one more loss: gradients of weight times the loss, and the loss itself as a metric. */
export function lossStep(model: ClipModel, name: string, weight: number, loss: () => Scalar): StepOutput {
  let own: Scalar | null = null
  const { value, gradients } = model.gradients(() => {
    own = tf.keep(loss())
    return tf.mul(own, weight)
  })
  return { gradients, metrics: { 'loss.total': value, [`loss.${name}`]: own! } }
}
