import { beforeAll, describe, expect, it } from 'vitest'
import { type ContractCase, cases } from './cases.ts'
import { type Backend, type BackendId, loadBackend, type Tensor, tensorflowInstalled, tf } from './index.ts'

interface Answer {
  outputs: number[][]
  /** One for each float input; empty where the result is not differentiable. */
  gradients: number[][]
}

/** A scalar of the float inputs. Weights that differ tell apart gradients that a plain sum would hide. */
function weighted({ compute }: ContractCase, tensors: Tensor[]): (...floats: Tensor[]) => Tensor {
  return (...floats) => {
    let next = 0
    const operands = tensors.map((tensor) => (tensor.dtype === 'float32' ? floats[next++]! : tensor))
    const sums = [compute(...operands)]
      .flat()
      .map((part) => tf.sum(tf.mul(part, tf.cos(tf.reshape(tf.range(0, part.size), part.shape)))))
    return sums.reduce((a, b) => tf.add(a, b))
  }
}

const tensorsOf = (entry: ContractCase) => entry.inputs.map(({ values, shape, type }) => tf.tensor(values, shape, type))

function evaluate(entry: ContractCase): Answer {
  return tf.tidy(() => {
    const tensors = tensorsOf(entry)
    const results = [entry.compute(...tensors)].flat()
    const outputs = results.map((result) => Array.from(result.dataSync()))
    const floats = tensors.filter((tensor) => tensor.dtype === 'float32')
    if (results[0]!.dtype !== 'float32' || floats.length === 0) return { outputs, gradients: [] }
    const gradients = tf.grads(weighted(entry, tensors))(floats)
    return { outputs, gradients: gradients.map((gradient) => Array.from(gradient.dataSync())) }
  })
}

/** Slope of the weighted result along a direction for each float input, by central difference. */
function slopes(entry: ContractCase, direction: (index: number) => number): number[] {
  const step = 1e-2
  return tf.tidy(() => {
    const tensors = tensorsOf(entry)
    const floats = tensors.filter((tensor) => tensor.dtype === 'float32')
    return floats.map((tensor, which) => {
      const move = tf.tensor(
        Float32Array.from({ length: tensor.size }, (_, index) => direction(index)),
        tensor.shape,
      )
      const at = (distance: number) => {
        const moved = floats.with(which, tf.add(tensor, tf.mul(move, distance)))
        return weighted(entry, tensors)(...moved).dataSync()[0]!
      }
      return (at(step) - at(-step)) / (2 * step)
    })
  })
}

function expectClose(actual: number[][], expected: number[][]): void {
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length))
  for (const [index, row] of expected.entries()) {
    const scale = Math.max(1, ...row.map(Math.abs).filter(Number.isFinite))
    for (const [position, value] of row.entries()) {
      if (Number.isFinite(value)) expect(Math.abs(actual[index]![position]! - value) / scale).toBeLessThan(5e-6)
      else expect(actual[index]![position]).toBe(value)
    }
  }
}

const named = cases.map((entry) => [entry.name, entry] as const)

describe('gradients', () => {
  beforeAll(async () => {
    await loadBackend({ id: 'cpu' })
  })

  it.each(named.filter(([, entry]) => !entry.steps))('are the slopes of %s', (_name, entry) => {
    const { gradients } = evaluate(entry)
    if (gradients.length === 0) return
    const direction = (index: number) => Math.sin(index + 1)
    const measured = slopes(entry, direction)
    for (const [index, gradient] of gradients.entries()) {
      const along = gradient.reduce((sum, value, position) => sum + value * direction(position), 0)
      expect(Math.abs(along - measured[index]!)).toBeLessThan(5e-3 * Math.max(1, Math.abs(along)))
    }
  })
})

/** Why a backend cannot run here; null when it can. */
const absent: Record<Exclude<BackendId, 'cpu'>, string | null> = {
  onnx: null,
  tensorflow: tensorflowInstalled() ? null : 'not installed (npm run engine -- install tensorflow)',
}

describe.each(Object.entries(absent) as [BackendId, string | null][])('backend %s', (id, reason) => {
  if (reason) {
    it.skip(`not run: ${reason}`, () => {})
    return
  }
  let backend: Backend
  beforeAll(async () => {
    await loadBackend({ id: 'cpu' })
    backend = await loadBackend({ id, threads: 1 })
  })

  it.each(named)('agrees with the reference on %s', async (_name, entry) => {
    await loadBackend({ id: 'cpu' })
    const expected = evaluate(entry)
    await loadBackend({ id })
    const before = tf.memory().numTensors
    const actual = evaluate(entry)
    expectClose(actual.outputs, expected.outputs)
    expectClose(actual.gradients, expected.gradients)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('is loaded once and says what it runs on', async () => {
    expect(await loadBackend({ id })).toBe(backend)
    expect(backend.version).toMatch(/^[a-z]+ \d/)
  })
})
