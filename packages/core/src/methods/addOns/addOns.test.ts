import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBackend, tf } from '../../backend/index.ts'
import { BAGS, type Question, Random, type ReferencePair } from '../../contracts/index.ts'
import type { Encoder } from '../../embed/encoder.ts'
import {
  type ClipModel,
  config,
  createMethod,
  createModel,
  gradientStep,
  methodSetting,
  savedState,
  stepInput,
  taskContext,
  weightsOf,
} from '../testing/bench.ts'
import type { PairsInView } from './addOn.ts'
import { withAddOns } from './compose.ts'
import { addOnById, addOns, describeAddOns } from './registry.ts'

let threads: Awaited<ReturnType<typeof loadBackend>>
beforeAll(async () => {
  threads = await loadBackend({ threads: 1 })
})
afterAll(() => threads.flush())

const DIM = 8

/** Texts and pairs get vectors that depend on their words alone. */
const encoder: Encoder = {
  id: 'words',
  dim: DIM,
  encodeTexts: async (texts) => ({ encoderId: 'words', dim: DIM, data: Float32Array.from(texts.flatMap(vector)) }),
  encodeImages: () => Promise.reject(new Error('no images here')),
}

function vector(text: string): number[] {
  const random = new Random(text)
  const values = Array.from({ length: DIM }, () => random.normal())
  const norm = Math.hypot(...values)
  return values.map((value) => value / norm)
}

function pairsInView(): PairsInView {
  const domains = ['CT', 'MRI', 'X-ray']
  const pairs = Array.from({ length: 30 }, (_, i): ReferencePair => {
    const domain = domains[i % 3]!
    return {
      figureId: `figure-${i}`,
      caption: `${domain} of a cyst in the kidney, case ${i}`,
      bag: BAGS[Math.floor(i / 10)]!,
      question: `A ${domain} photo of ${i % 2 ? 'cyst' : 'kidney stone'} in the kidney`,
      rank: 1 + (i % 10),
      dense: 0.5,
      visual: 0.1 + i / 100,
      lexical: null,
    }
  })
  const questions = new Map(
    pairs.map(({ question, bag }, i): [string, Question] => [
      question,
      { text: question, bag, domain: domains[i % 3]!, taskId: bag === 'task' ? 'one' : null, classId: null },
    ]),
  )
  return {
    pairs,
    encoder,
    questionOf: ({ question }) => questions.get(question) ?? null,
    images: async (wanted, random) => {
      const noise = random?.uniform() ?? 0
      const data = wanted.flatMap(({ caption }) => vector(caption).map((value) => value + noise / 10))
      return { encoderId: 'words', dim: DIM, data: Float32Array.from(data) }
    },
    ask: async (asked) =>
      asked.map((question, i) => ({ ...pairs[0]!, figureId: `further-${i}`, question: question.text, rank: i + 1 })),
  }
}

/** Fewer repetitions than the defaults. */
const SMALL: Record<string, number> = { steps: 3, batch: 4, memory: 6, rounds: 2 }
const smallParameters = (id: string) => {
  const { properties } = addOnById(id).parametersSchema as { properties: Record<string, { type?: string }> }
  return Object.fromEntries(Object.entries(SMALL).filter(([name]) => properties[name]?.type === 'integer'))
}

