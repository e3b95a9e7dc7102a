/**
 * The one door to TensorFlow.js. `tf` is bound when `loadBackend` runs, never at import: a process that only reads
 * registries (the API) can import methods and losses without loading TensorFlow.js. Use `tf` inside functions only.
 */
type TensorFlow = typeof import('@tensorflow/tfjs-core')

export type {
  DataType,
  NamedTensorMap,
  Rank,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Variable,
} from '@tensorflow/tfjs-core'

export let tf: TensorFlow

/** Called once by `loadBackend`. */
export function bindTensorFlow(library: TensorFlow): void {
  tf = library
}
