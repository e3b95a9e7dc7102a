import { type Scalar, softmaxCrossEntropy, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'

/** Added to the logits of classes that a row does not choose among; finite, so that 0 times it stays 0. */
const EXCLUDED = -1e9

/**
 * Cross-entropy of images of several tasks, each among the classes of its own task; mean over the batch.
 * @param logits [batch, classes of all tasks]
 * @param labels [batch], int32, among all classes
 * @param own [batch, classes of all tasks]: 1 for the classes of the image's task, else 0
 * @param smoothing share of the target that is spread evenly over the own classes
 */
export function ownClassCrossEntropy(logits: Tensor2D, labels: Tensor1D, own: Tensor2D, smoothing = 0): Scalar {
  const among: Tensor2D = tf.add(logits, tf.mul(tf.sub(1, own), EXCLUDED))
  const hard = tf.cast(tf.oneHot(labels, logits.shape[1]), 'float32') as Tensor2D
  const even = tf.div(own, tf.sum(own, 1, true))
  return softmaxCrossEntropy(among, tf.add(tf.mul(hard, 1 - smoothing), tf.mul(even, smoothing)))
}
