import { type NamedTensorMap, type Scalar, tf, type Variable } from '../backend/index.ts'

/**
 * l2 weight consolidation: sum over all values of (theta - anchor)^2. Its gradient is 2 (theta - anchor).
 * @param anchor weights by name; a variable without one is left free
 */
export function weightDistance(variables: ReadonlyMap<string, Variable>, anchor: NamedTensorMap): Scalar {
  return tf.tidy(() => {
    const parts = [...variables]
      .filter(([name]) => anchor[name])
      .map(([name, variable]) => tf.sum(tf.square(tf.sub(variable, anchor[name]!))))
    return parts.length === 0 ? tf.scalar(0) : (tf.addN(parts) as Scalar)
  })
}
