import { type Scalar, type Tensor2D, tf } from '../backend/index.ts'
import { crossEntropy } from '../losses/index.ts'
import type { MethodSetting, TaskBatch } from './method.ts'

/**
 * L_CE of the task: cross-entropy of scale * cos(image, class prompt) over the classes of the task.
 * @param images their embeddings where they are there already
 */
export function classificationLoss(
  { model, labelSmoothing }: Pick<MethodSetting, 'model' | 'labelSmoothing'>,
  batch: TaskBatch,
  images?: Tensor2D,
): Scalar {
  return tf.tidy(() => {
    const embedded = images ?? model.encodeImages(batch.images)
    const classes = model.encodeTexts(batch.classTokens)
    const logits: Tensor2D = tf.mul(tf.matMul(embedded, classes, false, true), model.logitScale())
    return crossEntropy(logits, batch.labels, labelSmoothing)
  })
}
