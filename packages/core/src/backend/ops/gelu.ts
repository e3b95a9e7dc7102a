import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import { hasKernel, runKernel } from './kernel.ts'

const INVERSE_ROOT_2_PI = 1 / Math.sqrt(2 * Math.PI)

/** Gaussian error linear unit x * Phi(x), exact (Hendrycks 2016). */
export function gelu(x: Tensor): Tensor {
  const operation = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void]
    save([x])
    const value = hasKernel('GeluForward') ? (runKernel('GeluForward', { x }) as Tensor) : tf.mul(x, gaussian(x))
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => backward(dy, saved[0]!) }
  })
  return operation(x)
}

/** Phi, the normal distribution function. */
function gaussian(x: Tensor): Tensor {
  return tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5)
}

function backward(dy: Tensor, x: Tensor): Tensor {
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), INVERSE_ROOT_2_PI)
  return tf.mul(dy, tf.add(gaussian(x), tf.mul(x, density)))
}
