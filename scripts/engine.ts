// `npm run engine -- status | install <what>`: which compute engines are there, and adding the optional ones.
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  BACKENDS,
  type BackendId,
  CUDA_DRIVER,
  CUDA_NOTE,
  cudaFolder,
  type Device,
  gpuProblem,
  loadBackend,
  tf,
} from '@anamnesis/core/backend'
import { installCuda, relinkCuda, unresolvedCuda } from './engine/cuda.ts'
import { installTensorflow, installTensorflowGpu } from './engine/tensorflow.ts'
import { attempt } from './tools.ts'

const USAGE = `Usage: npm run engine -- status
       npm run engine -- install tensorflow                            TensorFlow on the processor
       npm run engine -- install tensorflow-gpu [--anyway]             TensorFlow on an NVIDIA GPU
       npm run engine -- install cuda [--anyway] [--system-libraries]  the onnx engine on an NVIDIA GPU
--anyway installs where no GPU is at hand; --system-libraries takes the machine's own CUDA 13 and cuDNN 9.`

/** Loads one engine in this process and computes a product with it. */
async function tryEngine(id: BackendId, device: Device = 'cpu'): Promise<string> {
  const backend = await loadBackend({ id, device, threads: availableParallelism() })
  const size = 64
  const sum = tf.tidy(() => tf.sum(tf.matMul(tf.ones([size, size]), tf.ones([size, size]))).dataSync()[0])
  if (sum !== size ** 3) throw new Error(`${backend.version} computes wrong numbers (${sum}).`)
  return backend.version
}

/** Each engine in a process of its own: a broken addon may take its process down. */
async function status(): Promise<void> {
  const line = (name: string, text: string) => process.stdout.write(`${name.padEnd(14)}${text}\n`)
  for (const id of BACKENDS) line(id, await tried(id, 'cpu'))
  line('onnx on CUDA', await cudaStatus())
}

async function tried(id: BackendId, device: Device): Promise<string> {
  const own = ['--import', 'tsx', import.meta.filename, 'try', id, device]
  const { code, output } = await attempt(process.execPath, own, { quiet: true })
  const answer = output.trim().split('\n').at(-1) ?? ''
  return code === 0 ? answer : `not available: ${answer}`
}

/** What can be said without a GPU is said without one: whether the files are there and find each other. */
async function cudaStatus(): Promise<string> {
  if (!existsSync(join(cudaFolder(), CUDA_NOTE))) return 'not installed: npm run engine -- install cuda'
  const missing = [...(await unresolvedCuda(join(cudaFolder(), 'lib'))).keys()]
  if (missing.length > 0) return `installed, but these libraries are not found: ${missing.join(', ')}`
  const problem = gpuProblem(CUDA_DRIVER)
  return problem ? `installed, all libraries found; ${problem}` : tried('onnx', 'cuda')
}

async function install(name: string | undefined, flags: readonly string[]): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  const anyway = flags.includes('--anyway')
  const known = name === 'cuda' ? ['--anyway', '--system-libraries'] : name === 'tensorflow-gpu' ? ['--anyway'] : []
  if (flags.some((flag) => !known.includes(flag))) throw new Error(USAGE)
  switch (name) {
    case 'tensorflow':
      await installTensorflow(say)
      return say(`Ready: ${await tryEngine('tensorflow')}. Use it with ANAMNESIS_BACKEND=tensorflow.`)
    case 'tensorflow-gpu':
      await installTensorflowGpu(anyway, say)
      return say(`Ready: ${await tryEngine('tensorflow')}. Use it with ANAMNESIS_BACKEND=tensorflow.`)
    case 'cuda': {
      if (await relinkCuda()) say('The files are there already; the provider was put beside the runtime again.')
      else await installCuda({ anyway, systemLibraries: flags.includes('--system-libraries') }, say)
      const state = await cudaStatus()
      return say(`Onnx on CUDA: ${state}. Use it with ANAMNESIS_BACKEND=onnx ANAMNESIS_DEVICE=cuda.`)
    }
    default:
      throw new Error(USAGE)
  }
}

const [command, name, ...rest] = process.argv.slice(2)
try {
  if (command === 'status') await status()
  else if (command === 'try') process.stdout.write(`${await tryEngine(name as BackendId, rest[0] as Device)}\n`)
  else if (command === 'install') await install(name, rest)
  else throw new Error(USAGE)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
