import { registerBackend, type TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.ts'
import { OnnxBackend } from './backend.ts'
import { prepareCuda } from './cuda.ts'
import { registerKernels } from './kernels/index.ts'
import { loadRuntime } from './runtime.ts'
import { SessionCache } from './sessions.ts'

export interface OnnxEngine {
  version: string
  flush(): void
  statistics(): Record<string, number>
  markInput(info: TensorInfo): void
}

/**
 * Registers the lazy backend `onnx` with TensorFlow.js.
 * @throws BACKEND_UNAVAILABLE where the runtime has no binary for this platform, or cannot use the device
 */
export function registerOnnx(threads: number, device: Device): OnnxEngine {
  const runtime = loadRuntime()
  if (device === 'cuda') prepareCuda(runtime)
  const backend = new OnnxBackend(new SessionCache(runtime.createSession, { threads, device }))
  registerKernels('onnx')
  registerBackend('onnx', () => backend)
  return {
    version: `onnxruntime ${runtime.version}${device === 'cuda' ? ' (CUDA)' : ''}`,
    flush: () => backend.flush(),
    statistics: () => backend.statistics(),
    markInput: (info) => backend.markInput(info),
  }
}
