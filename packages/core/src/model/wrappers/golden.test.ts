import { beforeAll, expect, test } from 'vitest'
import { loadBackend, tf } from '../../backend/index.ts'
import golden from '../golden/wrappers.json' with { type: 'json' }
import {
  contrastiveLoss,
  largestDifference,
  parityBatch,
  parityModel,
  readParityFamilies,
  sequence,
} from '../testing/parity.ts'
import { AttentionPrefixes } from './attentionPrefixes.ts'
import { BottleneckAdapter } from './bottleneckAdapter.ts'
import { Lora } from './lora.ts'
import { PromptTokens } from './promptTokens.ts'
import type { Wrapper } from './wrapper.ts'

const family = (await readParityFamilies()).find(({ config }) => config.id === 'open-clip-gelu')!
const { config } = family
const { rank, alpha, bottleneck, scale, length, weights } = golden
const common = { id: 'x', seed: 1 }
const blocks = [0, 1]

const create: Record<string, () => Wrapper> = {
  lora: () => new Lora(config, { ...common, rank, alpha }),
  adapter: () => new BottleneckAdapter(config, { ...common, bottleneck, scale }),
  prefix: () => new AttentionPrefixes(config, { ...common, length, blocks }),
  separatePrefix: () =>
    new AttentionPrefixes(config, { ...common, length, blocks, separateWeight: () => tf.tensor1d(weights) }),
  prompts: () => new PromptTokens(config, { ...common, prompts: 2, length }),
}

beforeAll(() => loadBackend())

test.each(golden.cases)('a model with $kind gives the embeddings and gradients of PyTorch', (example) => {
  const before = tf.memory().numTensors
  const model = parityModel(family)
  const wrapper = create[example.kind]!()
  const names = [...wrapper.variables.keys()].sort()
  expect(names).toEqual(Object.keys(example.gradients).sort())
  for (const [i, name] of names.entries()) {
    const variable = wrapper.variables.get(name)!
    tf.tidy(() => variable.assign(tf.tensor(sequence(201 + i, variable.size, 0, 0.3), variable.shape)))
  }
  model.attach(wrapper)
  tf.tidy(() => {
    const { pixels, tokens } = parityBatch(family)
    expect(largestDifference(model.encodeImages(pixels).dataSync(), example.images.flat())).toBeLessThan(1e-5)
    expect(largestDifference(model.encodeTexts(tokens).dataSync(), example.texts.flat())).toBeLessThan(1e-5)
    const { value, gradients } = model.gradients(() => contrastiveLoss(model, pixels, tokens))
    expect(value.dataSync()[0]).toBeCloseTo(example.loss, 4)
    const wanted: Record<string, { norm: number; probe: number } | undefined> = example.gradients
    for (const [i, name] of names.entries()) {
      const values = gradients[name]!.dataSync<'float32'>()
      const { norm, probe } = wanted[name]!
      const direction = sequence(5001 + i, values.length, 0, 1)
      const size = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))
      const along = values.reduce((sum, x, at) => sum + x * direction[at]!, 0)
      expect(Math.abs(size - norm), name).toBeLessThan(1e-4 * norm)
      expect(Math.abs(along - probe), name).toBeLessThan(1e-4 * norm * Math.sqrt(values.length))
      gradients[name]!.dispose()
    }
    value.dispose()
  })
  wrapper.dispose()
  model.dispose()
  expect(tf.memory().numTensors).toBe(before)
})
