import { type Scalar, type Tensor2D, tf } from '../backend/index.ts'

/**
 * Cross-entropy between target distributions and softmax(logits), mean over rows.
 * @param logits [rows, columns]
 * @param targets [rows, columns], rows that sum to 1
 */
export function softTargetCrossEntropy(logits: Tensor2D, targets: Tensor2D): Scalar {
  return tf.neg(tf.mean<Scalar>(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), -1)))
}

/** Label smoothing: (1 - smoothing) * targets + smoothing / columns. */
export function smoothed(targets: Tensor2D, smoothing: number): Tensor2D {
  if (smoothing === 0) return targets
  return tf.add(tf.mul(targets, 1 - smoothing), smoothing / targets.shape[1])
}
