import { createHash } from 'node:crypto'
import type { OnnxGraph } from './onnx-model.ts'
import { END_OF_RUN } from './runtime.ts'
import type { GraphNode, Value } from './value.ts'

/** Everything needed to compute some pending values, in execution order. */
export interface PendingGraph {
  nodes: GraphNode[]
  /** Materialised values that the nodes read. */
  inputs: Value[]
  outputs: Value[]
  /** Equal for graphs that differ only in the contents of their inputs and constants. */
  key: string
}

let visits = 0

/** Collects what the outputs depend on. Order and key depend only on the structure, not on the objects. */
export function collectGraph(outputs: Value[]): PendingGraph {
  const visit = ++visits
  const nodes: GraphNode[] = []
  const inputs: Value[] = []
  const parts: string[] = []

  const nameInput = (value: Value): string => {
    if (value.visit !== visit) {
      value.visit = visit
      value.position = inputs.length
      inputs.push(value)
    }
    return `i${value.position}`
  }

  const stack: { node: GraphNode; next: number }[] = []
  const enter = (node: GraphNode) => {
    if (node.visit === visit) return
    node.visit = visit
    stack.push({ node, next: 0 })
  }
  for (const output of outputs) {
    enter(output.node!)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const { node } = top
      if (top.next < node.inputs.length) {
        const input = node.inputs[top.next++]!
        if (!input.data) enter(input.node!)
        continue
      }
      stack.pop()
      let part = node.label
      for (const input of node.inputs) {
        part += input.data
          ? input.role === 'literal'
            ? `L${nameInput(input)}${input.type}${input.data.join('_')}`
            : nameInput(input)
          : nameOf(input)
        part += ' '
      }
      node.position = nodes.length
      nodes.push(node)
      parts.push(part)
    }
  }
  for (const input of inputs) {
    parts.push(input.role === 'literal' ? 'L' : `${input.type}${input.shape.join('x')}${input.role}`)
  }
  for (const output of outputs) parts.push(nameOf(output))
  return { nodes, inputs, outputs, key: createHash('sha1').update(parts.join(';')).digest('base64') }
}

/** Name of a value inside the graph that was collected last. */
function nameOf(value: Value): string {
  return value.data ? `i${value.position}` : `n${value.node!.position}_${value.output}`
}

export function inputName(position: number): string {
  return `i${position}`
}

/** Names of the outputs, in order. To be called before the outputs are materialised. */
export function outputNames(graph: PendingGraph): string[] {
  return graph.outputs.map(nameOf)
}

/** @param fed for every input, whether it is fed at run time (otherwise its contents are embedded) */
export function toOnnx(graph: PendingGraph, fed: readonly boolean[]): OnnxGraph {
  const declare = (value: Value) => ({ name: nameOf(value), type: value.type, shape: value.shape })
  return {
    nodes: graph.nodes.map((node) => ({
      operator: node.operator,
      domain: node.domain,
      inputs: node.inputs.map(nameOf),
      outputs: node.outputs.map(nameOf),
      attributes: node.attributes,
    })),
    constants: graph.inputs
      .filter((_, position) => !fed[position])
      .map((value) => {
        const data = value.data!
        return { ...declare(value), bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
      }),
    inputs: graph.inputs.filter((_, position) => fed[position]).map(declare),
    outputs: graph.outputs.map(declare),
    listOutput: END_OF_RUN,
  }
}
