import {
  type ArgMaxAttrs,
  type CumsumAttrs,
  type SoftmaxAttrs,
  type SumAttrs,
  type TensorInfo,
  type TopKAttrs,
  util,
} from '@tensorflow/tfjs-core'
import type { OnnxBackend } from '../backend.ts'
import type { ElementType } from '../onnx-model.ts'
import { integers, type Value } from '../value.ts'
import { cast, kernel, positiveAxis, type Unary } from './kernel.ts'

/** `keepDims` arrives as an attribute where the operation asked for it. */
interface ReduceAttributes extends SumAttrs {
  reductionIndices?: number | number[]
}

function reduce(backend: OnnxBackend, operator: string, value: Value, attributes: ReduceAttributes): Value {
  const axes = util.parseAxisParam(attributes.reductionIndices ?? attributes.axis, value.shape as number[])
  const keep = Boolean(attributes.keepDims)
  const reduced = (axis: number) => axes.includes(axis)
  const shape = keep
    ? value.shape.map((size, axis) => (reduced(axis) ? 1 : size))
    : value.shape.filter((_, axis) => !reduced(axis))
  if (axes.every((axis) => value.shape[axis] === 1)) {
    return backend.record('Reshape', [value, integers(shape)], { shape, type: value.type })
  }
  return backend.record(operator, [value, integers(axes)], { shape, type: value.type }, { keepdims: Number(keep) })
}

/** @param through the type that the operator computes in, and `answer` the type of the result, where they are fixed */
function reduction(name: string, operator: string, through?: ElementType, answer?: ElementType) {
  return kernel<Unary, ReduceAttributes>(name, (backend, { x }, attributes) => {
    const value = backend.operand(x)
    const operand = through
      ? cast(backend, value, through)
      : value.type === 'bool'
        ? cast(backend, value, 'int32')
        : value
    const result = reduce(backend, operator, operand, attributes)
    return backend.publish(answer ? cast(backend, result, answer) : result)
  })
}

function argument(name: 'ArgMax' | 'ArgMin') {
  return kernel<Unary, ArgMaxAttrs>(name, (backend, { x }, attributes) => {
    const value = backend.operand(x)
    const [axis] = util.parseAxisParam(attributes.axis, x.shape) as [number]
    const shape = value.shape.toSpliced(axis, 1)
    const indices = backend.record(name, [value], { shape, type: 'int64' }, { axis, keepdims: 0 })
    return backend.publish(cast(backend, indices, 'int32'))
  })
}

export const reduceKernels = [
  reduction('Sum', 'ReduceSum'),
  reduction('Mean', 'ReduceMean', 'float32'),
  reduction('Max', 'ReduceMax'),
  reduction('Min', 'ReduceMin'),
  reduction('Prod', 'ReduceProd'),
  reduction('All', 'ReduceMin', 'int32', 'bool'),
  reduction('Any', 'ReduceMax', 'int32', 'bool'),
  argument('ArgMax'),
  argument('ArgMin'),

  kernel<{ logits: TensorInfo }, SoftmaxAttrs>('Softmax', (backend, { logits }, { dim }) => {
    const value = backend.operand(logits)
    return backend.publish(backend.record('Softmax', [value], value, { axis: positiveAxis(dim, value.shape.length) }))
  }),

  kernel<Unary, CumsumAttrs>('Cumsum', (backend, { x }, { axis, exclusive, reverse }) => {
    const value = backend.operand(x)
    const operands = [value, backend.reshaped(integers([axis]), [])]
    const attributes = { exclusive: Number(exclusive), reverse: Number(reverse) }
    return backend.publish(backend.record('CumSum', operands, value, attributes))
  }),

  kernel<Unary, TopKAttrs>('TopK', (backend, { x }, { k, sorted }) => {
    const value = backend.operand(x)
    const shape = value.shape.with(-1, k)
    const outputs = [
      { shape, type: value.type },
      { shape, type: 'int64' },
    ] as const
    const attributes = { axis: -1, largest: 1, sorted: Number(sorted) }
    const [values, indices] = backend.recordAll('TopK', [value, integers([k])], outputs, attributes)
    return [backend.publish(values!), backend.publish(cast(backend, indices!, 'int32'))]
  }),
]
