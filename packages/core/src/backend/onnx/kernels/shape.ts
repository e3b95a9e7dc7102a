import {
  type BroadCastToAttrs,
  backend_util,
  type ConcatAttrs,
  type ExpandDimsAttrs,
  type PackAttrs,
  type PadV2Attrs,
  type ReverseAttrs,
  type SliceAttrs,
  type SplitVAttrs,
  type StridedSliceAttrs,
  slice_util,
  type Tensor,
  type TensorInfo,
  type TileAttrs,
  type TransposeAttrs,
  type UnpackAttrs,
  util,
} from '@tensorflow/tfjs-core'
import type { OnnxBackend } from '../backend.ts'
import { integers, scalar, sizeOf, type Value } from '../value.ts'
import { expand, kernel, positiveAxis, type Unary } from './kernel.ts'

/** Stands for "before the first element" in a slice that walks backwards. */
const BEFORE_START = -(2 ** 31)

type Parts = TensorInfo[] | Record<string, TensorInfo>

function concatenate(backend: OnnxBackend, values: Value[], axis: number): Value {
  const [first] = values
  if (values.length === 1) return first!
  const shape = first!.shape.slice()
  shape[axis] = values.reduce((sum, value) => sum + value.shape[axis]!, 0)
  return backend.record('Concat', values, { shape, type: first!.type }, { axis })
}

function split(backend: OnnxBackend, value: Value, axis: number, sizes: readonly number[]): Value[] {
  const outputs = sizes.map((size) => ({ shape: value.shape.with(axis, size), type: value.type }))
  return backend.recordAll('Split', [value, integers(sizes)], outputs, { axis })
}

export const shapeKernels = [
  kernel<Unary>('Identity', (backend, { x }) => backend.copy(x)),

  kernel<Unary, { shape: number[] }>('Reshape', (backend, { x }, { shape }) =>
    backend.share(x, util.inferFromImplicitShape(shape, sizeOf(x.shape))),
  ),

  kernel<{ input: TensorInfo }, ExpandDimsAttrs>('ExpandDims', (backend, { input }, { dim }) =>
    backend.share(input, input.shape.toSpliced(dim < 0 ? input.shape.length + 1 + dim : dim, 0, 1)),
  ),

  kernel<Unary, TransposeAttrs>('Transpose', (backend, { x }, { perm }) => {
    const value = backend.operand(x)
    const shape = perm.map((axis) => value.shape[axis]!)
    return backend.publish(backend.record('Transpose', [value], { shape, type: value.type }, { perm }))
  }),

  kernel<Parts, ConcatAttrs>('Concat', (backend, inputs, { axis }) => {
    const all = Object.values(inputs) as TensorInfo[]
    const parts = all.filter((info) => sizeOf(info.shape) > 0)
    if (parts.length === 0) return backend.share(all[0]!)
    if (parts.length === 1) return backend.share(parts[0]!)
    const along = positiveAxis(axis, parts[0]!.shape.length)
    return backend.publish(
      concatenate(
        backend,
        parts.map((info) => backend.operand(info)),
        along,
      ),
    )
  }),

  kernel<Parts, PackAttrs>('Pack', (backend, inputs, { axis }) => {
    const parts = Object.values(inputs) as TensorInfo[]
    const along = axis < 0 ? axis + parts[0]!.shape.length + 1 : axis
    const shape = parts[0]!.shape.toSpliced(along, 0, 1)
    if (parts.length === 1) return backend.share(parts[0]!, shape)
    return backend.publish(
      concatenate(
        backend,
        parts.map((info) => backend.reshaped(backend.operand(info), shape)),
        along,
      ),
    )
  }),

  kernel<{ value: TensorInfo }, UnpackAttrs>('Unpack', (backend, { value }, { axis }) => {
    const along = positiveAxis(axis, value.shape.length)
    const count = value.shape[along]!
    const shape = value.shape.toSpliced(along, 1)
    if (count === 1) return [backend.share(value, shape)]
    const parts = split(backend, backend.operand(value), along, new Array(count).fill(1))
    return parts.map((part) => backend.publish(backend.reshaped(part, shape)))
  }),

  kernel<Unary, SplitVAttrs>('SplitV', (backend, { x }, { numOrSizeSplits, axis }) => {
    const along = positiveAxis(axis, x.shape.length)
    const sizes = backend_util.prepareSplitSize(x as Tensor, numOrSizeSplits, along)
    if (sizes.length === 1) return [backend.share(x)]
    return split(backend, backend.operand(x), along, sizes).map((part) => backend.publish(part))
  }),

  kernel<Unary, SliceAttrs>('Slice', (backend, { x }, attributes) => {
    const value = backend.operand(x)
    const [begin, size] = slice_util.parseSliceParams(x as Tensor, attributes.begin, attributes.size) as [
      number[],
      number[],
    ]
    const end = begin.map((start, axis) => start + size[axis]!)
    const axes = begin.map((_, axis) => axis)
    const operands = [value, integers(begin), integers(end), integers(axes)]
    return backend.publish(backend.record('Slice', operands, { shape: size, type: value.type }))
  }),

  kernel<Unary, StridedSliceAttrs>('StridedSlice', (backend, { x }, attributes) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes
    const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const
    const info = slice_util.sliceInfo(x.shape, begin, end, strides, ...masks)
    if (info.isIdentity) return backend.share(x, info.finalShape)
    const value = backend.operand(x)
    const ends = info.end.map((stop, axis) => (info.strides[axis]! < 0 && stop < 0 ? BEFORE_START : stop))
    const axes = info.begin.map((_, axis) => axis)
    const operands = [value, integers(info.begin), integers(ends), integers(axes), integers(info.strides)]
    const shape = slice_util.computeOutShape(info.begin, info.end, info.strides)
    const part = backend.record('Slice', operands, { shape, type: value.type })
    return backend.publish(backend.reshaped(part, info.finalShape))
  }),

  kernel<Unary, TileAttrs>('Tile', (backend, { x }, { reps }) => {
    const value = backend.operand(x)
    const shape = value.shape.map((size, axis) => size * reps[axis]!)
    if (reps.every((count) => count === 1)) return backend.share(x)
    if (reps.every((count, axis) => count === 1 || value.shape[axis] === 1)) {
      return backend.publish(expand(backend, value, shape))
    }
    return backend.publish(backend.record('Tile', [value, integers(reps)], { shape, type: value.type }))
  }),

  kernel<Unary, BroadCastToAttrs>('BroadcastTo', (backend, { x }, { shape }) => {
    const value = backend.operand(x)
    const expanded = expand(backend, value, shape)
    return expanded === value ? backend.share(x) : backend.publish(expanded)
  }),

  kernel<Unary, PadV2Attrs>('PadV2', (backend, { x }, { paddings, constantValue }) => {
    const value = backend.operand(x)
    const shape = value.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1])
    const pads = integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)])
    const operands = [value, pads, scalar(constantValue, value.type)]
    return backend.publish(backend.record('Pad', operands, { shape, type: value.type }))
  }),

  kernel<Unary, ReverseAttrs>('Reverse', (backend, { x }, { dims }) => {
    const value = backend.operand(x)
    const axes = util.parseAxisParam(dims, x.shape)
    if (axes.length === 0) return backend.share(x)
    const same = (number: number) => integers(axes.map(() => number))
    const operands = [value, same(-1), same(BEFORE_START), integers(axes), same(-1)]
    return backend.publish(backend.record('Slice', operands, value))
  }),
]
