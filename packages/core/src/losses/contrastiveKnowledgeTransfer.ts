import { type Scalar, type Tensor2D, tf } from '../backend/index.ts'

export interface KnowledgeTransferInput {
  /** Unit rows of the reference batch under the model that learns, [batch, dim]. */
  studentImages: Tensor2D
  studentTexts: Tensor2D
  /** The same pairs under the frozen teacher, [batch, dim]. */
  teacherImages: Tensor2D
  teacherTexts: Tensor2D
  /** Multiplies all cosines: exp of the logit scale. */
  scale: Scalar
  /** Softens both distributions on top of the scale. */
  temperature?: number
}

/**
 * CKT (PRIMED eq. 13-15; GIFT's contrastive distillation): with Z = scale * images texts^T / T of the student and Z' of
 * the teacher, T^2 * (KL(softmax Z' || softmax Z) over rows + the same over columns), each the mean over rows.
 * The factor T^2 keeps the gradient's size independent of T (Hinton 2015). Zero where student and teacher agree.
 */
export function contrastiveKnowledgeTransfer(input: KnowledgeTransferInput): Scalar {
  const { studentImages, studentTexts, teacherImages, teacherTexts, temperature = 2 } = input
  const scale = tf.div(input.scale, temperature)
  const student: Tensor2D = tf.mul(tf.matMul(studentImages, studentTexts, false, true), scale)
  const teacher: Tensor2D = tf.mul(tf.matMul(teacherImages, teacherTexts, false, true), scale)
  const rows = divergence(teacher, student)
  const columns = divergence(tf.transpose(teacher), tf.transpose(student))
  return tf.mul(tf.add(rows, columns), temperature ** 2)
}

/** Mean over rows of KL(softmax(from) || softmax(to)). */
function divergence(from: Tensor2D, to: Tensor2D): Scalar {
  const target = tf.logSoftmax(from)
  return tf.mean(tf.sum(tf.mul(tf.exp(target), tf.sub(target, tf.logSoftmax(to))), -1))
}
