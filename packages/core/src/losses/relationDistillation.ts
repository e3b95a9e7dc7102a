import { type Scalar, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'

/** Softens the similarities of a row. */
const TEMPERATURE = 0.1
/** Added to similarities that do not count; finite, so that 0 times it stays 0. */
const EXCLUDED = -1e9

export interface RelationInput {
  /** Unit rows under the model that learns, [batch, dim]. */
  student: Tensor2D
  /** The same inputs under the frozen teacher, [batch, dim]. */
  teacher: Tensor2D
  /** [batch], int32: only pairs with equal numbers count; absent: all pairs. */
  groups?: Tensor1D
}

/**
 * Adaptive affinity distillation (arXiv 2404.02738) on whole embeddings: with A the softmax of U U^T / 0.1 over the
 * other rows, mean over rows of KL(A' || A), plus the squared distance of the Gram matrices over batch^2. It keeps how
 * images lie to each other, which CKT, from images to texts, does not see. A row on its own in its group counts nothing.
 */
export function relationDistillation({ student, teacher, groups }: RelationInput): Scalar {
  const batch = student.shape[0]
  const own = tf.eye(batch)
  const together = groups
    ? (tf.cast(tf.equal(tf.reshape(groups, [batch, 1]), tf.reshape(groups, [1, batch])), 'float32') as Tensor2D)
    : tf.onesLike(own)
  const counted = tf.sub(together, own) as Tensor2D // the similarity of a row with itself is always 1
  const shut = tf.mul(tf.sub(1, counted), EXCLUDED)
  const gram = (rows: Tensor2D): Tensor2D => tf.matMul(rows, rows, false, true)
  const [learned, kept] = [gram(student), gram(teacher)]
  const affinity = (similarities: Tensor2D) => tf.logSoftmax(tf.add(tf.div(similarities, TEMPERATURE), shut))
  const target = affinity(kept)
  const divergence = tf.mul(tf.mul(tf.exp(target), tf.sub(target, affinity(learned))), counted)
  const perRow = tf.sum(divergence, 1)
  const distance = tf.sum(tf.mul(tf.squaredDifference(learned, kept), counted))
  return tf.add(tf.mean(perRow), tf.div(distance, batch * batch))
}
