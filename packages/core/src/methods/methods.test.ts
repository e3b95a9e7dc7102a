import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBackend, type NamedTensorMap, tf } from '../backend/index.ts'
import { Random, task } from '../contracts/index.ts'
import { type ClipModel, createModel, findModelConfig } from '../model/index.ts'
import type { Method, StepInput } from './method.ts'
import { describeMethods, methodById, methods } from './registry.ts'

const config = findModelConfig('test')
const context = {
  position: 1,
  steps: 4,
  task: task.parse({
    id: 'colours',
    name: 'Colours',
    domain: 'squares',
    modality: 'drawing',
    licence: 'CC0',
    classes: ['red', 'green', 'blue'].map((name) => ({ id: name, name, promptName: name })),
  }),
}

let threads: Awaited<ReturnType<typeof loadBackend>>
beforeAll(async () => {
  threads = await loadBackend({ threads: 1 })
})
afterAll(() => threads.flush())

const unitRows = (random: Random, rows: number) =>
  tf.tidy(() => {
    const raw = tf.tensor2d(
      Float32Array.from({ length: rows * config.embedding }, () => random.normal()),
      [rows, config.embedding],
    )
    return tf.div(raw, tf.norm(raw, 2, 1, true))
  })

/** One step's batch, drawn from the seed; to be made inside tf.tidy. */
function input(seed: number): StepInput {
  const random = new Random(seed)
  const { size } = config.image
  const images = (n: number) =>
    tf.tensor4d(
      Float32Array.from({ length: n * size * size * 3 }, () => random.normal()),
      [n, size, size, 3],
    )
  const tokens = (n: number) =>
    tf.tensor2d(
      Int32Array.from({ length: n * config.text.context }, () => random.int(600)),
      [n, config.text.context],
      'int32',
    )
  return {
    batch: { images: images(4), labels: tf.tensor1d([0, 1, 2, 1], 'int32'), classTokens: tokens(3) },
    reference: {
      images: images(5),
      tokens: tokens(5),
      teacherImages: unitRows(random, 5) as ReturnType<typeof tf.tensor2d>,
      teacherTexts: unitRows(random, 5) as ReturnType<typeof tf.tensor2d>,
      captionGroups: tf.tensor1d([0, 1, 2, 0, 3], 'int32'),
    },
  }
}

/** One plain gradient step: enough to see whether a method's gradients are the same. */
function step(method: Method, model: ClipModel, seed: number): Record<string, number> {
  const read: Record<string, number> = {}
  tf.tidy(() => {
    const { gradients, metrics } = method.step(input(seed))
    for (const [name, gradient] of Object.entries(gradients)) {
      const variable = model.variables.get(name)!
      if (variable.trainable) variable.assign(tf.sub(variable, tf.mul(gradient, 0.01)))
    }
    for (const [name, value] of Object.entries(metrics)) read[name] = value.dataSync()[0]!
    for (const tensor of [...Object.values(gradients), ...Object.values(metrics)]) tensor.dispose()
  })
  return read
}

const weightsOf = (model: ClipModel) => [...model.variables.values()].map((variable) => [...variable.dataSync()])
const create = (id: string, model: ClipModel, parameters: object = {}) =>
  methodById(id).create(parameters, { model, labelSmoothing: 0.2 })

