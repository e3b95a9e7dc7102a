import { type Tensor, type Tensor2D, tf } from '../backend/index.ts'

/** What a score that was not chosen is replaced by before the softmax. */
const NEVER = -1e9

/** Softmax over the k largest scores of each row; the others get exactly 0 (Shazeer 2017, eq. 3-5). @param scores [rows, experts] */
export function topSoftmax(scores: Tensor2D, k: number): Tensor2D {
  return tf.softmax(tf.where(largest(scores, k), scores, tf.fill(scores.shape, NEVER)))
}

/** True at the k largest of each row. Which ones they are has no slope. @returns [rows, columns], boolean */
function largest(scores: Tensor2D, k: number): Tensor2D {
  const count = scores.shape[1]
  const mark = tf.customGrad((x) => {
    const { indices } = tf.topk(x as Tensor, k)
    const chosen = tf.sum(tf.oneHot(indices as Tensor2D, count, 1, 0, 'float32'), 1)
    return { value: chosen, gradFunc: () => tf.zerosLike(x as Tensor) }
  })
  return tf.cast(mark(scores), 'bool') as Tensor2D
}
