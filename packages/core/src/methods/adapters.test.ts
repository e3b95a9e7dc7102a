import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadBackend, type Tensor, type Tensor2D, type Tensor4D, tf } from '../backend/index.ts'
import { Random } from '../contracts/index.ts'
import { classificationLoss } from './classificationLoss.ts'
import { cosineClassifier } from './cosineClassifier.ts'
import type { Classifier, Method, TaskContext } from './method.ts'
import { methodById } from './registry.ts'
import {
  type ClipModel,
  colours,
  config,
  createMethod,
  createModel,
  gradientStep,
  stepInput,
  taskContext,
  weightsOf,
} from './testing/bench.ts'

let threads: Awaited<ReturnType<typeof loadBackend>>
let before: number
let model: ClipModel
let method: Method
beforeAll(async () => {
  threads = await loadBackend({ threads: 1 })
})
afterAll(() => threads.flush())
beforeEach(() => {
  before = tf.memory().numTensors
  model = createModel(config, 1)
})
afterEach(() => {
  method.dispose()
  model.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

const open = (id: string, parameters: object = {}) => {
  method = createMethod(id, model, parameters)
}

/** Learns a task in three steps. @param beforeEnd looks at the method while the task is still being learned */
async function learn(position: number, more: Partial<TaskContext> = {}, beforeEnd = () => {}) {
  const context = { ...taskContext(position, 3), ...more }
  await method.beginTask(context)
  const values = [1, 2, 3].map((step) => gradientStep(method, model, () => stepInput(10 * position + step)))
  beforeEnd()
  await method.endTask(context)
  return values
}

/** Values of the state by name, of names that the pattern matches. */
const saved = (pattern: RegExp): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries<Tensor>(method.state()).flatMap(([name, tensor]) =>
      pattern.test(name) ? [[name, [...tensor.dataSync()]]] : [],
    ),
  )

const { size } = config.image
/** Four images of one pattern with a little noise. */
const pattern = (name: string, seed = ''): Tensor4D => {
  const [middle, random] = [new Random(name), new Random(`${name}/${seed}`)]
  const one = Array.from({ length: size * size * 3 }, () => middle.normal())
  const values = Array.from({ length: 4 }, () => one.map((value) => value + 0.1 * random.normal())).flat()
  return tf.tensor4d(values, [4, size, size, 3])
}

/** A task whose images are all of one pattern. */
function patterned(position: number): TaskContext {
  const context = taskContext(position, 3)
  const name = `pattern ${position}`
  const images = (indices: readonly number[]) =>
    tf.concat(indices.map((index) => tf.slice(pattern(name, `${index}`), [0, 0, 0, 0], [1, size, size, 3])))
  const { samples } = context
  const load: typeof samples.load = async (indices) => {
    const made = await samples.load(indices)
    return () => ({ ...made(), images: images(indices) as Tensor4D })
  }
  return { ...context, samples: { ...samples, load } }
}

/** How far the method's logits are from those of the base model. */
function moved(images: () => Tensor4D): number {
  const score = (open: (classTokens: Tensor2D) => Classifier) =>
    tf.tidy(() => {
      const classifier = open(stepInput(3).batch.classTokens)
      const scores = [...classifier.logits(images()).dataSync()]
      classifier.dispose()
      return scores
    }) as unknown as number[]
  const own = score((classTokens) => method.classifier!({ task: colours, classTokens }))
  return difference(
    own,
    score((classTokens) => cosineClassifier(model, classTokens)),
  )
}

const difference = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))

describe('around a frozen model', () => {
  it.each(['moe-adapters', 'diki', 'l2p', 'dual-prompt', 'rail-primal', 'rail-dual', 'mslora-cr'])(
    '%s leaves every weight as it was, bit for bit',
    async (id) => {
      open(id, id === 'rail-primal' ? { units: 20 } : {})
      const old = weightsOf(model)
      if (methodById(id).closedForm) {
        const context = taskContext()
        await method.beginTask(context)
        await method.endTask(context)
      } else await learn(1)
      expect(weightsOf(model)).toEqual(old)
    },
  )
})

describe('MoE-Adapters', () => {
  const small = { experts: 4, bottleneck: 4, autoencoderSteps: 150, rate: 1 }

  it('freezes the two most used experts of every block, which later tasks leave alone', async () => {
    open('moe-adapters', small)
    await learn(1)
    const places = config.image.depth + config.text.depth
    const frozen = saved(/^frozen$/).frozen!
    expect(frozen.reduce((a, b) => a + b)).toBe(2 * places)
    const first = saved(/^adapter/)
    const trained = new Set([...method.variables!().keys()].filter((name) => name in first))
    await learn(2)
    const second = saved(/^adapter/)
    const changed = Object.keys(first).filter((name) => difference(first[name]!, second[name]!) > 0)
    expect(changed.length).toBeGreaterThan(0)
    for (const name of changed) expect(trained).toContain(name)
    expect(Object.keys(first).length - trained.size).toBe(4 * 2 * places) // four variables of each frozen expert
  })

  it('scores an image that no autoencoder knows exactly as the base model does', async () => {
    open('moe-adapters', small)
    await learn(1, patterned(1))
    await learn(2, patterned(2))
    expect(moved(() => pattern('another'))).toBeLessThan(1e-5)
    for (const position of [1, 2]) expect(moved(() => pattern(`pattern ${position}`))).toBeGreaterThan(1e-4)
  })
})

