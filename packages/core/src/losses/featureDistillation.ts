import { type Scalar, type Tensor2D, tf } from '../backend/index.ts'

/** Mean over rows of the squared distance of two embeddings of the same inputs, [batch, dim] each. */
export function featureDistillation(student: Tensor2D, teacher: Tensor2D): Scalar {
  return tf.mean(tf.sum(tf.squaredDifference(student, teacher), 1))
}