/** What every add-on of the registry must do, with the method that carries it. */
describe.each(addOns.map(({ id }) => id))('add-on %s', (id) => {
  const carrier = addOnById(id).needs === 'reference' ? 'primed-dyn' : 'fine-tune'
  const learner = (model: ClipModel) =>
    withAddOns(createMethod(carrier, model), { [id]: smallParameters(id) }, methodSetting(model))

  /** Two tasks of two steps, as the training loop would make them. */
  const train = async (model: ClipModel) => {
    const method = learner(model)
    const values: Record<string, number>[] = []
    const chosen: (ReferencePair[] | undefined)[] = []
    for (const position of [1, 2]) {
      const context = taskContext(position, 2)
      chosen.push(await method.choosePairs?.(pairsInView(), context))
      await method.beginTask(context)
      for (const step of [1, 2]) {
        values.push(gradientStep(method, model, () => stepInput(10 * position + step)))
        method.afterStep?.(step)
      }
      await method.endTask(context)
    }
    return { method, values, chosen }
  }

  it('gives the same values, weights, pairs and state for the same inputs', async () => {
    const [one, two] = [createModel(config, 1), createModel(config, 1)]
    const [first, second] = [await train(one), await train(two)]
    expect(second.values).toEqual(first.values)
    expect(second.chosen).toEqual(first.chosen)
    expect(weightsOf(two)).toEqual(weightsOf(one))
    const bits = (method: typeof first.method) =>
      Object.entries(method.state()).map(([name, tensor]) => [name, [...tensor.dataSync()]])
    expect(bits(second.method)).toEqual(bits(first.method))
    for (const step of first.values) for (const value of Object.values(step)) expect(Number.isFinite(value)).toBe(true)
    for (const thing of [first.method, second.method, one, two]) thing.dispose()
  })

  it('chooses pairs of the set it was shown or asked for, and changes nothing else', async () => {
    const model = createModel(config, 1)
    const method = learner(model)
    const view = pairsInView()
    const chosen = (await method.choosePairs?.(view, taskContext())) ?? [...view.pairs]
    const figures = new Set(view.pairs.map(({ figureId }) => figureId))
    for (const pair of chosen) expect(figures.has(pair.figureId) || pair.figureId.startsWith('further-')).toBe(true)
    expect(view.pairs).toEqual(pairsInView().pairs)
    method.dispose()
    model.dispose()
  })

  it('leaves no tensor over, and holds no more after further steps', async () => {
    const before = tf.memory().numTensors
    const model = createModel(config, 1)
    const method = learner(model)
    const held: number[] = []
    const context = taskContext()
    await method.choosePairs?.(pairsInView(), context)
    await method.beginTask(context)
    for (const step of [1, 2, 3]) {
      gradientStep(method, model, () => stepInput(step))
      method.afterStep?.(step)
      held.push(tf.memory().numTensors)
    }
    expect(held[2]).toBe(held[1])
    await method.endTask(context)
    method.dispose()
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('goes on from its saved state after a task to the same bits', async () => {
    const model = createModel(config, 1)
    const method = learner(model)
    const next = async (whose: typeof method, clip: ClipModel) => {
      const context = taskContext(2, 2)
      const chosen = await whose.choosePairs?.(pairsInView(), context)
      await whose.beginTask(context)
      const values = [5, 6].map((seed) => gradientStep(whose, clip, () => stepInput(seed)))
      await whose.endTask(context)
      return { chosen, values }
    }
    const context = taskContext(1, 2)
    await method.beginTask(context)
    gradientStep(method, model, () => stepInput(1))
    await method.endTask(context)

    const other = createModel(config, 2)
    const weights = model.snapshot()
    other.load(weights)
    const saved = savedState(method)
    const restored = learner(other)
    restored.restore(saved)
    tf.dispose([...Object.values(saved), ...Object.values(weights)])
    expect(await next(restored, other)).toEqual(await next(method, model))
    expect(weightsOf(other)).toEqual(weightsOf(model))
    for (const thing of [method, restored, model, other]) thing.dispose()
  })

  it('scores images of a task, if it does so in its own way', async () => {
    const model = createModel(config, 1)
    const { method } = await train(model)
    const before = tf.memory().numTensors
    const made = stepInput(3)
    const classifier = method.classifier?.({ task: taskContext().task, classTokens: made.batch.classTokens })
    if (classifier) {
      const logits = tf.tidy(() => classifier.logits(made.batch.images))
      expect(logits.shape).toEqual([made.batch.images.shape[0], taskContext().task.classes.length])
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
    expect(() => addOnById(id).parse({ magic: 1 })).toThrow(
      expect.objectContaining({ code: 'BAD_PARAMETERS', field: `addOns.${id}.magic` }),
    )
  })

  it('describes itself and every parameter for people', () => {
    const described = describeAddOns().find((addOn) => addOn.id === id)!
    for (const text of [described.title, described.paper, described.summary]) expect(text).not.toBe('')
    for (const field of Object.values(described.parameters.properties as Record<string, object>)) {
      expect(field).toMatchObject({
        title: expect.any(String),
        description: expect.any(String),
        default: expect.anything(),
      })
    }
  })
})

it('names the known add-ons when one is unknown', () => {
  expect(() => addOnById('magic')).toThrow(expect.objectContaining({ code: 'UNKNOWN_METHOD', field: 'addOns' }))
})

it('has a full row in the guide for every add-on', async () => {
  const page = await readFile(new URL('../../../../../docs/methods.md', import.meta.url), 'utf8')
  for (const { id } of addOns) {
    const rows = page.split('\n').filter((line) => line.startsWith(`| \`${id}\` |`))
    expect(rows, id).toHaveLength(1)
    const cells = rows[0]!.split(' | ').map((cell) => cell.replaceAll('|', '').trim())
    expect(cells, id).toHaveLength(4)
    for (const cell of cells) expect(cell).not.toBe('')
  }
})
