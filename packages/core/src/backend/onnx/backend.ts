import {
  type BackendValues,
  DataStorage,
  type DataType,
  engine,
  KernelBackend,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { AnamnesisError } from '../../contracts/index.ts'
import { BufferPool } from './buffers.ts'
import { collectGraph } from './graph.ts'
import type { ElementType, OnnxAttributes } from './onnx-model.ts'
import { wrap } from './runtime.ts'
import type { SessionCache } from './sessions.ts'
import { GraphNode, integers, sameShape, Update, Value, type ValueData } from './value.ts'

/** What a data id of TensorFlow.js stands for. Several ids may stand for one value. */
interface Handle {
  value: Value
  references: number
  /**
   * The value as this id reads it: ids of one value are different inputs of a graph. A step that starts from equal
   * tensors (weights and a copy of them) then has the structure of all later steps.
   */
  input: Value | null
}

interface OutputSpec {
  shape: readonly number[]
  type: ElementType
}

export interface OnnxBackendOptions {
  /** Recorded operators after which everything pending is computed without being asked. */
  pendingLimit?: number
  /** Most memory kept for reuse, in bytes. */
  poolLimit?: number
}

/**
 * A lazy backend: kernels record operators; when something is read, all pending values that are still held become the
 * outputs of one graph, which runs in a session kept by the graph's structure.
 */
export class OnnxBackend extends KernelBackend {
  private readonly storage: DataStorage<Handle>
  private readonly pool: BufferPool
  private readonly pendingLimit: number
  /** Held values that are not computed yet, in order of recording. */
  private readonly pending = new Set<Value>()
  /** Values that nobody holds any more; their memory is free after the next flush, since pending nodes may read it. */
  private released: Value[] = []
  private recorded = 0
  /** The update that is being recorded. */
  private update: Update | null = null
  /** Time spent on collecting and naming graphs. */
  collectMilliseconds = 0

  constructor(
    private readonly sessions: SessionCache,
    options: OnnxBackendOptions = {},
  ) {
    super()
    this.storage = new DataStorage<Handle>(this, engine())
    this.pool = new BufferPool(options.poolLimit ?? 2 ** 29)
    this.pendingLimit = options.pendingLimit ?? 30_000
  }

  // -- storage, as TensorFlow.js asks for it

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    const dataId = {}
    this.move(dataId, values, shape, dtype, 1)
    return dataId
  }

  /** Copies the values: the caller may change the array before the recorded operators have read it. */
  override move(dataId: object, values: BackendValues, shape: number[], dtype: DataType, references: number): void {
    const value = new Value(shape.slice(), elementType(dtype))
    const data = this.pool.take(value.type, value.size) as Float32Array
    data.set(values as Float32Array)
    value.data = data
    value.handles = 1
    value.role = value.size === 1 ? 'constant' : 'input'
    this.storage.set(dataId, { value, references, input: value })
  }

  override readSync(dataId: object): BackendValues {
    const { value } = this.storage.get(dataId)
    if (!value.data) this.flush()
    value.escaped = true
    return value.data as Float32Array
  }

  override async read(dataId: object): Promise<BackendValues> {
    return this.readSync(dataId)
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.storage.has(dataId)) return true
    const handle = this.storage.get(dataId)
    handle.references--
    if (handle.references > 0 && !force) return false
    this.storage.delete(dataId)
    const { value } = handle
    value.handles--
    if (value.handles === 0) {
      this.pending.delete(value)
      if (value.data && !value.escaped) this.released.push(value)
      if (this.recorded === 0) this.recycle()
    }
    return true
  }

  /**
   * Called when a variable takes a tensor over. Its graphs then differ in the contents only, also where it is a single
   * number, which would else be compiled in.
   */
  override incRef(dataId: object): void {
    const handle = this.storage.get(dataId)
    handle.references++
    markInput(handle)
  }

  override refCount(dataId: object): number {
    return this.storage.has(dataId) ? this.storage.get(dataId).references : 0
  }

  override numDataIds(): number {
    return this.storage.numDataIds()
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false }
  }

  override floatPrecision(): 32 {
    return 32
  }

  override epsilon(): number {
    return 1e-7
  }

  override dispose(): void {
    this.sessions.clear()
    this.pool.clear()
  }

  // -- recording, for kernels

  /** The value of a kernel's input, in the input's shape. */
  operand(info: TensorInfo): Value {
    const handle = this.storage.get(info.dataId)
    if (handle.value.update) this.flush() // a new state is complete before anything is made of it
    if (!handle.value.data) return this.reshaped(handle.value, info.shape)
    handle.input ??= viewOf(handle.value, handle.value.shape)
    return this.reshaped(handle.input, info.shape)
  }

  /** The same elements under another shape; free when they are materialised. */
  reshaped(value: Value, shape: readonly number[]): Value {
    if (sameShape(value.shape, shape)) return value
    const record = () => this.record('Reshape', [value, integers(shape)], { shape, type: value.type })
    if (this.update && !value.data) return record() // stays inside the update
    const key = shape.join()
    value.views ??= new Map()
    let view = value.views.get(key)
    if (view) return view
    view = value.data ? viewOf(value, shape) : record()
    value.views.set(key, view)
    return view
  }

  /** Records an operator with one output. */
  record(
    operator: string,
    inputs: readonly Value[],
    output: OutputSpec,
    attributes: OnnxAttributes = {},
    domain = '',
  ): Value {
    return this.recordAll(operator, inputs, [output], attributes, domain)[0]!
  }

  /** Records an operator with several outputs. */
  recordAll(
    operator: string,
    inputs: readonly Value[],
    outputs: readonly OutputSpec[],
    attributes: OnnxAttributes = {},
    domain = '',
  ): Value[] {
    const { update } = this
    const node = new GraphNode(operator, inputs, attributes, domain, update)
    if (update) for (const input of inputs) if (!input.update) update.inputs.add(input.base ?? input)
    node.outputs = outputs.map(({ shape, type }, index) => {
      const value = new Value(shape, type)
      value.node = node
      value.output = index
      return value
    })
    this.recorded++
    return node.outputs
  }

  /**
   * Records an update: operators that run after everything else that is pending, in a session of their own.
   * @param record records them and answers each new state with the old one that it may overwrite. It is called once.
   * Of an old state only the operator that makes its new state, or one that this operator waits for, may read, element
   * by element
   */
  recordUpdate(record: () => { state: Value; old: Value }[]): Value[] {
    this.update = new Update()
    try {
      return record().map(({ state, old }) => {
        state.overwrites = old.base ?? old
        return state
      })
    } finally {
      this.update = null
    }
  }

  /** Hands a value to TensorFlow.js. */
  publish(value: Value): TensorInfo {
    const held = value.base ?? value
    if (!held.data) this.pending.add(held)
    return this.hold(held, value.shape, value.type as DataType, value)
  }

  /** Another data id of the same value. */
  copy(info: TensorInfo): TensorInfo {
    return this.hold(this.storage.get(info.dataId).value, info.shape, info.dtype, null)
  }

  /** The same data id again, as reshape answers. */
  share(info: TensorInfo, shape: readonly number[] = info.shape): TensorInfo {
    this.storage.get(info.dataId).references++
    return { dataId: info.dataId, shape: shape.slice(), dtype: info.dtype }
  }

  /** A scalar that differs at every step: an input of its graphs from the start. */
  markInput(info: TensorInfo): void {
    markInput(this.storage.get(info.dataId))
  }

  /** To be called before a kernel records: keeps the number of recorded operators bounded. */
  beforeKernel(): void {
    if (this.recorded >= this.pendingLimit) this.flush()
  }

  /** Computes everything that is pending and still held. */
  flush(): void {
    const states = [...this.pending].filter((value) => value.update)
    const updates = new Set(states.map((value) => value.update!))
    const read = new Set([...updates].flatMap((update) => [...update.inputs]).filter((value) => !value.data))
    const others = [...this.pending].filter((value) => !value.update && !read.has(value))
    // The order depends on the recording alone, not on who holds what. The runtime begins with the last output and
    // what it needs: of a backward pass with the last layer, so that layer by layer can be forgotten.
    const outputs = [...others, ...read].sort((a, b) => b.serial - a.serial)
    this.compute(outputs, new Set())
    this.compute(states, overwritable(states, updates))
    for (const value of read) if (value.handles === 0) this.released.push(value)
    this.pending.clear()
    this.recorded = 0
    this.pool.endRun()
    this.recycle()
  }

  /** Computes some pending values. @param overwritable old states whose memory their new states may take */
  private compute(outputs: Value[], overwritable: ReadonlySet<Value>): void {
    if (outputs.length === 0) return
    const started = performance.now()
    const graph = collectGraph(outputs)
    this.collectMilliseconds += performance.now() - started
    const targets = outputs.map(({ type, size, shape, overwrites }) => {
      const memory = overwrites && overwritable.has(overwrites) ? overwrites.data! : this.pool.take(type, size)
      return wrap(type, memory, shape)
    })
    this.sessions.run(graph, targets)
    for (const [index, value] of outputs.entries()) {
      const { overwrites } = value
      if (overwrites?.data === targets[index]!.data) overwrites.data = null
      value.data = targets[index]!.data as ValueData
      value.runtimeTensor = targets[index]!
      value.node = null
      value.views = null
      value.overwrites = null
    }
  }

  statistics(): Record<string, number> {
    return {
      pendingOperators: this.recorded,
      pooledBytes: this.pool.bytes,
      sessionsKept: this.sessions.kept,
      sessionBytes: this.sessions.keptBytes,
      sessionsBuilt: this.sessions.built,
      runs: this.sessions.runs,
      collectMilliseconds: this.collectMilliseconds,
      buildMilliseconds: this.sessions.buildMilliseconds,
      runMilliseconds: this.sessions.runMilliseconds,
    }
  }

  private hold(value: Value, shape: readonly number[], dtype: DataType, input: Value | null): TensorInfo {
    const dataId = {}
    value.handles++
    this.storage.set(dataId, { value, references: 1, input })
    return { dataId, shape: shape.slice(), dtype }
  }

  private recycle(): void {
    for (const value of this.released) {
      if (value.data) this.pool.give(value.type, value.data) // none: another value has taken it over
      value.data = null
      value.runtimeTensor = null
      value.views = null
    }
    this.released = []
  }
}

function markInput({ value, input }: Handle): void {
  value.role = 'input'
  if (input) input.role = 'input'
}

/** Old states that nobody holds and that only their own update reads. */
function overwritable(states: Value[], updates: ReadonlySet<Update>): Set<Value> {
  const readers = new Map<Value, number>()
  for (const update of updates) for (const input of update.inputs) readers.set(input, (readers.get(input) ?? 0) + 1)
  const old = states.map(({ overwrites }) => overwrites).filter((value) => value !== null)
  return new Set(old.filter((value) => value.handles === 0 && !value.escaped && value.data && readers.get(value) === 1))
}

/** The data of a materialised value under a shape of the same size. */
function viewOf(value: Value, shape: readonly number[]): Value {
  const view = new Value(shape.slice(), value.type)
  view.data = value.data
  view.role = value.role
  view.base = value.base ?? value
  return view
}

function elementType(dtype: DataType): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new AnamnesisError('INTERNAL', `The onnx engine has no ${dtype} tensors; use float32, int32 or bool.`)
}
