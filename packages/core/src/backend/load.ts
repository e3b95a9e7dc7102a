import { availableParallelism } from 'node:os'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { AnamnesisError } from '../contracts/index.ts'
import { type Device, deviceOf } from './device.ts'
import { registerGradients } from './gradients/index.ts'
import { bindTensorFlow, type Scalar, tf } from './tf.ts'

export const BACKENDS = ['onnx', 'tensorflow', 'cpu'] as const
export type BackendId = (typeof BACKENDS)[number]

export interface BackendStatistics {
  /** Tensors alive, and their bytes. */
  tensors: number
  bytes: number
  /** What the engine counts of itself, by name; empty where it counts nothing. */
  engine: Record<string, number>
}

/** The engine that this process computes with. */
export interface Backend {
  readonly id: BackendId
  /** Name and version of the library underneath. */
  readonly version: string
  /** Computes what is recorded and not yet computed. */
  flush(): void
  statistics(): BackendStatistics
}

export interface BackendOptions {
  /** Absent: `onnx`. */
  id?: BackendId
  /** Absent: all processors. */
  threads?: number
  /** What `onnx` computes on, for the whole process; absent: as ANAMNESIS_DEVICE says. */
  device?: Device
}

/** What a backend's file hands over. */
interface Engine {
  version: string
  flush?(): void
  statistics?(): Record<string, number>
  /** Declares a scalar that differs at every step. */
  markInput?(info: TensorInfo): void
}

const loaded = new Map<BackendId, Promise<{ backend: Backend; engine: Engine }>>()
let current: Engine | null = null

/**
 * Loads TensorFlow.js with a backend and makes it the current one. Further calls are free.
 * @throws BACKEND_UNAVAILABLE with the way out, when the backend does not exist on this machine
 */
export async function loadBackend(options: BackendOptions = {}): Promise<Backend> {
  const id = options.id ?? 'onnx'
  if (!current) {
    bindTensorFlow(await import('@tensorflow/tfjs-core'))
    tf.enableProdMode() // no checks of every tensor, no advertisement on the console
    registerGradients()
  }
  let loading = loaded.get(id)
  if (!loading) {
    loading = start(id, options.threads ?? availableParallelism(), options.device ?? deviceOf(process.env))
    loaded.set(id, loading)
    loading.catch(() => loaded.delete(id)) // the next call tries again
  }
  const { backend, engine } = await loading
  await tf.setBackend(id)
  current = engine
  return backend
}

async function start(id: BackendId, threads: number, device: Device) {
  const engine = await createEngine(id, threads, device).catch((cause) => {
    if (cause instanceof AnamnesisError) throw cause
    throw new AnamnesisError(
      'BACKEND_UNAVAILABLE',
      `The ${id} engine does not load; its packages are not complete. Run "npm run setup" and try again.`,
      { cause },
    )
  })
  return { engine, backend: describe(id, engine) }
}

async function createEngine(id: BackendId, threads: number, device: Device): Promise<Engine> {
  switch (id) {
    case 'onnx':
      return (await import('./onnx/index.ts')).registerOnnx(threads, device)
    case 'cpu': {
      const { version_cpu } = await import('@tensorflow/tfjs-backend-cpu')
      return { version: `tfjs-backend-cpu ${version_cpu}` }
    }
    case 'tensorflow':
      return (await import('./tensorflow.ts')).registerTensorflow(threads)
  }
}

function describe(id: BackendId, engine: Engine): Backend {
  return {
    id,
    version: engine.version,
    flush: () => engine.flush?.(),
    statistics: () => {
      const { numTensors, numBytes } = tf.memory()
      return { tensors: numTensors, bytes: numBytes, engine: engine.statistics?.() ?? {} }
    },
  }
}

/** Computes what is recorded and not yet computed, on the backend in use. */
export function flush(): void {
  current?.flush?.()
}

/**
 * A scalar that differs at every step (learning rate, bias correction): an input of the compiled step. Plain numbers
 * and tf.scalar are compiled in, and cost a new compilation when they first change.
 */
export function stepScalar(value: number): Scalar {
  const scalar = tf.scalar(value, 'float32')
  current?.markInput?.(scalar)
  return scalar
}
