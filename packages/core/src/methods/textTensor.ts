import { type Tensor, type Tensor1D, tf } from '../backend/index.ts'

/** A text as the tensor of its characters' numbers, so that it can stand in a saved state. */
export function textTensor(text: string): Tensor1D {
  return tf.tensor1d(Float32Array.from(text, (character) => character.codePointAt(0)!))
}

export function textOf(tensor: Tensor): string {
  return String.fromCodePoint(...tensor.dataSync())
}