describe('DIKI', () => {
  it('starts from the model as it is, and hardly touches an image unlike every task', async () => {
    open('diki')
    const context = patterned(1)
    await method.beginTask(context)
    const input = () => stepInput(1)
    const plain = tf.tidy(() => classificationLoss({ model, labelSmoothing: 0.2 }, input().batch).dataSync()[0]!)
    expect(gradientStep(method, model, input)['loss.ce']).toBeCloseTo(plain, 5)
    gradientStep(method, model, () => stepInput(2))
    await method.endTask(context)
    expect(moved(() => pattern('pattern 1'))).toBeGreaterThan(100 * moved(() => pattern('another')))
  })
})

describe('L2P', () => {
  it('leaves prompts alone that no image chose', async () => {
    open('l2p', { prompts: 30, chosen: 1 })
    const context = taskContext(1, 3)
    await method.beginTask(context)
    const first = saved(/./)
    gradientStep(method, model, () => stepInput(1)) // a batch of four images
    const second = saved(/./)
    await method.endTask(context)
    for (const [name, values] of Object.entries(first)) {
      const width = values.length / 30
      const rows = Array.from({ length: 30 }, (_, row) => row).filter(
        (row) => difference(values.slice(row * width, (row + 1) * width), second[name]!.slice(row * width)) > 0,
      )
      expect(rows.length).toBeGreaterThan(0)
      expect(rows.length).toBeLessThanOrEqual(4)
    }
  })
})

describe('DualPrompt', () => {
  it('keeps the expert prompts of earlier tasks and goes on with the general one', async () => {
    open('dual-prompt')
    await learn(1)
    const first = saved(/./)
    await learn(2)
    const second = saved(/./)
    for (const [name, values] of Object.entries(first)) {
      const moved = difference(values, second[name]!)
      if (name.includes('general')) expect(moved, name).toBeGreaterThan(0)
      else expect(moved, name).toBe(0)
    }
  })
})

describe('C-CLIP', () => {
  it('merges half of what a task learned into the weights', async () => {
    const [rank, alpha] = [4, 12]
    open('c-clip', { rank, alpha })
    const old = model.snapshot()
    const updates = new Map<string, Tensor>()
    await learn(1, {}, () => {
      const factors = method.variables!()
      for (const name of model.variables.keys()) {
        const [a, b] = ['a', 'b'].map((part) => factors.get(`lora/task-1/${name}/${part}`))
        if (a && b)
          updates.set(
            name,
            tf.tidy(() => tf.matMul(b as Tensor as Tensor2D, a as Tensor as Tensor2D)),
          )
      }
    })
    expect(updates.size).toBeGreaterThan(0)
    for (const [name, variable] of model.variables) {
      const update = updates.get(name)?.dataSync()
      const wanted = [...old[name]!.dataSync()].map((value, i) => value + 0.5 * (alpha / rank) * (update?.[i] ?? 0))
      expect(difference([...variable.dataSync()], wanted), name).toBeLessThan(1e-6)
      if (update) expect(difference([...update], new Array(update.length).fill(0))).toBeGreaterThan(0)
    }
    tf.dispose([old, ...updates.values()])
  })
})

describe('MSLoRA-CR', () => {
  it('adds a LoRA for each task and keeps the earlier ones', async () => {
    open('mslora-cr', { rank: 4 })
    await learn(1)
    const first = saved(/^lora/)
    await learn(2)
    const second = saved(/^lora/)
    for (const [name, values] of Object.entries(first)) expect(second[name]).toEqual(values)
    expect(Object.keys(second).length).toBe(2 * Object.keys(first).length)
  })

  it('pulls the LoRAs of one modality together and pushes those of different ones apart', async () => {
    const contrast = async (modality: string) => {
      const base = createModel(config, 1)
      const own = createMethod('mslora-cr', base, { rank: 4 })
      ;[method, model] = [own, base]
      await learn(1)
      const [first] = await learn(2, { task: { ...colours, modality } })
      own.dispose()
      base.dispose()
      return first!['loss.contrast']!
    }
    const spare = model
    const [same, other] = [await contrast(colours.modality), await contrast('CT')]
    ;[model, method] = [spare, createMethod('mslora-cr', spare)]
    expect(same).toBeCloseTo(1 - other, 5)
    expect(other).toBeGreaterThan(0)
    expect(other).toBeLessThan(1)
  })
})
