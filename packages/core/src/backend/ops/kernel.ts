import type { NamedAttrMap, NamedTensorInfoMap } from '@tensorflow/tfjs-core'
import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'

/** Whether the backend in use has this kernel of our own. */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined
}

/** Runs a kernel of our own; only inside tf.customGrad, which owns the gradient. */
export function runKernel(
  name: string,
  inputs: Record<string, Tensor>,
  attributes: Record<string, number> = {},
): Tensor | Tensor[] {
  return tf.engine().runKernel(name, inputs as NamedTensorInfoMap & Record<string, Tensor>, attributes as NamedAttrMap)
}
