import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'

/** Keeps a row of zeros finite. */
const SMALLEST = 1e-12

/**
 * Rows of unit Euclidean length.
 * @param x [..., dim]
 */
export function l2Normalise<T extends Tensor>(x: T): T {
  const operation = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void]
    const inverse = tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), SMALLEST))
    const unit = tf.mul(x, inverse)
    save([unit, inverse])
    return {
      value: unit,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [unit, inverse] = saved as [Tensor, Tensor]
        return tf.mul(tf.sub(dy, tf.mul(unit, tf.sum(tf.mul(dy, unit), -1, true))), inverse)
      },
    }
  })
  return operation(x) as T
}
