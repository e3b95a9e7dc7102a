import { type NamedTensorMap, type Scalar, type Tensor, tf, type Variable } from '../backend/index.ts'
import { type WeightGuard, weightGuard } from './weightGuard.ts'

/** Weight of tensors that the losses did not reach. */
const UNREACHED = 1e-6
/** A mean squared gradient at or below this counts as zero: dividing by it would only blow up rounding. */
const ZERO = 1e-30

/**
 * DFG (PRIMED eq. 20-22; GIFT's adaptive weight consolidation): holds each weight to its value before the task, the
 * more the larger its squared gradient under the knowledge losses is in this very step.
 * Per tensor W = g^2 / mean(g^2), a constant of the step; a tensor with no or zero gradient gets 1e-6 throughout.
 * @param variables the weights to guard, by name; one without an anchor is left free
 * @param anchor the weights before the task, by name
 * @param gradients of alpha CKT + beta CMC, by name
 */
export function fisherGuard(
  variables: ReadonlyMap<string, Variable>,
  anchor: NamedTensorMap,
  gradients: NamedTensorMap,
  lambda: number | Scalar,
): WeightGuard {
  const weights = (name: string) => {
    const gradient = gradients[name]
    return gradient ? meanOne(tf.square(gradient)) : tf.scalar(UNREACHED)
  }
  return weightGuard(variables, anchor, weights, lambda)
}

/** values / mean(values); 1e-6 throughout where they are all zero. */
export function meanOne(values: Tensor): Tensor {
  const mean = tf.mean(values)
  const reached = tf.cast(tf.greater(mean, ZERO), 'float32')
  const unreached = tf.sub(1, reached)
  // reached: values / mean + 0; else: 0 / 1 + UNREACHED. No branch, so that every step is the same graph.
  return tf.add(tf.mul(values, tf.div(reached, tf.add(mean, unreached))), tf.mul(unreached, UNREACHED))
}
