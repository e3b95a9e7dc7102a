import type {
  BroadCastToAttrs,
  ConcatAttrs,
  PackAttrs,
  PadV2Attrs,
  ReverseAttrs,
  SliceAttrs,
  SplitVAttrs,
  Tensor,
  TileAttrs,
  TransposeAttrs,
  UnpackAttrs,
} from '@tensorflow/tfjs-core'
import { tf } from '../tf.ts'
import { gradient, gradientOfAll, unbroadcast } from './gradient.ts'

const byPosition = (parts: Tensor[]) => Object.fromEntries(parts.map((part, index) => [index, () => part]))

export const shapeGradients = [
  gradient('Identity', {}, (dy) => ({ x: () => tf.clone(dy) })),
  gradient('Reshape', { inputs: ['x'] }, (dy, [x]) => ({ x: () => tf.reshape(dy, x!.shape) })),
  gradient('ExpandDims', { inputs: ['input'] }, (dy, [input]) => ({ input: () => tf.reshape(dy, input!.shape) })),
  gradient<TransposeAttrs>('Transpose', {}, (dy, _saved, { perm }) => ({
    x: () => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(perm)),
  })),
  gradient<ConcatAttrs>('Concat', { allInputs: true }, (dy, saved, { axis }) => {
    const [along] = tf.util.parseAxisParam(axis, saved[0]!.shape) as [number]
    const sizes = saved.map((part) => part.shape[along]!)
    return byPosition(tf.split(dy, sizes, along))
  }),
  gradient<PackAttrs>('Pack', { allInputs: true }, (dy, _saved, { axis }) => byPosition(tf.unstack(dy, axis))),
  gradientOfAll<UnpackAttrs>('Unpack', {}, (dys, _saved, { axis }) => ({ value: () => tf.stack(dys, axis) })),
  gradientOfAll<SplitVAttrs>('SplitV', {}, (dys, _saved, { axis }) => ({ x: () => tf.concat(dys, axis) })),
  gradient<SliceAttrs>('Slice', { inputs: ['x'] }, (dy, [x], attributes) => ({
    x: () => {
      const [begin, size] = tf.slice_util.parseSliceParams(x!, attributes.begin, attributes.size) as [
        number[],
        number[],
      ]
      const paddings = begin.map((start, axis): [number, number] => [start, x!.shape[axis]! - start - size[axis]!])
      return tf.pad(dy, paddings)
    },
  })),
  gradient<PadV2Attrs>('PadV2', { inputs: ['x'] }, (dy, [x], { paddings }) => ({
    x: () =>
      tf.slice(
        dy,
        paddings.map(([before]) => before),
        x!.shape,
      ),
  })),
  gradient<ReverseAttrs>('Reverse', {}, (dy, _saved, { dims }) => ({ x: () => tf.reverse(dy, dims) })),
  gradient<BroadCastToAttrs>('BroadcastTo', { inputs: ['x'] }, (dy, [x]) => ({ x: () => unbroadcast(dy, x!.shape) })),
  // [r0 * d0, r1 * d1, ...] -> [r0, d0, r1, d1, ...], summed over the repetitions
  gradient<TileAttrs>('Tile', { inputs: ['x'] }, (dy, [x], { reps }) => ({
    x: () => {
      const apart = reps.flatMap((count, axis) => [count, x!.shape[axis]!])
      const repetitions = reps.map((_, axis) => 2 * axis)
      return tf.reshape(tf.sum(tf.reshape(dy, apart), repetitions), x!.shape)
    },
  })),
]
