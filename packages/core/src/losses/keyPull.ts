import { l2Normalise, type Scalar, type Tensor2D, tf } from '../backend/index.ts'

/**
 * Pull of the chosen keys towards the queries that chose them (L2P and DualPrompt, both Wang 2022):
 * mean over queries of the sum over their keys of 1 - cos(query, key).
 * @param queries [batch, dim], unit rows
 * @param keys [keys, dim], of any length
 * @param chosen [batch, keys]: 1 where a query chose a key, else 0
 */
export function keyPull(queries: Tensor2D, keys: Tensor2D, chosen: Tensor2D): Scalar {
  const cosines = tf.matMul(queries, l2Normalise(keys), false, true)
  return tf.mean(tf.sum(tf.mul(tf.sub(1, cosines), chosen), 1)) as Scalar
}
