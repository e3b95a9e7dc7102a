import { totalmem } from 'node:os'
import type { Tensor as RuntimeTensor } from 'onnxruntime-node'
import { AnamnesisError } from '../../contracts/index.ts'
import { inputName, outputNames, type PendingGraph, peakBytes, toOnnx } from './graph.ts'
import { encodeModel } from './onnx-model.ts'
import { type RuntimeSession, wrap } from './runtime.ts'

export interface SessionOptions {
  threads: number
  /** Most sessions kept. */
  limit?: number
  /** Most memory that kept sessions may hold for their intermediates, estimated, in bytes. */
  memoryLimit?: number
}

interface CachedSession {
  session: RuntimeSession
  /** Whether an input is fed; the others are embedded. */
  fed: boolean[]
  /** Contents of the embedded constants, by input. */
  constants: (number | bigint | null)[]
  outputs: string[]
  bytes: number
}

/**
 * Runs graphs in sessions kept by structure, least recently used first out. A constant that differs from the embedded
 * one makes its session once more, with that constant as an input from then on.
 */
export class SessionCache {
  private readonly sessions = new Map<string, CachedSession>()
  private bytes = 0
  private readonly limit: number
  private readonly memoryLimit: number
  built = 0
  runs = 0
  buildMilliseconds = 0
  runMilliseconds = 0

  constructor(
    private readonly createSession: () => RuntimeSession,
    private readonly options: SessionOptions,
  ) {
    this.limit = options.limit ?? 128
    this.memoryLimit = options.memoryLimit ?? Math.max(2 ** 30, totalmem() / 4)
  }

  /** @param targets memory to write each output to */
  run(graph: PendingGraph, targets: RuntimeTensor[]): void {
    const cached = this.sessionFor(graph)
    const feeds: Record<string, RuntimeTensor> = {}
    for (const [position, value] of graph.inputs.entries()) {
      if (!cached.fed[position]) continue
      value.runtimeTensor ??= wrap(value.type, value.data!, value.shape)
      feeds[inputName(position)] = value.runtimeTensor
    }
    const fetches: Record<string, RuntimeTensor> = {}
    for (const [index, name] of cached.outputs.entries()) fetches[name] = targets[index]!
    const started = performance.now()
    try {
      cached.session.run(feeds, fetches, {})
    } catch (cause) {
      throw new AnamnesisError(
        'INTERNAL',
        `The onnx engine failed to run a graph of ${graph.nodes.length} operators.`,
        {
          cause,
        },
      )
    }
    this.runMilliseconds += performance.now() - started
    this.runs++
  }

  get kept(): number {
    return this.sessions.size
  }

  clear(): void {
    for (const key of [...this.sessions.keys()]) this.remove(key)
  }

  private sessionFor(graph: PendingGraph): CachedSession {
    const cached = this.sessions.get(graph.key)
    if (!cached)
      return this.build(
        graph,
        graph.inputs.map((value) => value.role === 'input'),
      )
    const varied = graph.inputs.map(
      (value, position) =>
        value.role === 'constant' && !cached.fed[position] && !Object.is(cached.constants[position], value.data![0]),
    )
    if (varied.includes(true)) {
      this.remove(graph.key)
      return this.build(
        graph,
        cached.fed.map((fed, position) => fed || varied[position]!),
      )
    }
    this.sessions.delete(graph.key) // back in as the most recently used
    this.sessions.set(graph.key, cached)
    return cached
  }

  private build(graph: PendingGraph, fed: boolean[]): CachedSession {
    const started = performance.now()
    const model = Uint8Array.from(encodeModel(toOnnx(graph, fed)))
    const bytes = peakBytes(graph)
    while (this.sessions.size > 0 && (this.sessions.size >= this.limit || this.bytes + bytes > this.memoryLimit)) {
      this.remove(this.sessions.keys().next().value!)
    }
    const session = this.createSession()
    try {
      session.loadModel(model.buffer, 0, model.byteLength, {
        executionProviders: ['cpu'],
        executionMode: 'sequential',
        // Kernels record what runs fast; the optimiser finds nothing more here and would take three times as long to build.
        graphOptimizationLevel: 'disabled',
        intraOpNumThreads: this.options.threads,
        interOpNumThreads: 1,
        enableCpuMemArena: true,
        enableMemPattern: false, // a quarter less memory, no slower
        logSeverityLevel: 3,
        extra: { session: { set_denormal_as_zero: '1' } },
      })
    } catch (cause) {
      const operators = [...new Set(graph.nodes.map((node) => node.operator))].join(', ')
      throw new AnamnesisError('INTERNAL', `The onnx engine refused a graph of ${operators}.`, { cause })
    }
    const cached: CachedSession = {
      session,
      fed,
      constants: graph.inputs.map((value) => (value.role === 'constant' ? value.data![0]! : null)),
      outputs: outputNames(graph),
      bytes,
    }
    this.sessions.set(graph.key, cached)
    this.bytes += bytes
    this.built++
    this.buildMilliseconds += performance.now() - started
    return cached
  }

  private remove(key: string): void {
    const cached = this.sessions.get(key)
    if (!cached) return
    this.sessions.delete(key)
    this.bytes -= cached.bytes
    cached.session.dispose()
  }
}
