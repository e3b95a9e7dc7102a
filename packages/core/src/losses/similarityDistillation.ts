import { type Scalar, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'

export interface SimilarityDistillationInput {
  /** Logits scale * images texts^T of the model that learns, [images, texts]. */
  student: Tensor2D
  /** The same under the frozen teacher. */
  teacher: Tensor2D
  /** Softens both distributions; a scalar where it changes from step to step. */
  temperature?: number | Scalar
  /** Weight of each row, [images]; rows and columns of weight 0 do not count. Only for square matrices. */
  rowWeights?: Tensor1D
  /** The same for columns, [texts]. */
  columnWeights?: Tensor1D
}

/**
 * T^2 (KL(softmax teacher/T || softmax student/T) over rows + the same over columns), each the mean over rows: the
 * distillation of LwF (Li 2016), ZSCL (Zheng 2023) and GIFT (Wu 2025) on similarity matrices. The factor T^2 keeps the
 * gradient's size independent of T (Hinton 2015). Zero where student and teacher agree.
 */
export function similarityDistillation(input: SimilarityDistillationInput): Scalar {
  const { temperature = 2 } = input
  const student = tf.div(input.student, temperature) as Tensor2D
  const teacher = tf.div(input.teacher, temperature) as Tensor2D
  const rows = divergence(teacher, student, input.rowWeights)
  const columns = divergence(tf.transpose(teacher), tf.transpose(student), input.columnWeights)
  return tf.mul(tf.add(rows, columns), typeof temperature === 'number' ? temperature ** 2 : tf.square(temperature))
}

/** Mean over rows of weight * KL(softmax(from) || softmax(to)). */
function divergence(from: Tensor2D, to: Tensor2D, weights?: Tensor1D): Scalar {
  const target = tf.logSoftmax(from)
  const perRow = tf.sum(tf.mul(tf.exp(target), tf.sub(target, tf.logSoftmax(to))), -1)
  return tf.mean(weights ? tf.mul(perRow, weights) : perRow)
}
