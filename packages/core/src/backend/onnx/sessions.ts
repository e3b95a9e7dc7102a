import { totalmem } from 'node:os'
import type { Tensor as RuntimeTensor } from 'onnxruntime-node'
import { AnamnesisError } from '../../contracts/index.ts'
import type { Device } from '../device.ts'
import { inputName, outputNames, type PendingGraph, toOnnx } from './graph.ts'
import { encodeModel } from './onnx-model.ts'
import { peakBytes } from './peakBytes.ts'
import { type RuntimeSession, runInto, wrap } from './runtime.ts'

export interface SessionOptions {
  threads: number
  /** Absent: `cpu`. */
  device?: Device
  /** Most sessions kept. */
  limit?: number
  /**
   * Memory for intermediates, estimated, in bytes, above which sessions go that were not used lately. Sessions keep
   * their memory between runs, and every task of a run brings new ones.
   */
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
  /** Number of the run that used it last. */
  lastRun: number
}

/** Sessions used in so many last runs belong to the step at work: to drop one would make it anew at every step. */
const RECENT_RUNS = 16

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
    this.memoryLimit = options.memoryLimit ?? 2 ** 29
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
      runInto(cached.session, feeds, fetches)
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
    cached.lastRun = ++this.runs
  }

  get kept(): number {
    return this.sessions.size
  }

  /** Estimated memory that kept sessions hold. */
  get keptBytes(): number {
    return this.bytes
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
    this.makeRoom(bytes)
    const session = this.createSession()
    try {
      session.loadModel(model.buffer, 0, model.byteLength, {
        // What CUDA has no kernel for is left to the processor.
        executionProviders: this.options.device === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
        executionMode: 'sequential',
        // Kernels record what runs fast; the optimiser finds nothing more here and would take three times as long to build.
        graphOptimizationLevel: 'disabled',
        intraOpNumThreads: this.options.threads,
        interOpNumThreads: 1,
        enableCpuMemArena: true,
        enableMemPattern: false, // a quarter less memory, no slower
        logSeverityLevel: 3,
        extra: {
          session: {
            set_denormal_as_zero: '1',
            // Threads wait awake only for the next operator: on a busy machine longer spinning takes the very
            // processor that the others need (a step took 1.7 times as long), and the API's with it.
            force_spinning_stop: '1',
            intra_op: { spin_duration_us: '100' },
          },
        },
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
      lastRun: this.runs,
    }
    this.sessions.set(graph.key, cached)
    this.bytes += bytes
    this.built++
    this.buildMilliseconds += performance.now() - started
    return cached
  }

  private makeRoom(bytes: number): void {
    for (const [key, { lastRun }] of this.sessions) {
      const wanted = this.bytes + bytes
      const full = this.sessions.size >= this.limit || wanted > totalmem() / 2
      const idle = this.runs - lastRun > RECENT_RUNS
      if (!full && !(idle && wanted > this.memoryLimit)) return
      this.remove(key)
    }
  }

  private remove(key: string): void {
    const cached = this.sessions.get(key)
    if (!cached) return
    this.sessions.delete(key)
    this.bytes -= cached.bytes
    cached.session.dispose()
  }
}
