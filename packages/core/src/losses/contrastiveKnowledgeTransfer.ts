import { type Scalar, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'
import { similarityDistillation } from './similarityDistillation.ts'

export interface KnowledgeTransferInput {
  /** Unit rows of the reference batch under the model that learns, [batch, dim]. */
  studentImages: Tensor2D
  studentTexts: Tensor2D
  /** The same pairs under the frozen teacher, [batch, dim]. */
  teacherImages: Tensor2D
  teacherTexts: Tensor2D
  /** Multiplies all cosines: exp of the logit scale. */
  scale: Scalar
  /** Softens both distributions on top of the scale; a scalar where it changes from step to step. */
  temperature?: number | Scalar
  /** Weights of rows (images) and columns (texts), [batch]; absent: 1. */
  rowWeights?: Tensor1D
  columnWeights?: Tensor1D
}

/**
 * CKT (PRIMED eq. 13-15; GIFT's contrastive distillation): `similarityDistillation` of Z = scale * images texts^T, both
 * towers of the student against both of the teacher.
 */
export function contrastiveKnowledgeTransfer(input: KnowledgeTransferInput): Scalar {
  const { studentImages, studentTexts, teacherImages, teacherTexts, temperature = 2, rowWeights, columnWeights } = input
  const student: Tensor2D = tf.mul(tf.matMul(studentImages, studentTexts, false, true), input.scale)
  const teacher: Tensor2D = tf.mul(tf.matMul(teacherImages, teacherTexts, false, true), input.scale)
  return similarityDistillation({
    student,
    teacher,
    temperature,
    ...(rowWeights && { rowWeights }),
    ...(columnWeights && { columnWeights }),
  })
}
