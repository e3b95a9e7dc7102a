import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core'
import { tf } from '../tf.ts'

/** What a gradient needs to see again; inputs by name, outputs by position. */
interface Saved {
  inputs?: string[]
  outputs?: boolean[]
  allInputs?: boolean
}

type InputGradients = Record<string, () => Tensor>

/** Gradient of a kernel with one output. `saved` holds the saved inputs, then the saved outputs. */
export function gradient<Attributes extends object = object>(
  kernelName: string,
  keep: Saved,
  back: (dy: Tensor, saved: Tensor[], attributes: Attributes) => InputGradients,
): GradConfig {
  return gradientOfAll<Attributes>(kernelName, keep, (dys, saved, attributes) => back(dys[0]!, saved, attributes))
}

/** Gradient of a kernel with several outputs. */
export function gradientOfAll<Attributes extends object = object>(
  kernelName: string,
  keep: Saved,
  back: (dys: Tensor[], saved: Tensor[], attributes: Attributes) => InputGradients,
): GradConfig {
  return {
    kernelName,
    inputsToSave: keep.inputs,
    outputsToSave: keep.outputs,
    saveAllInputs: keep.allInputs,
    gradFunc: (dy, saved, attributes: NamedAttrMap) =>
      back(Array.isArray(dy) ? dy : [dy], saved, attributes as unknown as Attributes),
  }
}

/** Sums what broadcasting had repeated, back to the operand's shape. */
export function unbroadcast(gradientOfResult: Tensor, shape: number[]): Tensor {
  const axes = tf.backend_util.getReductionAxes(shape, gradientOfResult.shape)
  const summed = axes.length > 0 ? tf.sum(gradientOfResult, axes) : gradientOfResult
  return tf.reshape(summed, shape)
}

/** Repeats a reduced tensor along the axes it was reduced over. */
export function unreduce(reduced: Tensor, shape: number[], axis: number | number[]): Tensor {
  return tf.broadcastTo(tf.reshape(reduced, keptShape(shape, axis)), shape)
}

/** `shape` with size 1 at the reduced axes. */
export function keptShape(shape: number[], axis: number | number[]): number[] {
  const axes = tf.util.parseAxisParam(axis, shape)
  return shape.map((size, index) => (axes.includes(index) ? 1 : size))
}

/** A comparison as 0 and 1. */
export function indicator(condition: Tensor): Tensor {
  return tf.cast(condition, 'float32')
}
