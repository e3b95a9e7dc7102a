import { beforeAll, describe, expect, test } from 'vitest'
import { loadBackend, type NamedTensorMap, type Tensor, tf, type Variable } from '../backend/index.ts'
import { AdamW } from './adamw.ts'
import golden from './golden/adamw.json' with { type: 'json' }

type Values = { matrix: number[][]; bias: number[] }

const variablesOf = (values: Values): Map<string, Variable> =>
  new Map(Object.entries(values).map(([name, value]) => [name, variable(tf.tensor(value))]))

/** A variable that takes over a tensor. */
function variable(tensor: Tensor, trainable = true): Variable {
  const made = tf.variable(tensor, trainable)
  tensor.dispose()
  return made
}

const tensorsOf = (values: Values): NamedTensorMap => ({
  matrix: tf.tensor(values.matrix),
  bias: tf.tensor(values.bias),
})

function update(optimiser: AdamW, gradients: Values, rate: number): void {
  tf.tidy(() => optimiser.apply(tensorsOf(gradients), rate))
}

function expectValues(variables: Map<string, Variable>, wanted: Values): void {
  for (const [name, value] of Object.entries(wanted)) {
    const actual = variables.get(name)!.dataSync()
    ;(value as number[] | number[][]).flat().forEach((number, i) => {
      expect(Math.abs(actual[i]! - number)).toBeLessThan(2e-6)
    })
  }
}

describe.each(['onnx', 'cpu'] as const)('with the %s backend', (id) => {
  beforeAll(() => loadBackend({ id }))

  describe('AdamW', () => {
    test.each(golden)('makes the ten updates of PyTorch with weight decay $weightDecay', (example) => {
      const before = tf.memory().numTensors
      const variables = variablesOf(example.start)
      const optimiser = new AdamW(variables, { weightDecay: example.weightDecay })
      const held = tf.memory().numTensors
      example.gradients.forEach((gradients, i) => {
        update(optimiser, gradients, example.rates[i]!)
        expectValues(variables, example.after[i]!)
        expect(tf.memory().numTensors).toBe(held)
      })
      optimiser.dispose()
      for (const variable of variables.values()) variable.dispose()
      expect(tf.memory().numTensors).toBe(before)
    })

    test('runs every update in one compiled graph, whatever the learning rate', async () => {
      const example = golden[1]!
      const backend = await loadBackend({ id })
      const variables = variablesOf(example.start)
      const optimiser = new AdamW(variables, { weightDecay: example.weightDecay })
      const sessions = () => backend.statistics().engine.sessionsBuilt ?? 0
      update(optimiser, example.gradients[0]!, example.rates[0]!)
      backend.flush()
      const built = sessions()
      for (let i = 1; i < 4; i++) {
        update(optimiser, example.gradients[i]!, example.rates[i]!)
        backend.flush()
        expect(sessions()).toBe(built)
      }
      optimiser.dispose()
      tf.dispose([...variables.values()])
    })

    test('goes on exactly from a saved state', async () => {
      const example = golden[1]!
      const straight = variablesOf(example.start)
      const first = new AdamW(straight, { weightDecay: example.weightDecay })
      for (let i = 0; i < 5; i++) update(first, example.gradients[i]!, example.rates[i]!)

      const { step, moments } = first.state()
      const saved: NamedTensorMap = {}
      for (const [name, tensor] of Object.entries(moments)) {
        saved[name] = tf.tensor(await tensor.data(), tensor.shape) // as from a file
      }
      const resumed = variablesOf(example.after[4]!)
      for (const [name, variable] of resumed) variable.assign(straight.get(name)!)
      const second = new AdamW(resumed, { weightDecay: example.weightDecay })
      second.restore({ step, moments: saved })
      tf.dispose(saved)
      for (let i = 5; i < 10; i++) {
        update(first, example.gradients[i]!, example.rates[i]!)
        update(second, example.gradients[i]!, example.rates[i]!)
      }
      for (const [name, variable] of straight) expect(resumed.get(name)!.dataSync()).toEqual(variable.dataSync())
      for (const variable of [...straight.values(), ...resumed.values()]) variable.dispose()
      first.dispose()
      second.dispose()
    })

    test('leaves frozen variables and those without a gradient alone', () => {
      const variables = new Map([
        ['free', variable(tf.ones([2]))],
        ['idle', variable(tf.ones([2, 2]))],
        ['frozen', variable(tf.ones([2]), false)],
      ])
      const optimiser = new AdamW(variables, { weightDecay: 0.1 })
      tf.tidy(() => optimiser.apply({ free: tf.ones([2]), frozen: tf.ones([2]) }, 0.5))
      expect([...variables.get('free')!.dataSync()]).toEqual([0.5, 0.5])
      expect([...variables.get('idle')!.dataSync()]).toEqual([1, 1, 1, 1])
      expect([...variables.get('frozen')!.dataSync()]).toEqual([1, 1])
      expect(Object.keys(optimiser.state().moments)).toEqual(['first/free', 'second/free', 'first/idle', 'second/idle'])
      optimiser.dispose()
      tf.dispose([...variables.values()])
    })

    test('refuses a state of other variables, naming them', () => {
      const variables = new Map([['a', variable(tf.ones([2]))]])
      const optimiser = new AdamW(variables)
      const wrong = tf.ones([3])
      expect(() => optimiser.restore({ step: 1, moments: { 'first/a': wrong } })).toThrow(/first\/a, second\/a/)
      wrong.dispose()
      optimiser.dispose()
      tf.dispose([...variables.values()])
    })
  })
})
