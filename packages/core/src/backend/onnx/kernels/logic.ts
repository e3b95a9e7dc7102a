import type { DataType, TensorInfo } from '@tensorflow/tfjs-core'
import type { ElementType } from '../onnx-model.ts'
import { type Binary, broadcast, cast, kernel, type Unary } from './kernel.ts'

const COMPARE = {
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
}

export const logicKernels = [
  ...Object.entries(COMPARE).map(([name, operator]) =>
    kernel<Binary>(name, (backend, { a, b }) =>
      backend.publish(broadcast(backend, operator, backend.operand(a), backend.operand(b), 'bool')),
    ),
  ),

  kernel<Binary>('NotEqual', (backend, { a, b }) => {
    const equal = broadcast(backend, 'Equal', backend.operand(a), backend.operand(b), 'bool')
    return backend.publish(backend.record('Not', [equal], equal))
  }),

  kernel<Unary>('LogicalNot', (backend, { x }) => {
    const value = backend.operand(x)
    return backend.publish(backend.record('Not', [value], value))
  }),

  kernel<Unary>('IsNan', (backend, { x }) => {
    const value = backend.operand(x)
    return backend.publish(backend.record('IsNaN', [value], { shape: value.shape, type: 'bool' }))
  }),

  kernel<Unary>('IsInf', (backend, { x }) => {
    const value = backend.operand(x)
    return backend.publish(backend.record('IsInf', [value], { shape: value.shape, type: 'bool' }))
  }),

  kernel<Unary>('IsFinite', (backend, { x }) => {
    const value = backend.operand(x)
    const output = { shape: value.shape, type: 'bool' } as const
    const nan = backend.record('IsNaN', [value], output)
    const infinite = backend.record('IsInf', [value], output)
    return backend.publish(backend.record('Not', [backend.record('Or', [nan, infinite], output)], output))
  }),

  // A condition of rank 1 picks whole rows.
  kernel<{ condition: TensorInfo; t: TensorInfo; e: TensorInfo }>('Select', (backend, { condition, t, e }) => {
    const chosen = backend.operand(t)
    let mask = cast(backend, backend.operand(condition), 'bool')
    if (mask.shape.length === 1 && chosen.shape.length > 1) {
      mask = backend.reshaped(mask, [mask.shape[0]!, ...chosen.shape.slice(1).map(() => 1)])
    }
    return backend.publish(backend.record('Where', [mask, chosen, backend.operand(e)], chosen))
  }),

  kernel<Unary, { dtype: DataType }>('Cast', (backend, { x }, { dtype }) => {
    if (x.dtype === dtype) return backend.share(x)
    return backend.publish(cast(backend, backend.operand(x), dtype as ElementType))
  }),
]
