import type { BatchMatMulAttrs, Tensor } from '@tensorflow/tfjs-core'
import { tf } from '../tf.ts'
import { gradient, unbroadcast } from './gradient.ts'

/** For every choice of transposition the two products that give the operands' gradients, never a transposed copy. */
export const matmulGradients = [
  gradient<BatchMatMulAttrs>('BatchMatMul', { inputs: ['a', 'b'] }, (dy, saved, { transposeA, transposeB }) => {
    const [a, b] = saved as [Tensor, Tensor]
    return {
      a: () =>
        unbroadcast(transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB), a.shape),
      b: () =>
        unbroadcast(transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false), b.shape),
    }
  }),
]
