import type { _FusedMatMulAttrs, BatchMatMulAttrs, TensorInfo } from '@tensorflow/tfjs-core'
import { AnamnesisError } from '../../../contracts/index.ts'
import type { OnnxBackend } from '../backend.ts'
import type { Value } from '../value.ts'
import { type Binary, broadcast, broadcastShape, kernel, like } from './kernel.ts'

/** scale * [..., m, k] x [..., k, n] with optional transposition of the last two axes; leading axes broadcast. */
function multiply(
  backend: OnnxBackend,
  a: Value,
  b: Value,
  transposeA: boolean,
  transposeB: boolean,
  scale = 1,
): Value {
  const rows = a.shape.at(transposeA ? -1 : -2)!
  const columns = b.shape.at(transposeB ? -2 : -1)!
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const output = { shape: [...batch, rows, columns], type: 'float32' } as const
  const transposed = { transA: Number(transposeA), transB: Number(transposeB) }
  if (batch.every((size) => size === 1)) {
    const operands = [backend.reshaped(a, a.shape.slice(-2)), backend.reshaped(b, b.shape.slice(-2))]
    const flat = { shape: [rows, columns], type: 'float32' } as const
    const product =
      transposeA || transposeB || scale !== 1
        ? backend.record('Gemm', operands, flat, { ...transposed, alpha: { float: scale } })
        : backend.record('MatMul', operands, flat)
    return backend.reshaped(product, output.shape)
  }
  if (!transposeA && !transposeB && scale === 1) return backend.record('MatMul', [a, b], output)
  return backend.record('FusedMatMul', [a, b], output, { ...transposed, alpha: { float: scale } }, 'com.microsoft')
}

const ACTIVATION: Record<string, string> = { relu: 'Relu', sigmoid: 'Sigmoid', elu: 'Elu' }

export const matmulKernels = [
  kernel<Binary, BatchMatMulAttrs>('BatchMatMul', (backend, { a, b }, { transposeA, transposeB }) =>
    backend.publish(multiply(backend, backend.operand(a), backend.operand(b), transposeA, transposeB)),
  ),

  /** Of our own, for `backend/ops/attention.ts`. */
  kernel<Binary, { transposeA: number; transposeB: number; scale: number }>(
    'ScaledMatMul',
    (backend, { a, b }, { transposeA, transposeB, scale }) => {
      const [left, right] = [backend.operand(a), backend.operand(b)]
      return backend.publish(multiply(backend, left, right, Boolean(transposeA), Boolean(transposeB), scale))
    },
  ),

  kernel<Binary & { bias?: TensorInfo }, _FusedMatMulAttrs>('_FusedMatMul', (backend, { a, b, bias }, attributes) => {
    const { transposeA, transposeB, activation } = attributes
    let result = multiply(backend, backend.operand(a), backend.operand(b), transposeA, transposeB)
    if (bias) result = broadcast(backend, 'Add', result, backend.operand(bias))
    if (!activation || activation === 'linear') return backend.publish(result)
    const operator = ACTIVATION[activation]
    if (!operator) {
      throw new AnamnesisError(
        'INTERNAL',
        `The onnx engine does not fuse the activation ${activation}; apply it after matMul.`,
      )
    }
    return backend.publish(like(backend, operator, [result]))
  }),
]
