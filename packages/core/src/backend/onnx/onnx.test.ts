import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adamwUpdate, type Backend, loadBackend, stepScalar, type Tensor, tf } from '../index.ts'
import { OnnxBackend } from './backend.ts'
import { registerKernels } from './kernels/index.ts'
import { loadRuntime } from './runtime.ts'
import { SessionCache } from './sessions.ts'

let backend: Backend
beforeAll(async () => {
  backend = await loadBackend({ id: 'onnx', threads: 1 })
})
afterEach(() => expect(tf.memory().numTensors).toBe(0))

const engine = () => backend.statistics().engine as Record<string, number>
const values = (tensor: Tensor) => Array.from(tensor.dataSync())

describe('recording', () => {
  it('computes nothing until something is read, then everything that is held in one run', () => {
    const before = engine().runs!
    const x = tf.tensor([1, 2])
    const y = tf.tidy(() => tf.mul(tf.add(x, 1), 2))
    const z = tf.exp(y)
    expect(engine().runs).toBe(before)
    expect(values(y)).toEqual([4, 6])
    expect(values(z)[0]).toBeCloseTo(Math.exp(4), 3)
    expect(engine().runs).toBe(before + 1)
    tf.dispose([x, y, z])
  })

  it('does not compute what was disposed', () => {
    const x = tf.tensor([1, 2])
    tf.dispose(tf.exp(x))
    const before = engine().runs!
    backend.flush()
    expect(engine().runs).toBe(before)
    x.dispose()
  })

  it('reads the array as it was when the tensor was made', () => {
    const array = Float32Array.of(1, 2, 3)
    const x = tf.tensor(array)
    const y = tf.mul(x, 2)
    array.fill(0)
    expect(values(y)).toEqual([2, 4, 6])
    tf.dispose([x, y])
  })

  it('keeps what was read when its memory would be used again', () => {
    const x = tf.tensor([1, 2, 3])
    const y = tf.mul(x, 2)
    const read = y.dataSync()
    tf.dispose(y)
    for (let round = 0; round < 3; round++) {
      const other = tf.add(x, round)
      backend.flush()
      other.dispose()
    }
    expect(Array.from(read)).toEqual([2, 4, 6])
    x.dispose()
  })

  it('shares data between reshaped tensors and frees it with the last one', () => {
    const x = tf.tensor([1, 2, 3, 4])
    const y = tf.reshape(x, [2, 2])
    x.dispose()
    const z = tf.transpose(y)
    y.dispose()
    expect(values(z)).toEqual([1, 3, 2, 4])
    z.dispose()
  })

  it('assigns variables from what they held before', () => {
    const start = tf.tensor([1, 2])
    const variable = tf.variable(start)
    start.dispose()
    for (let step = 0; step < 3; step++) {
      tf.tidy(() => {
        variable.assign(tf.mul(variable, 2))
      })
    }
    expect(values(variable)).toEqual([8, 16])
    variable.dispose()
  })

  it('moves tensors over from another backend', async () => {
    await loadBackend({ id: 'cpu' })
    const x = tf.tensor([1, 2])
    await loadBackend({ id: 'onnx' })
    const y = tf.mul(x, 3)
    expect(values(y)).toEqual([3, 6])
    tf.dispose([x, y])
  })

  it('refuses text tensors with the way out', () => {
    expect(() => tf.tensor(['a'])).toThrow(/use float32, int32 or bool/)
  })
})

describe('sessions', () => {
  const step = (x: Tensor, rate: Tensor | number) => tf.tidy(() => tf.mul(tf.exp(tf.neg(x)), rate))
  const builtBy = (run: () => void) => {
    const before = engine().sessionsBuilt!
    run()
    return engine().sessionsBuilt! - before
  }
  const readAndDispose = (tensor: Tensor) => {
    const read = values(tensor)
    tensor.dispose()
    return read
  }

  it('are used again for the same structure', () => {
    const built = builtBy(() => {
      for (let round = 0; round < 4; round++) {
        const x = tf.tensor([round, 1, 2, 3, 4, 5, 6])
        expect(readAndDispose(step(x, 0.125))[0]).toBeCloseTo(0.125 * Math.exp(-round), 6)
        x.dispose()
      }
    })
    expect(built).toBe(1)
  })

  it('take step scalars as inputs from the start', () => {
    const built = builtBy(() => {
      for (const rate of [0.5, 0.25, 0.75]) {
        const x = tf.tensor([0, 1, 2, 3, 4, 5])
        const scalar = stepScalar(rate)
        expect(readAndDispose(step(x, scalar))[0]).toBe(rate)
        tf.dispose([x, scalar])
      }
    })
    expect(built).toBe(1)
  })

  it('are made once more when a number of the program turns out to vary', () => {
    const built = builtBy(() => {
      for (const rate of [0.5, 0.25, 0.75, 0.5]) {
        const x = tf.tensor([0, 1, 2, 3, 4])
        expect(readAndDispose(step(x, rate))[0]).toBe(rate)
        x.dispose()
      }
    })
    expect(built).toBe(2)
  })

  it('tell apart graphs that differ in wiring or shape only', () => {
    const a = tf.tensor([5, 7])
    const b = tf.tensor([1, 2])
    expect(readAndDispose(tf.sub(a, b))).toEqual([4, 5])
    expect(readAndDispose(tf.sub(b, a))).toEqual([-4, -5])
    expect(readAndDispose(tf.sub(a, a))).toEqual([0, 0])
    expect(readAndDispose(tf.tidy(() => tf.sub(tf.reshape(a, [2, 1]), b)))).toEqual([4, 3, 6, 5])
    tf.dispose([a, b])
  })
})

