import { type Scalar, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'
import { crossModalityConsistency } from './crossModalityConsistency.ts'

export interface KnowledgeConsolidationInput {
  /** Projected embeddings of the model that learns, unit rows, [batch, dim]. */
  images: Tensor2D
  texts: Tensor2D
  /** The same pairs under the model before the task, unit rows, [batch, dim]. */
  oldImages: Tensor2D
  oldTexts: Tensor2D
  /** [batch], int32: equal numbers mark equal captions, which share the target mass. */
  captionGroups: Tensor1D
  /** Multiplies the cosines. */
  scale: Scalar
}

/**
 * CKC (C-CLIP, Liu 2025): images and texts are put into one list of 2 batch items; each projected new feature h_i finds
 * its own old feature z_i among all old ones, and the other way round. Both directions add up.
 */
export function contrastiveKnowledgeConsolidation(input: KnowledgeConsolidationInput): Scalar {
  const { captionGroups } = input
  const batch = captionGroups.shape[0]
  // Numbers of no caption: an image has no equal.
  const own = tf.sub(tf.range(0, batch), tf.add(tf.max(tf.abs(tf.cast(captionGroups, 'float32'))), batch))
  return crossModalityConsistency({
    images: tf.concat([input.images, input.texts], 0),
    texts: tf.concat([input.oldImages, input.oldTexts], 0),
    captionGroups: tf.concat([tf.cast(own, 'int32') as Tensor1D, captionGroups], 0),
    scale: input.scale,
  })
}
