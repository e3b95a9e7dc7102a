import { type NamedTensorMap, type Scalar, type Tensor, tf, type Variable } from '../backend/index.ts'

/** Weight of tensors that the losses did not reach. */
const UNREACHED = 1e-6
/** A mean squared gradient at or below this counts as zero: dividing by it would only blow up rounding. */
const ZERO = 1e-30

export interface FisherGuard {
  /** Sum over all values of W (theta - anchor)^2, without lambda. */
  penalty: Scalar
  /** 2 lambda W (theta - anchor), by name. */
  gradients: NamedTensorMap
}

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
  lambda: number,
): FisherGuard {
  const names = [...variables.keys()].filter((name) => anchor[name])
  return tf.tidy(() => {
    const penalties: Tensor[] = []
    const guarded: NamedTensorMap = {}
    for (const name of names) {
      const distance = tf.sub(variables.get(name)!, anchor[name]!)
      const pull = tf.mul(fisherWeights(gradients[name]), distance)
      penalties.push(tf.sum(tf.mul(pull, distance)))
      guarded[name] = tf.mul(pull, 2 * lambda)
    }
    return { penalty: penalties.length === 0 ? tf.scalar(0) : tf.addN(penalties), gradients: guarded }
  }) as FisherGuard
}

function fisherWeights(gradient: Tensor | undefined): Tensor {
  if (!gradient) return tf.scalar(UNREACHED)
  const squared = tf.square(gradient)
  const mean = tf.mean(squared)
  const reached = tf.cast(tf.greater(mean, ZERO), 'float32')
  const unreached = tf.sub(1, reached)
  // reached: squared / mean + 0; else: 0 / 1 + UNREACHED. No branch, so that every step is the same graph.
  return tf.add(tf.mul(squared, tf.div(reached, tf.add(mean, unreached))), tf.mul(unreached, UNREACHED))
}
