import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { engineFolder } from './folders.ts'

/** Oldest driver that runs CUDA 13. */
export const CUDA_DRIVER = 580

/** What the runtime loads when it is asked for CUDA; both lie beside its own library. */
export const PROVIDER_LIBRARIES = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'] as const

/** Where `npm run engine -- install cuda` puts its files. */
export const cudaFolder = (): string => engineFolder('onnx-cuda')

/** The file that ends an installation. */
export const CUDA_NOTE = 'cuda.json'
export const cudaNote = z.object({
  /** Version of the runtime that the provider was built with. */
  onnxruntime: z.string(),
  /** Files of `lib/` to load before the provider, in this order; empty where the machine's own CUDA is used. */
  libraries: z.array(z.string()),
})
export type CudaNote = z.infer<typeof cudaNote>

/** Folder of the runtime's library, where it looks for providers. */
export function runtimeFolder(): string {
  const require = createRequire(import.meta.url)
  const { platform, arch } = process
  return join(dirname(require.resolve('onnxruntime-node')), '..', 'bin', 'napi-v6', platform, arch)
}
