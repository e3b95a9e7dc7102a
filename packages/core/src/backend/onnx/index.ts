import { registerBackend, type TensorInfo } from '@tensorflow/tfjs-core'
import { OnnxBackend } from './backend.ts'
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
 * @throws BACKEND_UNAVAILABLE where the runtime has no binary for this platform
 */
export function registerOnnx(threads: number): OnnxEngine {
  const runtime = loadRuntime()
  const backend = new OnnxBackend(new SessionCache(runtime.createSession, { threads }))
  registerKernels('onnx')
  registerBackend('onnx', () => backend)
  return {
    version: `onnxruntime ${runtime.version}`,
    flush: () => backend.flush(),
    statistics: () => backend.statistics(),
    markInput: (info) => backend.markInput(info),
  }
}
