import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBackend, tf } from '../backend/index.ts'
import { describeMethods, methodById, methods } from './registry.ts'
import {
  type ClipModel,
  config,
  createMethod,
  createModel,
  exemplarBatches,
  gradientStep,
  savedState,
  stepInput,
  taskContext,
  weightsOf,
} from './testing/bench.ts'

let threads: Awaited<ReturnType<typeof loadBackend>>
beforeAll(async () => {
  threads = await loadBackend({ threads: 1 })
})
afterAll(() => threads.flush())

/** What every method of the registry must do. */
describe.each(methods.map(({ id }) => id))('method %s', (id) => {
  const { closedForm = false, trains } = methodById(id)
  const input = (seed: number) => () => stepInput(seed, exemplarBatches(id))

  /** Two tasks of two steps, as the training loop would make them. */
  const train = async (model: ClipModel) => {
    const method = createMethod(id, model)
    const values: Record<string, number>[] = []
    for (const position of [1, 2]) {
      const context = taskContext(position, 2)
      await method.beginTask(context)
      for (const step of closedForm ? [] : [1, 2]) {
        values.push(gradientStep(method, model, input(10 * position + step)))
        method.afterStep?.(step)
      }
      await method.endTask(context)
    }
    return { method, values }
  }

  it('gives the same values, weights and state for the same inputs', async () => {
    const [one, two] = [createModel(config, 1), createModel(config, 1)]
    const [first, second] = [await train(one), await train(two)]
    expect(second.values).toEqual(first.values)
    expect(weightsOf(two)).toEqual(weightsOf(one))
    const bits = (method: typeof first.method) =>
      Object.entries(method.state()).map(([name, tensor]) => [name, [...tensor.dataSync()]])
    expect(bits(second.method)).toEqual(bits(first.method))
    for (const thing of [first.method, second.method, one, two]) thing.dispose()
  })

  it('reports finite losses, if it trains by steps', async () => {
    const model = createModel(config, 1)
    const { method, values } = await train(model)
    for (const step of values) {
      if (trains) expect(step).toMatchObject({ 'loss.total': expect.any(Number) })
      for (const value of Object.values(step)) expect(Number.isFinite(value)).toBe(true)
    }
    method.dispose()
    model.dispose()
  })

  it('leaves no tensor over, and holds no more after further steps', async () => {
    const before = tf.memory().numTensors
    const model = createModel(config, 1)
    const method = createMethod(id, model)
    const context = taskContext()
    await method.beginTask(context)
    const held: number[] = []
    for (const step of closedForm ? [] : [1, 2, 3, 4]) {
      gradientStep(method, model, input(step))
      method.afterStep?.(step)
      held.push(tf.memory().numTensors)
    }
    if (held.length > 0) expect(held.at(-1)).toBe(held[1])
    await method.endTask(context)
    method.dispose()
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('goes on from its saved state after a task to the same bits', async () => {
    const model = createModel(config, 1)
    const method = createMethod(id, model)
    const next = async (learner: typeof method, clip: ClipModel) => {
      const context = taskContext(2, 2)
      await learner.beginTask(context)
      const values = closedForm ? [] : [gradientStep(learner, clip, input(5)), gradientStep(learner, clip, input(6))]
      await learner.endTask(context)
      return values
    }
    const context = taskContext(1, 2)
    await method.beginTask(context)
    if (!closedForm) gradientStep(method, model, input(1))
    await method.endTask(context)

    const other = createModel(config, 2)
    const weights = model.snapshot()
    other.load(weights)
    const saved = savedState(method)
    const restored = createMethod(id, other)
    restored.restore(saved)
    for (const tensor of [...Object.values(saved), ...Object.values(weights)]) tensor.dispose()
    expect(await next(restored, other)).toEqual(await next(method, model))
    expect(weightsOf(other)).toEqual(weightsOf(model))
    for (const thing of [method, restored, model, other]) thing.dispose()
  })

  it('scores images of a task, if it does so in its own way', async () => {
    const model = createModel(config, 1)
    const { method } = await train(model)
    const before = tf.memory().numTensors
    const made = stepInput(3)
    const { batch } = made
    const classifier = method.classifier?.({ task: taskContext().task, classTokens: batch.classTokens })
    if (classifier) {
      const logits = tf.tidy(() => classifier.logits(batch.images))
      expect(logits.shape).toEqual([batch.images.shape[0], taskContext().task.classes.length])
      expect([...logits.dataSync()].every(Number.isFinite)).toBe(true)
      logits.dispose()
      classifier.dispose()
    }
    tf.dispose(made as unknown as Parameters<typeof tf.dispose>[0])
    expect(tf.memory().numTensors).toBe(before)
    method.dispose()
    model.dispose()
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
