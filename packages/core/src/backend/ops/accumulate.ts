import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import { hasKernel, runKernel } from './kernel.ts'

/**
 * sum + addend, both of one shape. Not differentiable. Written over `sum` where the backend can and nobody else holds it.
 */
export function accumulate(sum: Tensor, addend: Tensor): Tensor {
  return hasKernel('Accumulate') ? (runKernel('Accumulate', { sum, addend }) as Tensor) : tf.add(sum, addend)
}
