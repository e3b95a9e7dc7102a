import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadBackend, type Scalar, type Tensor2D, type Tensor4D, tf, type Variable } from '../../backend/index.ts'
import { type ModelConfig, Random } from '../../contracts/index.ts'
import { type ClipModel, createModel } from '../clip.ts'
import { findModelConfig } from '../configs.ts'
import type { TowerHooks } from '../hooks.ts'
import { AttentionPrefixes, joinPrefixes } from './attentionPrefixes.ts'
import { blockWeights } from './blockWeights.ts'
import { BottleneckAdapter } from './bottleneckAdapter.ts'
import { Lora } from './lora.ts'
import { PromptTokens } from './promptTokens.ts'
import type { Wrapper } from './wrapper.ts'

const BATCH = 3

interface SavedWrapper extends Wrapper {
  state(): Record<string, Variable>
  restore(state: Record<string, unknown>): void
}

/** Every kind of wrapper; `neutral` ones leave the model as it is until they are trained. */
const kinds: [string, boolean, (config: ModelConfig, id: string) => Wrapper][] = [
  ['a LoRA', true, (config, id) => new Lora(config, { id, rank: 3, alpha: 6, seed: 1 })],
  ['an adapter', true, (config, id) => new BottleneckAdapter(config, { id, bottleneck: 4, scale: 0.1, seed: 1 })],
  ['a prefix', false, (config, id) => new AttentionPrefixes(config, { id, length: 2, blocks: [0, 1], seed: 1 })],
  [
    'a prefix with its own softmax',
    true,
    (config, id) =>
      new AttentionPrefixes(config, {
        id,
        length: 2,
        blocks: [0, 1],
        seed: 1,
        zeroValues: true,
        separateWeight: ({ batch }) => tf.linspace(0.5, 1, batch),
      }),
  ],
  ['prompt tokens', false, (config, id) => new PromptTokens(config, { id, prompts: 2, length: 2, seed: 1 })],
]

