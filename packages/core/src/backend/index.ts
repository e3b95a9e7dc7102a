export {
  CUDA_DRIVER,
  CUDA_NOTE,
  type CudaNote,
  cudaFolder,
  PROVIDER_LIBRARIES,
  runtimeFolder,
} from './cuda.ts'
export { DEVICES, type Device, deviceOf } from './device.ts'
export {
  BACKENDS,
  type Backend,
  type BackendId,
  type BackendStatistics,
  flush,
  loadBackend,
  stepScalar,
} from './load.ts'
export { gpuProblem } from './nvidia.ts'
export {
  accumulate,
  adamwUpdate,
  attention,
  checkpointed,
  gelu,
  l2Normalise,
  layerNorm,
  quickGelu,
  softmaxCrossEntropy,
} from './ops/index.ts'
export { SHARED_LIBRARY, tensorflowFolder, tensorflowInstalled } from './tensorflow.ts'
export {
  type DataType,
  type NamedTensorMap,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tf,
  type Variable,
} from './tf.ts'
