import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Tensor as RuntimeTensor } from 'onnxruntime-node'
import { AnamnesisError } from '../../contracts/index.ts'
import type { ElementType } from './onnx-model.ts'
import type { ValueData } from './value.ts'

/** The runtime's session; `run` blocks until the outputs are there. */
export interface RuntimeSession {
  loadModel(buffer: ArrayBuffer, offset: number, length: number, options: object): void
  run(
    feeds: Record<string, RuntimeTensor>,
    fetches: Record<string, RuntimeTensor | null>,
    options: object,
  ): Record<string, RuntimeTensor>
  dispose(): void
}

interface Binding {
  InferenceSession: new () => RuntimeSession
}

/**
 * Every graph has this output besides its own, an empty list. The package writes outputs to the memory they are given,
 * as it should, but then also copies each into a new array for the caller, which costs as much memory and time again as
 * the weights of a model. It converts outputs in order and refuses lists, so that asking for this one first ends the
 * call when the outputs are written and before any is copied.
 */
export const END_OF_RUN = 'end'
const LIST_REFUSED = /^Non tensor type/

let binding: Binding | null = null

/**
 * The synchronous session of onnxruntime-node. Its public `InferenceSession.run` is a timer around the same call, and
 * dataSync needs the call itself, so the package's internal module is loaded; the version is pinned for that reason.
 * @throws BACKEND_UNAVAILABLE where the package has no binary for this platform
 */
export function loadRuntime(): { createSession(): RuntimeSession; version: string } {
  const require = createRequire(import.meta.url)
  try {
    const folder = dirname(require.resolve('onnxruntime-node'))
    if (!binding) {
      const internal = require(join(folder, 'binding.js')) as { binding: Binding; initOrt(): void }
      internal.initOrt()
      binding = internal.binding
    }
    const { version } = require(join(folder, '..', 'package.json')) as { version: string }
    const { InferenceSession } = binding
    return { createSession: () => new InferenceSession(), version }
  } catch (cause) {
    throw new AnamnesisError(
      'BACKEND_UNAVAILABLE',
      `The onnx engine does not load on ${process.platform}-${process.arch}. Run "npm run setup", or set ANAMNESIS_BACKEND to another engine.`,
      { cause },
    )
  }
}

/**
 * Runs a session of a graph that has the output `END_OF_RUN`.
 * @param fetches memory for every other output
 */
export function runInto(
  session: RuntimeSession,
  feeds: Record<string, RuntimeTensor>,
  fetches: Record<string, RuntimeTensor>,
): void {
  try {
    session.run(feeds, { ...fetches, [END_OF_RUN]: null }, {})
  } catch (error) {
    if (!(error instanceof Error && LIST_REFUSED.test(error.message))) throw error
  }
}

export function wrap(type: ElementType, data: ValueData, shape: readonly number[]): RuntimeTensor {
  return new RuntimeTensor(type as 'float32', data as Float32Array, shape)
}
