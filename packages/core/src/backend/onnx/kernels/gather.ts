import type {
  DataType,
  GatherV2Attrs,
  OneHotAttrs,
  ScatterNdAttrs,
  TensorInfo,
  UnsortedSegmentSumAttrs,
} from '@tensorflow/tfjs-core'
import { AnamnesisError } from '../../../contracts/index.ts'
import type { ElementType } from '../onnx-model.ts'
import { scalar } from '../value.ts'
import { cast, filled, kernel, positiveAxis } from './kernel.ts'

interface Indexed {
  x: TensorInfo
  indices: TensorInfo
}

export const gatherKernels = [
  kernel<Indexed, GatherV2Attrs>('GatherV2', (backend, { x, indices }, { axis, batchDims }) => {
    if (batchDims) {
      throw new AnamnesisError(
        'INTERNAL',
        'The onnx engine gathers without batch dimensions; gather from flattened rows.',
      )
    }
    const value = backend.operand(x)
    const along = positiveAxis(axis, value.shape.length)
    const shape = value.shape.toSpliced(along, 1, ...indices.shape)
    const operands = [value, cast(backend, backend.operand(indices), 'int32')]
    return backend.publish(backend.record('Gather', operands, { shape, type: value.type }, { axis: along }))
  }),

  kernel<{ params: TensorInfo; indices: TensorInfo }>('GatherNd', (backend, { params, indices }) => {
    const value = backend.operand(params)
    const shape = [...indices.shape.slice(0, -1), ...value.shape.slice(indices.shape.at(-1)!)]
    const operands = [value, cast(backend, backend.operand(indices), 'int64')]
    return backend.publish(backend.record('GatherND', operands, { shape, type: value.type }))
  }),

  kernel<{ indices: TensorInfo; updates: TensorInfo }, ScatterNdAttrs>(
    'ScatterNd',
    (backend, { indices, updates }, { shape }) => {
      const operands = [
        filled(backend, shape, 0, updates.dtype),
        cast(backend, backend.operand(indices), 'int64'),
        backend.operand(updates),
      ]
      return backend.publish(
        backend.record('ScatterND', operands, { shape, type: updates.dtype as ElementType }, { reduction: 'add' }),
      )
    },
  ),

  // Row i of the answer is the sum of the rows of x whose id is i: the gradient of a gather of rows.
  kernel<{ x: TensorInfo; segmentIds: TensorInfo }, UnsortedSegmentSumAttrs>(
    'UnsortedSegmentSum',
    (backend, { x, segmentIds }, { numSegments }) => {
      const shape = [numSegments, ...x.shape.slice(1)]
      const ids = backend.reshaped(backend.operand(segmentIds), [segmentIds.shape[0]!, 1])
      const operands = [filled(backend, shape, 0, x.dtype), cast(backend, ids, 'int64'), backend.operand(x)]
      return backend.publish(
        backend.record('ScatterND', operands, { shape, type: x.dtype as ElementType }, { reduction: 'add' }),
      )
    },
  ),

  kernel<{ indices: TensorInfo }, OneHotAttrs & { dtype?: DataType }>(
    'OneHot',
    (backend, { indices }, { depth, onValue, offValue, dtype }) => {
      const row = (number: number) => backend.reshaped(scalar(number), [1])
      const pair = backend.record('Concat', [row(offValue), row(onValue)], { shape: [2], type: 'float32' }, { axis: 0 })
      // The runtime has no OneHot of int32 indices with an int64 depth.
      const operands = [cast(backend, backend.operand(indices), 'int64'), scalar(depth, 'int64'), pair]
      const output = { shape: [...indices.shape, depth], type: 'float32' } as const
      const encoded = backend.record('OneHot', operands, output, { axis: -1 })
      return backend.publish(cast(backend, encoded, (dtype ?? 'int32') as ElementType))
    },
  ),
]
