import { type Scalar, softmaxCrossEntropy, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'
import { smoothed } from './smoothed.ts'

export interface ConsistencyInput {
  /** Unit rows, [batch, dim]; row i of both belongs to one pair. */
  images: Tensor2D
  texts: Tensor2D
  /** [batch], int32: equal numbers mark equal captions. */
  captionGroups: Tensor1D
  /** Multiplies the cosines: exp of the logit scale. */
  scale: Scalar
  smoothing?: number
}

/**
 * CMC (PRIMED eq. 16-18; GIFT's image-text alignment): contrastive cross-entropy of Z = scale * images texts^T, over
 * rows plus over columns, each the mean over rows. The target is the pair itself; pairs with equal captions share it.
 */
export function crossModalityConsistency(input: ConsistencyInput): Scalar {
  const { images, texts, captionGroups, smoothing = 0 } = input
  const logits: Tensor2D = tf.mul(tf.matMul(images, texts, false, true), input.scale)
  const targets = smoothed(sharedTargets(captionGroups), smoothing) // symmetric, so rows and columns use the same
  return tf.add(softmaxCrossEntropy(logits, targets), softmaxCrossEntropy(tf.transpose(logits), targets))
}

/** [batch, batch]: 1 / (size of the caption's group) inside the group, 0 outside. */
function sharedTargets(groups: Tensor1D): Tensor2D {
  const batch = groups.shape[0]
  const equal = tf.cast(tf.equal(tf.reshape(groups, [batch, 1]), tf.reshape(groups, [1, batch])), 'float32') as Tensor2D
  return tf.div(equal, tf.sum(equal, 1, true))
}
