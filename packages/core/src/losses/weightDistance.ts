import { type NamedTensorMap, type Scalar, tf, type Variable } from '../backend/index.ts'

/**
 * Weight consolidation: sum over all values of F (theta - anchor)^2. Its gradient is 2 F (theta - anchor).
 * @param anchor weights by name; a variable without one is left free
 * @param importance F by name (EWC, Kirkpatrick 2017, eq. 3 without its factor 1/2); absent: 1 everywhere (l2)
 */
export function weightDistance(
  variables: ReadonlyMap<string, Variable>,
  anchor: NamedTensorMap,
  importance?: NamedTensorMap,
): Scalar {
  return tf.tidy(() => {
    const parts = [...variables]
      .filter(([name]) => anchor[name] && (!importance || importance[name]))
      .map(([name, variable]) => {
        const squared = tf.square(tf.sub(variable, anchor[name]!))
        return tf.sum(importance ? tf.mul(squared, importance[name]!) : squared)
      })
    return parts.length === 0 ? tf.scalar(0) : (tf.addN(parts) as Scalar)
  })
}
