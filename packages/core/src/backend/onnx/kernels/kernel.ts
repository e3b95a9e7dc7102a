import { backend_util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core'
import type { OnnxBackend } from '../backend.ts'
import { type ElementType, ONNX_ELEMENT_TYPE } from '../onnx-model.ts'
import { integers, sameShape, scalar, type Value } from '../value.ts'

/** A TensorFlow.js kernel that records operators. */
export interface OnnxKernel {
  name: string
  record(backend: OnnxBackend, inputs: object, attributes: object): TensorInfo | TensorInfo[]
}

/** States the types of inputs and attributes, which TensorFlow.js passes untyped. */
export function kernel<Inputs extends object, Attributes extends object = object>(
  name: string,
  record: (backend: OnnxBackend, inputs: Inputs, attributes: Attributes) => TensorInfo | TensorInfo[],
): OnnxKernel {
  return {
    name,
    record: (backend, inputs, attributes) => record(backend, inputs as Inputs, attributes as Attributes),
  }
}

export interface Unary {
  x: TensorInfo
}

export interface Binary {
  a: TensorInfo
  b: TensorInfo
}

export function cast(backend: OnnxBackend, value: Value, type: ElementType): Value {
  if (value.type === type) return value
  return backend.record('Cast', [value], { shape: value.shape, type }, { to: ONNX_ELEMENT_TYPE[type] })
}

/** An operator whose output looks like its first operand. */
export function like(backend: OnnxBackend, operator: string, inputs: readonly Value[]): Value {
  return backend.record(operator, inputs, inputs[0]!)
}

/** An operator with broadcasting; the output has the type of `a` unless told. */
export function broadcast(backend: OnnxBackend, operator: string, a: Value, b: Value, type = a.type): Value {
  return backend.record(operator, [a, b], { shape: broadcastShape(a.shape, b.shape), type })
}

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  return backend_util.assertAndGetBroadcastShape(a as number[], b as number[])
}

/** `value` repeated to `shape` by the rules of broadcasting. */
export function expand(backend: OnnxBackend, value: Value, shape: readonly number[]): Value {
  if (sameShape(value.shape, shape)) return value
  return backend.record('Expand', [value, integers(shape)], { shape, type: value.type })
}

export function filled(backend: OnnxBackend, shape: readonly number[], number: number, dtype: DataType): Value {
  const type = dtype as ElementType
  const constant = scalar(number, type)
  if (shape.length === 0) return backend.record('Identity', [constant], { shape, type })
  return expand(backend, constant, shape)
}

export function positiveAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}
