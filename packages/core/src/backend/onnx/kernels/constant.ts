import type { DataType, FillAttrs, LinSpaceAttrs, RangeAttrs, TensorInfo } from '@tensorflow/tfjs-core'
import type { OnnxBackend } from '../backend.ts'
import { filled, kernel, type Unary } from './kernel.ts'

function upload(backend: OnnxBackend, values: Float32Array | Int32Array, dtype: DataType): TensorInfo {
  const shape = [values.length]
  return { dataId: backend.write(values, shape, dtype), shape, dtype }
}

export const constantKernels = [
  kernel<object, FillAttrs>('Fill', (backend, _inputs, { shape, value, dtype }) =>
    backend.publish(filled(backend, shape, Number(value), dtype ?? 'float32')),
  ),

  kernel<Unary>('ZerosLike', (backend, { x }) => backend.publish(filled(backend, x.shape, 0, x.dtype))),

  kernel<Unary>('OnesLike', (backend, { x }) => backend.publish(filled(backend, x.shape, 1, x.dtype))),

  kernel<object, RangeAttrs>('Range', (backend, _inputs, { start, stop, step, dtype }) => {
    const count = Math.max(0, Math.ceil((stop - start) / step))
    const values = dtype === 'int32' ? new Int32Array(count) : new Float32Array(count)
    for (let index = 0; index < count; index++) values[index] = start + index * step
    return upload(backend, values, dtype)
  }),

  kernel<object, LinSpaceAttrs>('LinSpace', (backend, _inputs, { start, stop, num }) => {
    const step = num > 1 ? (stop - start) / (num - 1) : 0
    const values = Float32Array.from({ length: num }, (_, index) => start + index * step)
    return upload(backend, values, 'float32')
  }),
]
