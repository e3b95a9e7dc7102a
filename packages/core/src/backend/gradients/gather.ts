import type { GatherV2Attrs, Tensor1D, UnsortedSegmentSumAttrs } from '@tensorflow/tfjs-core'
import { tf } from '../tf.ts'
import { gradient } from './gradient.ts'

export const gatherGradients = [
  // Rows that were gathered more than once get the sum.
  gradient<GatherV2Attrs>('GatherV2', { inputs: ['x', 'indices'] }, (dy, [table, ids], { axis }) => {
    const x = table!
    const indices = ids!
    return {
      x: () => {
        const [along] = tf.util.parseAxisParam(axis, x.shape) as [number]
        const flat = tf.reshape(dy, [...x.shape.slice(0, along), indices.size, ...x.shape.slice(along + 1)])
        const axes = x.shape.map((_, index) => index)
        const inFront = [along, ...axes.filter((index) => index !== along)]
        const rows = along === 0 ? flat : tf.transpose(flat, inFront)
        const ids1d = tf.cast(tf.reshape(indices, [indices.size]), 'int32') as Tensor1D
        const summed = tf.unsortedSegmentSum(rows, ids1d, x.shape[along]!)
        return along === 0 ? summed : tf.transpose(summed, tf.backend_util.getUndoAxesPermutation(inFront))
      },
      indices: () => tf.zerosLike(tf.cast(indices, 'float32')),
    }
  }),
  gradient<UnsortedSegmentSumAttrs>('UnsortedSegmentSum', { inputs: ['segmentIds'] }, (dy, [ids]) => ({
    x: () => tf.gather(dy, ids as Tensor1D),
  })),
]