describe.each(methods.map(({ id }) => id))('method %s', (id) => {
  const train = async (model: ClipModel, seeds: number[]) => {
    const method = create(id, model)
    await method.beginTask(context)
    const values = seeds.map((seed) => step(method, model, seed))
    await method.endTask(context)
    method.dispose()
    return values
  }

  it('gives the same values and weights for the same inputs', async () => {
    const [one, two] = [createModel(config, 1), createModel(config, 1)]
    expect(await train(one, [1, 2])).toEqual(await train(two, [1, 2]))
    expect(weightsOf(one)).toEqual(weightsOf(two))
    one.dispose()
    two.dispose()
  })

  it('reports its losses, if it trains', async () => {
    const model = createModel(config, 1)
    const [values] = await train(model, [1])
    model.dispose()
    const expected = methodById(id).trains ? { 'loss.total': expect.any(Number), 'loss.ce': expect.any(Number) } : {}
    expect(values).toMatchObject(expected)
    for (const value of Object.values(values!)) expect(Number.isFinite(value)).toBe(true)
  })

  it('leaves no tensor over', async () => {
    const before = tf.memory().numTensors
    const model = createModel(config, 1)
    await train(model, [1, 2, 3])
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('goes on from its saved state to the same bits', async () => {
    const model = createModel(config, 1)
    const method = create(id, model)
    await method.beginTask(context)
    step(method, model, 1)
    const other = createModel(config, 2)
    const weights = model.snapshot()
    other.load(weights)
    const saved: NamedTensorMap = Object.fromEntries(
      Object.entries(method.state()).map(([name, tensor]) => [name, tf.tensor(tensor.dataSync(), tensor.shape)]),
    )
    const restored = create(id, other)
    restored.restore(saved)
    for (const tensor of [...Object.values(saved), ...Object.values(weights)]) tensor.dispose()
    expect(step(restored, other, 2)).toEqual(step(method, model, 2))
    expect(weightsOf(other)).toEqual(weightsOf(model))
    for (const thing of [method, restored, model, other]) thing.dispose()
  })

  it('refuses an unknown parameter and names it', () => {
    expect(() => methodById(id).parse({ magic: 1 })).toThrow(
      expect.objectContaining({ code: 'BAD_PARAMETERS', field: 'parameters.magic' }),
    )
  })

  it('describes every parameter for people', () => {
    const { parameters } = describeMethods().find((method) => method.id === id)!
    for (const field of Object.values(parameters.properties as Record<string, Record<string, unknown>>)) {
      expect(field).toMatchObject({
        title: expect.any(String),
        description: expect.any(String),
        default: expect.anything(),
      })
    }
    expect(methodById(id).parse({})).toBeDefined()
  })
})

describe('parameters', () => {
  it.each([
    ['l2', { lambda: -1 }, 'parameters.lambda'],
    ['primed-uni', { alpha: 'much' }, 'parameters.alpha'],
    ['primed-dyn', { referenceSize: 1.5 }, 'parameters.referenceSize'],
    ['primed-dyn', { guard: 'on' }, 'parameters.guard'],
  ])('of %s are refused when wrong: %j', (id, parameters, field) => {
    expect(() => methodById(id).parse(parameters)).toThrow(expect.objectContaining({ code: 'BAD_PARAMETERS', field }))
  })

  it('names the known methods when one is unknown', () => {
    expect(() => methodById('magic')).toThrow(expect.objectContaining({ code: 'UNKNOWN_METHOD' }))
  })
})

describe('PRIMED', () => {
  /** Gradients of one step after a move away from the anchor, by name. */
  const gradients = async (id: string, parameters: object) => {
    const model = createModel(config, 1)
    const method = create(id, model, parameters)
    await method.beginTask(context)
    tf.tidy(() => {
      for (const variable of model.trainable()) variable.assign(tf.add(variable, 0.01))
    })
    const found: Record<string, Float32Array> = {}
    const values: Record<string, number> = {}
    tf.tidy(() => {
      const output = method.step(input(9))
      for (const [name, tensor] of Object.entries(output.gradients)) found[name] = tensor.dataSync<'float32'>().slice()
      for (const [name, tensor] of Object.entries(output.metrics)) values[name] = tensor.dataSync()[0]!
      for (const tensor of [...Object.values(output.gradients), ...Object.values(output.metrics)]) tensor.dispose()
    })
    method.dispose()
    model.dispose()
    return { found, values }
  }
  const difference = (a: Record<string, Float32Array>, b: Record<string, Float32Array>) =>
    Math.max(
      ...Object.keys(a).flatMap((name) => [...a[name]!].map((value, i) => Math.abs(value - (b[name]?.[i] ?? 0)))),
    )

  it('is the sum of task, knowledge and guard gradients with the guard weighted by the knowledge gradient', async () => {
    const off = { ckt: false, cmc: false, guard: false }
    const task = await gradients('primed-dyn', off)
    const knowledge = await gradients('primed-dyn', { guard: false })
    const full = await gradients('primed-dyn', { lambda: 3 })
    for (const [name, total] of Object.entries(full.found)) {
      const plain = task.found[name] ?? new Float32Array(total.length)
      const g1 = knowledge.found[name]!.map((value, i) => value - plain[i]!)
      const mean = g1.reduce((sum, g) => sum + g * g, 0) / g1.length
      if (mean < 1e-12) continue
      total.forEach((value, i) => {
        const guard = 2 * 3 * ((g1[i]! * g1[i]!) / mean) * 0.01 // the anchor is 0.01 away
        expect(Math.abs(value - (knowledge.found[name]![i]! + guard))).toBeLessThan(1e-3 * Math.max(1, Math.abs(value)))
      })
    }
    const { values } = full
    const sum = values['loss.ce']! + values['loss.ckt']! + 0.25 * values['loss.cmc']! + 3 * values['loss.guard']!
    expect(values['loss.total']).toBeCloseTo(sum, 3)
  })

  it('is fine-tuning when its losses are off: the guard falls to its floor', async () => {
    const plain = await gradients('fine-tune', {})
    const inert = await gradients('primed-dyn', { ckt: false, cmc: false })
    expect(difference(inert.found, plain.found)).toBeLessThan(1e-6)
    const zero = await gradients('primed-dyn', { alpha: 0, beta: 0 })
    expect(difference(zero.found, plain.found)).toBeLessThan(1e-6)
  })

  it('reports only the terms that are on', async () => {
    const { values } = await gradients('primed-dyn', { cmc: false, guard: false })
    expect(Object.keys(values).sort()).toEqual(['loss.ce', 'loss.ckt', 'loss.total'])
  })

  it('is the same step in the uniform and the dynamic method', async () => {
    const uniform = await gradients('primed-uni', {})
    const dynamic = await gradients('primed-dyn', {})
    expect(difference(uniform.found, dynamic.found)).toBe(0)
  })
})
