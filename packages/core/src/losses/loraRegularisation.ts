import { type Scalar, type Tensor, type Tensor2D, tf } from '../backend/index.ts'

/** Under the root, whose slope at 0 is infinite. */
const EPSILON = 1e-12

/**
 * Likeness of two LoRAs, in (0, 1] (MSLoRA-CR, released code): mean over their tensors of exp(-|W - W'|_F).
 * @param current and `other` in the same order
 */
export function loraSimilarity(current: readonly Tensor[], other: readonly Tensor[]): Scalar {
  const parts = current.map((weight, i) => {
    const squares = tf.sum(tf.squaredDifference(weight, other[i]!)) as Scalar
    return tf.exp(tf.neg(tf.sqrt(tf.add(squares, EPSILON)))) as Scalar
  })
  return tf.div(tf.addN(parts), parts.length)
}

/**
 * What keeps the rank-1 parts of a LoRA apart (MSLoRA-CR, released code): mean over layers of |A A^T - I|_F^2 +
 * |B^T B - I|_F^2.
 * @param layers a [rank, columns], b [rows, rank]
 */
export function loraOrthogonality(layers: readonly { a: Tensor; b: Tensor }[]): Scalar {
  const parts = layers.flatMap(({ a, b }) => {
    const eye = tf.eye(a.shape[0]!)
    const ofA = tf.matMul(a as Tensor2D, a as Tensor2D, false, true)
    const ofB = tf.matMul(b as Tensor2D, b as Tensor2D, true, false)
    return [tf.sum(tf.squaredDifference(ofA, eye)) as Scalar, tf.sum(tf.squaredDifference(ofB, eye)) as Scalar]
  })
  return tf.div(tf.addN(parts), layers.length)
}
