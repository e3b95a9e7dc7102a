import { type Tensor2D, type Tensor3D, tf } from '../backend/index.ts'

/**
 * Cosines where the embeddings of the class prompts differ from image to image.
 * @param images [batch, dim]
 * @param prompts [sets, classes, dim]: the class prompts, times the logit scale, in several states of the text tower
 * @param weights [batch, sets]: how much of each set counts for an image
 * @returns [batch, classes]
 */
export function logitsUnder(images: Tensor2D, prompts: Tensor3D, weights: Tensor2D): Tensor2D {
  const [sets, classes, dim] = prompts.shape
  const all = tf.matMul(images, tf.reshape(prompts, [sets * classes, dim]), false, true)
  return tf.sum(tf.mul(tf.reshape(all, [-1, sets, classes]), tf.expandDims(weights, 2)), 1)
}
