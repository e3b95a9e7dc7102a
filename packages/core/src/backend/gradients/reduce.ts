import type { CumsumAttrs, MaxAttrs, SoftmaxAttrs, SumAttrs, Tensor } from '@tensorflow/tfjs-core'
import { tf } from '../tf.ts'
import { gradient, indicator, keptShape, unreduce } from './gradient.ts'

/** The gradient goes to every element that equals the extreme. */
function extreme(dy: Tensor, x: Tensor, y: Tensor, axis: number | number[]): Tensor {
  const kept = keptShape(x.shape, axis)
  return tf.mul(tf.reshape(dy, kept), indicator(tf.equal(x, tf.reshape(y, kept))))
}

export const reduceGradients = [
  gradient<SumAttrs>('Sum', { inputs: ['x'] }, (dy, [x], { axis }) => ({ x: () => unreduce(dy, x!.shape, axis) })),
  gradient<SumAttrs>('Mean', { inputs: ['x'] }, (dy, [x], { axis }) => ({
    x: () => {
      const axes = tf.util.parseAxisParam(axis, x!.shape)
      const count = axes.reduce((product, index) => product * x!.shape[index]!, 1)
      return unreduce(tf.div(dy, count), x!.shape, axis)
    },
  })),
  gradient<MaxAttrs>('Max', { inputs: ['x'], outputs: [true] }, (dy, [x, y], { reductionIndices }) => ({
    x: () => extreme(dy, x!, y!, reductionIndices),
  })),
  gradient<SumAttrs>('Min', { inputs: ['x'], outputs: [true] }, (dy, [x, y], { axis }) => ({
    x: () => extreme(dy, x!, y!, axis),
  })),
  gradient<SoftmaxAttrs>('Softmax', { outputs: [true] }, (dy, [probabilities], { dim }) => ({
    logits: () => {
      const weighted = tf.mul(dy, probabilities!)
      return tf.sub(weighted, tf.mul(tf.sum(weighted, dim, true), probabilities!))
    },
  })),
  gradient<CumsumAttrs>('Cumsum', { inputs: ['x'] }, (dy, _saved, { axis, exclusive, reverse }) => ({
    x: () => tf.cumsum(dy, axis, exclusive, !reverse),
  })),
]
