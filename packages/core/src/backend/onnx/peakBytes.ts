import type { PendingGraph } from './graph.ts'
import type { GraphNode, Value } from './value.ts'

/** Estimate of the memory in use at once while the graph runs, in bytes: values are freed after their last use. */
export function peakBytes(graph: PendingGraph): number {
  const order = executionOrder(graph)
  const lastUse = new Map<Value, number>()
  for (const [position, node] of order.entries()) {
    for (const input of node.inputs) if (!input.data) lastUse.set(input, position)
  }
  const kept = new Set(graph.outputs)
  let current = 0
  let peak = 0
  for (const [position, node] of order.entries()) {
    for (const output of node.outputs) if (!kept.has(output)) current += bytesOf(output)
    peak = Math.max(peak, current)
    for (const output of node.outputs) if (!kept.has(output) && !lastUse.has(output)) current -= bytesOf(output)
    for (const input of new Set(node.inputs)) {
      if (!input.data && !kept.has(input) && lastUse.get(input) === position) current -= bytesOf(input)
    }
  }
  return peak
}

/**
 * The order in which the runtime runs the nodes: depth first from the nodes that nothing waits for, of those and of the
 * inputs of a node always the one with the highest number first.
 */
function executionOrder({ nodes }: PendingGraph): GraphNode[] {
  const inputsOf = nodes.map((node) => {
    const before = new Set(node.inputs.flatMap((input) => (input.data ? [] : [input.node!.position])))
    return [...before].sort((a, b) => a - b)
  })
  const waitedFor = new Set(inputsOf.flat())
  const stack = nodes.map((_, position) => position).filter((position) => !waitedFor.has(position))
  const entered = new Set<number>()
  const order: GraphNode[] = []
  while (stack.length > 0) {
    const top = stack.pop()!
    if (top < 0) {
      order.push(nodes[-top - 1]!)
      continue
    }
    if (entered.has(top)) continue
    entered.add(top)
    stack.push(-top - 1) // to be left when all it waits for is done
    for (const input of inputsOf[top]!) if (!entered.has(input)) stack.push(input)
  }
  return order
}

function bytesOf(value: Value): number {
  return value.size * (value.type === 'int64' ? 8 : value.type === 'bool' ? 1 : 4)
}
