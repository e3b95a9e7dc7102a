import type { Tensor as RuntimeTensor } from 'onnxruntime-node'
import type { ElementType, OnnxAttributes } from './onnx-model.ts'

export type ValueData = Float32Array | Int32Array | Uint8Array | BigInt64Array

/**
 * How a materialised value enters a graph.
 * - `input`: fed at every run
 * - `constant`: a scalar of the program; embedded (the runtime folds it) until it is seen to vary
 * - `literal`: an axis, shape or number of a kernel; always embedded, part of the structure
 */
export type ValueRole = 'input' | 'constant' | 'literal'

let made = 0

/** An immutable array: materialised (`data`) or the output of a recorded node. */
export class Value {
  data: ValueData | null = null
  node: GraphNode | null = null
  /** Which output of `node` this is. */
  output = 0
  role: ValueRole = 'input'
  /** Number of data ids that TensorFlow.js holds on this value; 0 = intermediate, not read by anybody. */
  handles = 0
  /** The user has a reference to `data`, so its memory must not be reused. */
  escaped = false
  /** The runtime's wrapper of `data`, made once. */
  runtimeTensor: RuntimeTensor | null = null
  /** The value whose data this one shows under another shape. */
  base: Value | null = null
  /** The same data under other shapes, by shape. */
  views: Map<string, Value> | null = null
  /** The value whose memory this one takes over when nobody else holds it: the old state of an update. */
  overwrites: Value | null = null
  /** Grows with every value that is made. */
  readonly serial = made++
  /** Scratch of the traversal numbered `visit`: position among the graph's inputs. */
  visit = 0
  position = 0

  constructor(
    readonly shape: readonly number[],
    readonly type: ElementType,
  ) {}

  get size(): number {
    return sizeOf(this.shape)
  }

  /** The update that computes this value, when it is the result of one and not computed yet. */
  get update(): Update | null {
    return this.node?.update ?? null
  }
}

/**
 * Operators that compute new states from old ones (weights and moments). They run after everything else that is pending,
 * so that a new state can be written over the old one.
 */
export class Update {
  /** Values read that are not operators of the update. */
  readonly inputs = new Set<Value>()
}

/** A recorded operator. */
export class GraphNode {
  outputs: Value[] = []
  /** Operator and attributes as they enter the structural key. */
  readonly label: string
  /** Scratch of the traversal numbered `visit`: position in execution order. */
  visit = 0
  position = 0

  constructor(
    readonly operator: string,
    readonly inputs: readonly Value[],
    readonly attributes: OnnxAttributes,
    readonly domain: string,
    readonly update: Update | null,
  ) {
    this.label = operator + JSON.stringify(attributes)
  }
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1
  for (const dimension of shape) size *= dimension
  return size
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

function literal(shape: number[], type: ElementType, data: ValueData): Value {
  const value = new Value(shape, type)
  value.data = data
  value.role = 'literal'
  return value
}

/** Axes, shapes and indices of operators, [values.length]. */
export function integers(values: readonly number[]): Value {
  return literal([values.length], 'int64', BigInt64Array.from(values.map(BigInt)))
}

/** A number as an operator's operand, []. */
export function scalar(value: number, type: ElementType = 'float32'): Value {
  if (type === 'float32') return literal([], type, Float32Array.of(value))
  if (type === 'int32') return literal([], type, Int32Array.of(value))
  if (type === 'bool') return literal([], type, Uint8Array.of(value ? 1 : 0))
  return literal([], type, BigInt64Array.of(BigInt(value)))
}
