import { beforeAll, describe, expect, it } from 'vitest'
import {
  accumulate,
  attention,
  gelu,
  l2Normalise,
  layerNorm,
  loadBackend,
  quickGelu,
  softmaxCrossEntropy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tf,
} from '../index.ts'
import golden from './golden/ops.json' with { type: 'json' }

interface Stored {
  shape: number[]
  values: number[]
}

interface Golden {
  name: string
  op: string
  options: { epsilon?: number; scale?: number }
  inputs: Record<string, Stored>
  output: Stored
  cotangent: Stored
  gradients: Record<string, Stored>
}

type Inputs = Record<string, Tensor>

const operations: Record<string, (inputs: Inputs, options: Golden['options']) => Tensor> = {
  layerNorm: ({ x, gamma, beta }, { epsilon }) => layerNorm(x!, gamma as Tensor1D, beta as Tensor1D, epsilon!),
  gelu: ({ input }) => gelu(input!),
  quickGelu: ({ input }) => quickGelu(input!),
  l2Normalise: ({ input }) => l2Normalise(input!),
  softmaxCrossEntropy: ({ logits, target }) => softmaxCrossEntropy(logits as Tensor2D, target as Tensor2D),
  attention: ({ query, key, value, mask }, { scale }) =>
    attention(query as Tensor3D, key as Tensor3D, value as Tensor3D, mask ?? null, scale!),
}

const tensorOf = ({ values, shape }: Stored) => tf.tensor(values, shape, 'float32')

function expectClose(actual: Tensor, wanted: Stored, what: string): void {
  expect(actual.shape, what).toEqual(wanted.shape)
  const scale = Math.max(1e-3, ...wanted.values.map(Math.abs))
  for (const [index, value] of actual.dataSync().entries()) {
    expect(Math.abs(value - wanted.values[index]!) / scale, `${what} at ${index}`).toBeLessThan(1e-5)
  }
}

describe.each(['onnx', 'cpu'] as const)('on the %s backend', (id) => {
  beforeAll(() => loadBackend({ id, threads: 1 }))

  it.each((golden as unknown as Golden[]).map((entry) => [entry.name, entry] as const))(
    '%s has the value and gradients of PyTorch',
    (_name, entry) => {
      const before = tf.memory().numTensors
      tf.tidy(() => {
        const inputs = Object.fromEntries(
          Object.entries(entry.inputs).map(([name, stored]) => [name, tensorOf(stored)]),
        )
        const varied = Object.keys(entry.gradients)
        const compute = (...given: Tensor[]) => {
          const replaced = Object.fromEntries(varied.map((name, index) => [name, given[index]!]))
          return operations[entry.op]!({ ...inputs, ...replaced }, entry.options)
        }
        const { value, grads } = tf.valueAndGrads(compute)(
          varied.map((name) => inputs[name]!),
          tensorOf(entry.cotangent),
        )
        expectClose(value, entry.output, 'value')
        for (const [index, name] of varied.entries()) expectClose(grads[index]!, entry.gradients[name]!, name)
      })
      expect(tf.memory().numTensors).toBe(before)
    },
  )

  it('a sum goes on in place and leaves alone what others hold', () => {
    const before = tf.memory().numTensors
    const start = tf.tensor([1, 2])
    let sum: Tensor = tf.clone(start)
    for (let round = 0; round < 3; round++) {
      const more = tf.tensor([10, 20 + round])
      const next = accumulate(sum, more)
      tf.dispose([sum, more])
      sum = next
    }
    expect([...sum.dataSync()]).toEqual([31, 65])
    expect([...start.dataSync()]).toEqual([1, 2])
    tf.dispose([start, sum])
    expect(tf.memory().numTensors).toBe(before)
  })
})
