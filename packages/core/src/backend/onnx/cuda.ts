import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { AnamnesisError } from '../../contracts/index.ts'
import {
  CUDA_DRIVER,
  CUDA_NOTE,
  type CudaNote,
  cudaFolder,
  cudaNote,
  PROVIDER_LIBRARIES,
  runtimeFolder,
} from '../cuda.ts'
import { gpuProblem } from '../nvidia.ts'
import { encodeModel } from './onnx-model.ts'
import { END_OF_RUN, type RuntimeSession, runInto, wrap } from './runtime.ts'

/** glibc's flag that keeps a library loaded after its handle is closed. */
const RTLD_NODELETE = 0x1000

/**
 * Makes CUDA ready for the sessions to come: loads NVIDIA's libraries, which the provider then finds by name, and
 * computes a sum with it.
 * @throws BACKEND_UNAVAILABLE saying in one line what is missing
 */
export function prepareCuda(runtime: { createSession(): RuntimeSession; version: string }): void {
  const reason = gpuProblem(CUDA_DRIVER)
  if (reason) throw unavailable(`${reason}.`)
  const { onnxruntime, libraries } = readNote()
  const folder = runtimeFolder()
  const absent = PROVIDER_LIBRARIES.find((name) => !existsSync(join(folder, name)))
  if (onnxruntime !== runtime.version || absent) {
    const why = absent ? `${absent} is not beside the runtime` : `it is for onnxruntime ${onnxruntime}`
    throw unavailable(`${why}. Run "npm run engine -- install cuda" again.`)
  }
  for (const name of libraries) keepLoaded(join(cudaFolder(), 'lib', name))
  try {
    computeSum(runtime.createSession())
  } catch (cause) {
    const { message } = cause as Error
    // The runtime puts a page of C++ around CUDA's own words.
    const line = /CUDA failure \d+: [^;]*/.exec(message)?.[0] ?? message.split('\n')[0]!
    throw unavailable(`${line.trim()}. "npm run engine -- status" says what is missing.`, cause)
  }
}

function readNote(): CudaNote {
  const path = join(cudaFolder(), CUDA_NOTE)
  if (!existsSync(path)) throw unavailable('it is not installed. Run "npm run engine -- install cuda".')
  return cudaNote.parse(JSON.parse(readFileSync(path, 'utf8')))
}

/** Loads a library for good. Node takes it for an addon, finds that it is none and closes it, which the flag outlasts. */
function keepLoaded(path: string): void {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen
  try {
    process.dlopen({ exports: {} }, path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE)
  } catch (cause) {
    const { message } = cause as Error
    if (!message.includes('did not self-register')) throw unavailable(`${message}.`, cause)
  }
}

function computeSum(session: RuntimeSession): void {
  const value = (name: string) => ({ name, type: 'float32' as const, shape: [2] })
  const node = { operator: 'Add', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }
  const graph = { nodes: [node], constants: [], inputs: [value('x')], outputs: [value('y')], listOutput: END_OF_RUN }
  const model = encodeModel(graph)
  const bytes = Uint8Array.from(model)
  session.loadModel(bytes.buffer, 0, bytes.byteLength, { executionProviders: ['cuda'] })
  const output = new Float32Array(2)
  runInto(session, { x: wrap('float32', new Float32Array([1, 2]), [2]) }, { y: wrap('float32', output, [2]) })
  session.dispose()
  if (output[0] !== 2 || output[1] !== 4) throw new Error(`it computes wrong numbers (1 + 1 = ${output[0]})`)
}

function unavailable(reason: string, cause?: unknown): AnamnesisError {
  return new AnamnesisError('BACKEND_UNAVAILABLE', `The onnx engine cannot compute on CUDA: ${reason}`, { cause })
}
