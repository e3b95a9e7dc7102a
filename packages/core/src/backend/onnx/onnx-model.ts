import { ProtobufWriter } from './protobuf.ts'

/** Element types that flow through a graph; `int64` only as axes, shapes and indices of operators. */
export type ElementType = 'float32' | 'int32' | 'bool' | 'int64'

/** TensorProto.DataType */
export const ONNX_ELEMENT_TYPE: Record<ElementType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 }

/** An attribute of an operator: a number is an integer, `{ float }` a float, an array a list of integers. */
type OnnxAttribute = number | string | readonly number[] | { float: number }
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>

interface OnnxNode {
  operator: string
  /** '' for the standard operators. */
  domain: string
  inputs: string[]
  outputs: string[]
  attributes: OnnxAttributes
}

interface OnnxValue {
  name: string
  type: ElementType
  shape: readonly number[]
}

interface OnnxConstant extends OnnxValue {
  bytes: Uint8Array
}

export interface OnnxGraph {
  nodes: OnnxNode[]
  constants: OnnxConstant[]
  inputs: OnnxValue[]
  outputs: OnnxValue[]
  /** Name of a first output that is an empty list of tensors; see `runtime.ts`. */
  listOutput: string
}

const IR_VERSION = 9
const OPSET = 20

/** Serialises a graph as an ONNX ModelProto (field numbers of onnx/onnx.proto). */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const body = new ProtobufWriter(1 << 16)
  for (const [index, node] of graph.nodes.entries()) body.message(1, encodeNode(node, index))
  const list = { operator: 'SequenceEmpty', domain: '', inputs: [], outputs: [graph.listOutput], attributes: {} }
  body.message(1, encodeNode(list, graph.nodes.length))
  body.string(2, 'anamnesis')
  for (const constant of graph.constants) body.message(5, encodeConstant(constant))
  for (const input of graph.inputs) body.message(11, encodeValue(input))
  body.message(12, encodeList(graph.listOutput))
  for (const output of graph.outputs) body.message(12, encodeValue(output))
  return new ProtobufWriter(1 << 16)
    .integer(1, IR_VERSION)
    .string(2, 'anamnesis')
    .message(7, body)
    .message(8, new ProtobufWriter().string(1, '').integer(2, OPSET))
    .message(8, new ProtobufWriter().string(1, 'com.microsoft').integer(2, 1))
    .finish()
}

function encodeNode(node: OnnxNode, index: number): ProtobufWriter {
  const message = new ProtobufWriter()
  for (const input of node.inputs) message.string(1, input)
  for (const output of node.outputs) message.string(2, output)
  message.string(3, `${node.operator}#${index}`).string(4, node.operator)
  for (const [name, value] of Object.entries(node.attributes)) message.message(5, encodeAttribute(name, value))
  if (node.domain) message.string(7, node.domain)
  return message
}

/** The last field of each branch is AttributeProto.type. */
function encodeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
  const message = new ProtobufWriter().string(1, name)
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2)
  if (typeof value === 'string') return message.string(4, value).integer(20, 3)
  if ('float' in value) return message.float(2, value.float).integer(20, 1)
  for (const item of value) message.integer(8, item)
  return message.integer(20, 7)
}

function encodeConstant(constant: OnnxConstant): ProtobufWriter {
  const message = new ProtobufWriter()
  for (const size of constant.shape) message.integer(1, size)
  return message.integer(2, ONNX_ELEMENT_TYPE[constant.type]).string(8, constant.name).bytes(9, constant.bytes)
}

function encodeValue(value: OnnxValue): ProtobufWriter {
  const shape = new ProtobufWriter()
  for (const size of value.shape) shape.message(1, new ProtobufWriter().integer(1, size))
  const type = new ProtobufWriter().integer(1, ONNX_ELEMENT_TYPE[value.type]).message(2, shape)
  return new ProtobufWriter().string(1, value.name).message(2, new ProtobufWriter().message(1, type))
}

/** A list of float tensors. */
function encodeList(name: string): ProtobufWriter {
  const tensor = new ProtobufWriter().integer(1, ONNX_ELEMENT_TYPE.float32)
  const element = new ProtobufWriter().message(1, tensor)
  const list = new ProtobufWriter().message(4, new ProtobufWriter().message(1, element))
  return new ProtobufWriter().string(1, name).message(2, list)
}
