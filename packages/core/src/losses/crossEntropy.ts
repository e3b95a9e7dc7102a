import { type Scalar, softmaxCrossEntropy, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'
import { smoothed } from './smoothed.ts'

/**
 * Classification loss, mean over the batch. The target of a row is (1 - smoothing) at its label plus smoothing / classes.
 * Call it inside tf.tidy, as all losses.
 * @param logits [batch, classes]
 * @param labels [batch], int32 class indices
 */
export function crossEntropy(logits: Tensor2D, labels: Tensor1D, smoothing = 0): Scalar {
  const targets = tf.cast(tf.oneHot(labels, logits.shape[1]), 'float32') as Tensor2D
  return softmaxCrossEntropy(logits, smoothed(targets, smoothing))
}
