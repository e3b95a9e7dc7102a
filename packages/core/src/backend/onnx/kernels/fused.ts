import type { TensorInfo } from '@tensorflow/tfjs-core'
import { integers, scalar } from '../value.ts'
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

  /** x behind a reshape to its own shape, which costs nothing, with a shape whose computation waits for the other. */
  kernel<{ x: TensorInfo; awaited: TensorInfo }>('After', (backend, { x, awaited }) => {
    const value = backend.operand(x)
    const size = backend.record('Size', [backend.operand(awaited)], { shape: [], type: 'int64' })
    const nothing = backend.record('Mul', [size, scalar(0, 'int64')], { shape: [], type: 'int64' })
    const rank = { shape: [value.shape.length], type: 'int64' } as const
    const shape = backend.record('Add', [integers(value.shape), nothing], rank)
    return backend.publish(backend.record('Reshape', [value, shape], value))
  }),

  kernel<Unary, { slope: number }>('QuickGeluForward', (backend, { x }, { slope }) => {
    const value = backend.operand(x)
    return backend.publish(backend.record('QuickGelu', [value], value, { alpha: { float: slope } }, 'com.microsoft'))
  }),

  kernel<{ logits: TensorInfo }>('LogSoftmaxForward', (backend, { logits }) => {
    const value = backend.operand(logits)
    return backend.publish(backend.record('LogSoftmax', [value], value, { axis: -1 }))
  }),
]