describe('memory', () => {
  it('is not spent on copies of what a run writes', () => {
    const x = tf.tensor(new Float32Array(2_000_000))
    const held = () => process.memoryUsage().arrayBuffers
    const first = tf.add(x, 1)
    backend.flush()
    first.dispose() // its memory is used again
    const second = tf.add(x, 2)
    const before = held()
    backend.flush()
    expect(held() - before).toBeLessThan(1_000_000)
    tf.dispose([x, second])
  })
})

describe('updates of AdamW', () => {
  /** A weight and its moments as variables, and one update of them by a gradient of `weight`. */
  function optimised(start: number[]) {
    const variable = (values: number[]) => {
      const tensor = tf.tensor(values)
      const made = tf.variable(tensor)
      tensor.dispose()
      return made
    }
    const zeros = start.map(() => 0)
    const state = { weight: variable(start), first: variable(zeros), second: variable(zeros) }
    const update = () =>
      tf.tidy(() => {
        const rates = { rate: stepScalar(0.1), correction: stepScalar(1), kept: null }
        const gradient = tf.mul(state.weight, 2)
        const updated = adamwUpdate(state, gradient, { beta1: 0, beta2: 0, epsilon: 0, ...rates })
        for (const name of ['weight', 'first', 'second'] as const) state[name].assign(updated[name])
      })
    return { ...state, update, dispose: () => tf.dispose([state.weight, state.first, state.second]) }
  }

  it('run after all that was recorded before them', () => {
    const { weight, update, dispose } = optimised([1, 2])
    const before = tf.mul(weight, 10)
    update()
    const after = tf.mul(weight, 10)
    expect(values(before)).toEqual([10, 20])
    expect(values(after)[0]).toBeCloseTo(9, 5)
    tf.dispose([before, after])
    dispose()
  })

  it('write the new state over the old one', () => {
    const { weight, update, dispose } = optimised([1, 2, 3])
    update()
    backend.flush()
    const pooled = engine().pooledBytes!
    for (let step = 0; step < 3; step++) {
      update()
      backend.flush()
    }
    expect(engine().pooledBytes).toBe(pooled)
    expect(values(weight)[0]).toBeCloseTo(0.6, 5)
    dispose()
  })

  it('leave alone what somebody else holds or has read', () => {
    const { weight, update, dispose } = optimised([1, 2])
    const anchor = tf.clone<Tensor>(weight)
    update()
    const read = weight.dataSync()
    update()
    backend.flush()
    expect(values(anchor)).toEqual([1, 2])
    expect(read[0]).toBeCloseTo(0.9, 5)
    expect(values(weight)[0]).toBeCloseTo(0.8, 5)
    anchor.dispose()
    dispose()
  })

  it('follow one another without a read between them', () => {
    const { weight, update, dispose } = optimised([1, 2])
    for (let step = 0; step < 4; step++) update()
    expect(values(weight)[0]).toBeCloseTo(0.6, 5)
    dispose()
  })

  it('are not computed for variables that are gone', () => {
    const { update, dispose } = optimised([1, 2])
    backend.flush()
    const before = engine().runs!
    update()
    dispose()
    backend.flush()
    expect(engine().runs).toBe(before)
  })
})

describe('limits', () => {
  /** A backend of its own under another name, made current. */
  function small(name: string, options: { limit?: number; memoryLimit?: number; pendingLimit?: number }) {
    const sessions = new SessionCache(loadRuntime().createSession, { threads: 1, ...options })
    const backend = new OnnxBackend(sessions, options)
    registerKernels(name)
    tf.registerBackend(name, () => backend)
    tf.setBackend(name)
    return { sessions, backend }
  }

  it('keeps the sessions used last', () => {
    const { sessions } = small('onnx-two-sessions', { limit: 2 })
    const run = (length: number) => tf.tidy(() => values(tf.add(tf.zeros([length]), 1)))
    run(3)
    run(4)
    run(3)
    run(5) // 4 goes
    run(3)
    expect(sessions.kept).toBe(2)
    expect(sessions.built).toBe(3)
    expect(run(4)).toEqual([1, 1, 1, 1])
    expect(sessions.built).toBe(4)
    tf.removeBackend('onnx-two-sessions')
  })

  it('lets idle sessions go when they hold much memory', () => {
    const { sessions } = small('onnx-little-memory', { memoryLimit: 10_000 })
    const run = (length: number) => {
      const sum = tf.tidy(() => tf.sum(tf.exp(tf.zeros([length]))))
      values(sum)
      sum.dispose()
    }
    run(1000)
    for (let round = 0; round < 20; round++) run(1001)
    expect(sessions.kept).toBe(2)
    run(2000) // the idle one goes, the busy one stays
    expect(sessions.kept).toBe(2)
    expect(sessions.built).toBe(3)
    run(1001)
    expect(sessions.built).toBe(3)
    tf.removeBackend('onnx-little-memory')
  })

  it('computes by itself when much is pending', () => {
    const { backend, sessions } = small('onnx-few-pending', { pendingLimit: 10 })
    let x = tf.tensor([1, 1])
    for (let round = 0; round < 35; round++) {
      const next = tf.add(x, 1)
      x.dispose()
      x = next
    }
    expect(sessions.runs).toBe(3)
    expect(backend.statistics().pendingOperators).toBeLessThanOrEqual(10)
    expect(values(x)).toEqual([36, 36])
    x.dispose()
    tf.removeBackend('onnx-few-pending')
  })
})
