import type { Tensor, Tensor1D } from '../tf.ts'
import { tf } from '../tf.ts'
import { hasKernel, runKernel } from './kernel.ts'

/**
 * Layer normalisation over the last axis: (x - mean) / sqrt(variance + eps) * gamma + beta.
 * @param x [..., width]
 * @param gamma [width]
 * @param beta [width]
 */
export function layerNorm(x: Tensor, gamma: Tensor1D, beta: Tensor1D, eps = 1e-5): Tensor {
  const operation = tf.customGrad((...args) => {
    const [x, gamma, beta, save] = args as unknown as [Tensor, Tensor1D, Tensor1D, (tensors: Tensor[]) => void]
    const [y, mean, inverse] = forward(x, gamma, beta, eps)
    save([x, gamma, mean, inverse])
    return { value: y, gradFunc: (dy: Tensor, saved: Tensor[]) => backward(dy, saved) }
  })
  return operation(x, gamma, beta)
}

/** @returns y, and of each row the mean and 1/deviation, [..., 1] */
function forward(x: Tensor, gamma: Tensor1D, beta: Tensor1D, epsilon: number): [Tensor, Tensor, Tensor] {
  if (hasKernel('LayerNormForward')) {
    return runKernel('LayerNormForward', { x, gamma, beta }, { epsilon }) as [Tensor, Tensor, Tensor]
  }
  const mean = tf.mean(x, -1, true)
  const centred = tf.sub(x, mean)
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon))
  return [tf.add(tf.mul(tf.mul(centred, inverse), gamma), beta), mean, inverse]
}

/** dx = (g - mean(g) - n * mean(g * n)) / deviation, with g = dy * gamma and n the normalised x; means over the row. */
function backward(dy: Tensor, saved: Tensor[]): Tensor[] {
  const [x, gamma, mean, inverse] = saved as [Tensor, Tensor, Tensor, Tensor]
  const rows = x.shape.slice(0, -1).map((_, axis) => axis)
  const normalised = tf.mul(tf.sub(x, mean), inverse)
  const byGamma = tf.mul(dy, normalised)
  const g = tf.mul(dy, gamma)
  const meanOfG = tf.mean(g, -1, true)
  const meanOfProduct = tf.mean(tf.mul(byGamma, gamma), -1, true)
  const dx = tf.mul(tf.sub(g, tf.add(tf.mul(normalised, meanOfProduct), meanOfG)), inverse)
  return [dx, tf.sum(byGamma, rows), tf.sum(dy, rows)]
}
