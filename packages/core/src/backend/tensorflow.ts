import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { KernelBackend } from '@tensorflow/tfjs-core'
import { AnamnesisError } from '../contracts/index.ts'
import { engineFolder } from './folders.ts'
import { tf } from './tf.ts'

/** Under this symbol the installed `@tensorflow/tfjs` finds the one copy of TensorFlow.js of this process. */
export const SHARED_LIBRARY = Symbol.for('anamnesis.tensorflow.js')

interface NativeBinding {
  TF_Version: string
}

interface KernelBackendModule {
  NodeJSKernelBackend: new (binding: NativeBinding, packageName: string) => KernelBackend
}

/** Where `npm run engine -- install tensorflow` (or tensorflow-gpu) puts the engine. */
export const tensorflowFolder = (): string => engineFolder('tensorflow')

/** Whether the engine is there and finished. */
export function tensorflowInstalled(folder = tensorflowFolder()): boolean {
  return existsSync(join(folder, 'engine.json'))
}

/**
 * Registers the backend `tensorflow`: the kernels of tfjs-node over a libtensorflow of today.
 * @throws BACKEND_UNAVAILABLE when it is not installed or does not load
 */
export function registerTensorflow(threads: number): { version: string } {
  const folder = tensorflowFolder()
  if (!tensorflowInstalled(folder)) {
    throw new AnamnesisError(
      'BACKEND_UNAVAILABLE',
      'The tensorflow engine is not installed. Run "npm run engine -- install tensorflow", or leave ANAMNESIS_BACKEND away.',
    )
  }
  const { package: packageName } = JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8')) as { package: string }
  process.env.TF_NUM_INTRAOP_THREADS ??= String(threads)
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  defineRemovedHelpers()
  Object.assign(globalThis, { [SHARED_LIBRARY]: tf })
  try {
    const load = createRequire(join(folder, 'node_modules', packageName, 'package.json'))
    const binding = load('./lib/napi-v8/tfjs_binding.node') as NativeBinding
    load('./dist/register_all_kernels')
    const { NodeJSKernelBackend } = load('./dist/nodejs_kernel_backend') as KernelBackendModule
    const backend = new NodeJSKernelBackend(binding, packageName)
    tf.registerBackend('tensorflow', () => backend)
    return { version: `tensorflow ${binding.TF_Version}` }
  } catch (cause) {
    throw new AnamnesisError(
      'BACKEND_UNAVAILABLE',
      'The tensorflow engine does not load. Run "npm run engine -- install tensorflow" again, or leave ANAMNESIS_BACKEND away.',
      { cause },
    )
  }
}

/** Node 23 removed helpers that tfjs-node calls; where they are still there, they warn. */
function defineRemovedHelpers(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined
  util.isArray = Array.isArray
}
