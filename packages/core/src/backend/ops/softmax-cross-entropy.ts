import type { Scalar, Tensor, Tensor2D } from '../tf.ts'
import { tf } from '../tf.ts'
import { hasKernel, runKernel } from './kernel.ts'

/**
 * Mean over rows of -sum(target * log softmax(logits)).
 * @param logits [rows, classes]
 * @param target [rows, classes], constant distributions (rows add up to 1): no gradient goes to them
 */
export function softmaxCrossEntropy(logits: Tensor2D, target: Tensor2D): Scalar {
  const rows = logits.shape[0]
  const operation = tf.customGrad((...args) => {
    const [logits, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void]
    const logProbabilities = logSoftmax(logits)
    save([logProbabilities, target])
    return {
      value: tf.div(tf.neg(tf.sum(tf.mul(target, logProbabilities))), rows),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [logProbabilities, target] = saved as [Tensor, Tensor]
        return tf.mul(tf.sub(tf.exp(logProbabilities), target), tf.div(dy, rows))
      },
    }
  })
  return operation(logits) as Scalar
}

function logSoftmax(logits: Tensor2D): Tensor {
  if (hasKernel('LogSoftmaxForward')) return runKernel('LogSoftmaxForward', { logits }) as Tensor
  const shifted = tf.sub(logits, tf.max(logits, -1, true))
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)))
}
