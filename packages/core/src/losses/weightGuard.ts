import { type NamedTensorMap, type Scalar, type Tensor, tf, type Variable } from '../backend/index.ts'

export interface WeightGuard {
  /** Sum over all values of W (theta - anchor)^2, without lambda. */
  penalty: Scalar
  /** 2 lambda W (theta - anchor), by name. */
  gradients: NamedTensorMap
}

/**
 * Holds weights to an anchor, each value with its own weight W, which counts as a constant.
 * @param variables the weights to guard, by name; one without an anchor is left free
 * @param weights W of a variable, of its shape or a scalar; null leaves it free
 */
export function weightGuard(
  variables: ReadonlyMap<string, Variable>,
  anchor: NamedTensorMap,
  weights: (name: string) => Tensor | null,
  lambda: number | Scalar,
): WeightGuard {
  return tf.tidy(() => {
    const penalties: Tensor[] = []
    const guarded: NamedTensorMap = {}
    const factor = typeof lambda === 'number' ? 2 * lambda : tf.mul(lambda, 2)
    for (const [name, variable] of variables) {
      const weight = anchor[name] ? weights(name) : null
      if (!weight) continue
      const distance = tf.sub(variable, anchor[name]!)
      const pull = tf.mul(weight, distance)
      penalties.push(tf.sum(tf.mul(pull, distance)))
      guarded[name] = tf.mul(pull, factor)
    }
    return { penalty: penalties.length === 0 ? tf.scalar(0) : tf.addN(penalties), gradients: guarded }
  }) as WeightGuard
}
