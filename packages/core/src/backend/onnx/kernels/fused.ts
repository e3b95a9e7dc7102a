import type { TensorInfo } from '@tensorflow/tfjs-core'
import { kernel, type Unary } from './kernel.ts'

/** Kernels of our own, reached through the operations of `backend/ops`. */
export const fusedKernels = [
  /** Answers the normalised rows, and mean and 1/deviation of each row for the gradient. */
  kernel<{ x: TensorInfo; gamma: TensorInfo; beta: TensorInfo }, { epsilon: number }>(
    'LayerNormForward',
    (backend, { x, gamma, beta }, { epsilon }) => {
      const value = backend.operand(x)
      const row = { shape: value.shape.with(-1, 1), type: 'float32' } as const
      const operands = [value, backend.operand(gamma), backend.operand(beta)]
      const attributes = { axis: -1, epsilon: { float: epsilon } }
      return backend
        .recordAll('LayerNormalization', operands, [value, row, row], attributes)
        .map((output) => backend.publish(output))
    },
  ),

  kernel<Unary>('GeluForward', (backend, { x }) => {
    const value = backend.operand(x)
    return backend.publish(backend.record('Gelu', [value], value))
  }),

  kernel<{ logits: TensorInfo }>('LogSoftmaxForward', (backend, { logits }) => {
    const value = backend.operand(logits)
    return backend.publish(backend.record('LogSoftmax', [value], value, { axis: -1 }))
  }),
]