describe.each(['test', 'test-bert', 'test-clip-bert'])('around model "%s"', (size) => {
  const config = findModelConfig(size)
  let model: ClipModel
  let before: number

  beforeAll(() => loadBackend())
  beforeEach(() => {
    before = tf.memory().numTensors
    model = createModel(config, 1)
  })
  afterEach(() => {
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  const inputs = (): { pixels: Tensor4D; tokens: Tensor2D } => {
    const random = new Random(7)
    const side = config.image.size
    const pixels = Float32Array.from({ length: BATCH * side * side * 3 }, () => random.normal())
    const rows = [5, 9, 12].flatMap((length) =>
      Array.from({ length: config.text.context }, (_, i) => {
        if (i === length - 1) return 599
        return i < length ? 1 + random.int(590) : 0
      }),
    )
    return {
      pixels: tf.tensor4d(pixels, [BATCH, side, side, 3]),
      tokens: tf.tensor2d(rows, [BATCH, config.text.context], 'int32'),
    }
  }
  const embeddings = (hooks?: TowerHooks): Float32Array =>
    tf.tidy(() => {
      const { pixels, tokens } = inputs()
      return tf
        .concat([model.encodeImages(pixels, hooks), model.encodeTexts(tokens, hooks)])
        .dataSync<'float32'>()
        .slice()
    })
  /** A function of all embeddings in which no direction is special. */
  const loss = (): Scalar => {
    const { pixels, tokens } = inputs()
    const weights = tf.linspace(-1, 1, config.embedding)
    const images = tf.mul(model.encodeImages(pixels), weights)
    return tf.sum(tf.matMul(images, model.encodeTexts(tokens), false, true)) as Scalar
  }
  const shake = (wrapper: Wrapper, seed = 5) => {
    for (const [name, variable] of wrapper.variables) {
      const random = new Random(`${seed}/${name}`)
      const noise = tf.tensor(
        Float32Array.from({ length: variable.size }, () => random.normal(0, 0.2)),
        variable.shape,
      )
      tf.tidy(() => variable.assign(tf.add(variable, noise)))
      noise.dispose()
    }
  }
  const close = (actual: ArrayLike<number>, wanted: ArrayLike<number>, within: number) => {
    for (let i = 0; i < wanted.length; i++) expect(Math.abs(actual[i]! - wanted[i]!)).toBeLessThan(within)
  }

  describe.each(kinds)('%s', (_, neutral, create) => {
    test('changes the embeddings only while it is attached', () => {
      const wrapper = create(config, 'one')
      const plain = embeddings()
      model.attach(wrapper)
      if (neutral) close(embeddings(), plain, 1e-6)
      shake(wrapper)
      expect(embeddings()).not.toEqual(plain)
      model.detach(wrapper)
      expect(embeddings()).toEqual(plain)
      wrapper.dispose()
    })

    test('is trained in place of the model, with the gradient of its own variables', () => {
      const wrapper = create(config, 'one')
      shake(wrapper)
      model.attach(wrapper)
      expect([...model.trained().keys()]).toEqual([...wrapper.variables.keys()])
      const { value, gradients } = model.gradients(loss)
      expect(Object.keys(gradients).sort()).toEqual([...wrapper.variables.keys()].sort())
      const random = new Random(11)
      let along = 0
      const directions = [...wrapper.variables].map(([name, variable]) => {
        const direction = Float32Array.from({ length: variable.size }, () => random.normal())
        gradients[name]!.dataSync().forEach((slope, i) => {
          along += slope * direction[i]!
        })
        return { variable, direction }
      })
      const valueAt = (step: number) => {
        const before = directions.map(({ variable }) => variable.dataSync().slice())
        const move = (values: (i: number) => Float32Array) =>
          tf.tidy(() => {
            for (const [i, { variable }] of directions.entries()) variable.assign(tf.tensor(values(i), variable.shape))
          })
        move((i) => Float32Array.from(before[i]!, (x, at) => x + step * directions[i]!.direction[at]!))
        const result = tf.tidy(() => loss().dataSync()[0]!)
        move((i) => before[i] as Float32Array)
        return result
      }
      const step = 2e-3
      const difference = (valueAt(step) - valueAt(-step)) / (2 * step)
      expect(Math.abs(difference - along)).toBeLessThan(0.02 * Math.abs(along) + 2e-3)
      tf.dispose([value, gradients])
      wrapper.dispose()
    })

    test('comes back from a saved state and refuses one that does not fit', () => {
      const [first, second] = [create(config, 'one'), create(config, 'one')] as [SavedWrapper, SavedWrapper]
      shake(first)
      model.attach(first)
      const wanted = embeddings()
      model.detach(first)
      second.restore(first.state())
      model.attach(second)
      expect(embeddings()).toEqual(wanted)
      const [[name]] = [...first.variables] as [[string, Variable]]
      expect(() => second.restore({})).toThrow(new RegExp(`missing or misshapen: ${name}`))
      first.dispose()
      second.dispose()
    })
  })

  describe('a LoRA', () => {
    const lora = (id: string, more: object = {}) => new Lora(config, { id, rank: 2, alpha: 4, seed: id, ...more })

    test('has the gradient of the weights it changes, through both factors', () => {
      const wrapper = lora('one')
      shake(wrapper)
      model.attach(wrapper)
      const { value, gradients } = model.gradients(loss)
      const names = new Map(wrapper.factors.map(({ name }) => [name, model.variables.get(name)!]))
      const { value: again, gradients: full } = model.gradients(loss, names)
      for (const { name, a, b } of wrapper.factors) {
        const [wantedA, wantedB] = tf.tidy(() => {
          const weight = tf.mul(full[name]!, 4 / 2) as Tensor2D
          const [left, right] = [b, a] as unknown as [Tensor2D, Tensor2D]
          return [tf.matMul(left, weight, true).dataSync(), tf.matMul(weight, right, false, true).dataSync()]
        })
        close(gradients[`lora/one/${name}/a`]!.dataSync(), wantedA, 1e-4)
        close(gradients[`lora/one/${name}/b`]!.dataSync(), wantedB, 1e-4)
      }
      tf.dispose([value, gradients, again, full])
      wrapper.dispose()
    })

    test('merges into what it computes and unmerges to the very same weights', () => {
      const wrapper = lora('one')
      shake(wrapper)
      const weights = () => [...model.variables.values()].map((variable) => variable.dataSync().slice())
      const before = weights()
      model.attach(wrapper)
      const wrapped = embeddings()
      wrapper.merge(model)
      close(embeddings(), wrapped, 1e-6)
      expect(() => wrapper.merge(model)).toThrow(/merged already/)
      model.detach(wrapper)
      close(embeddings(), wrapped, 1e-6)
      expect(weights()).not.toEqual(before)
      wrapper.unmerge()
      expect(weights()).toEqual(before)
      expect(() => wrapper.unmerge()).toThrow(/not merged/)
      wrapper.dispose()
    })

    test('adds up with others, of which only the one that is not frozen is trained', () => {
      const [first, second] = [lora('first'), lora('second')]
      shake(first)
      shake(second)
      first.setTrainable(false)
      model.attach(first)
      model.attach(second)
      expect([...model.trained().keys()]).toEqual([...second.variables.keys()])
      const together = embeddings()
      first.merge(model)
      second.merge(model)
      close(embeddings(), together, 1e-5)
      expect(() => first.unmerge()).toThrow(/LoRA "second" was merged after LoRA "first"/)
      second.unmerge()
      first.unmerge()
      close(embeddings(), together, 1e-5)
      first.dispose()
      second.dispose()
    })

    test('changes the chosen weights of the chosen towers only', () => {
      const wrapper = lora('one', { towers: ['image'], weights: ['mlp'] })
      const wanted = blockWeights(config).filter(({ tower, kind }) => tower === 'image' && kind === 'mlp')
      expect(wrapper.factors.map(({ name }) => name)).toEqual(wanted.map(({ name }) => name))
      expect(wanted).toHaveLength(2 * config.image.depth)
      wrapper.dispose()
    })

    test('refuses a rank that a weight does not have', () => {
      expect(() => lora('one', { rank: 25 })).toThrow(/rank 25 must be a whole number from 1 to 24/)
    })
  })

  describe('hooks', () => {
    test('that look at every token see all of them in the last block and change nothing else', () => {
      const seen: number[] = []
      const hooks: TowerHooks = {
        everyToken: true,
        besideMlp: (x, _, { tower, tokens, batch, width }) => {
          expect(x.shape).toEqual([batch * tokens, width])
          if (tower === 'text') seen.push(tokens)
          return null
        },
      }
      close(embeddings(hooks), embeddings(), 1e-5)
      expect(seen).toEqual([config.text.context, config.text.context])
    })

    test('of one prefix after another are those of both at once', () => {
      const prefix = (id: string, blocks: number[]) =>
        new AttentionPrefixes(config, { id, length: 2, blocks, seed: id, start: 1 })
      const [general, expert] = [prefix('general', [0, 1]), prefix('expert', [1])]
      const joined = embeddings({ attentionPrefix: (place) => joinPrefixes([general.at(place), expert.at(place)]) })
      expect(joined).not.toEqual(embeddings(general.hooks))
      model.attach(general)
      expect(() => embeddings(expert.hooks)).toThrow(/Block 1 of the image tower got more than one attention prefix/)
      general.dispose()
      expert.dispose()
    })

    test('give each image its own prompts, equal to giving them to all', () => {
      const prompts = new PromptTokens(config, { id: 'pool', prompts: 3, length: 2, seed: 1 })
      const of = (rows: number[][]) => tf.tidy(() => embeddings(prompts.choose(tf.tensor2d(rows, undefined, 'int32'))))
      const mixed = of([
        [0, 1],
        [2, 0],
        [1, 2],
      ]) // prettier-ignore
      const all = of([
        [2, 0],
        [2, 0],
        [2, 0],
      ]) // prettier-ignore
      const dim = config.embedding
      close(mixed.subarray(dim, 2 * dim), all.subarray(dim, 2 * dim), 1e-6)
      expect(mixed.slice(0, dim)).not.toEqual(all.slice(0, dim))
      prompts.dispose()
    })
  })
})
