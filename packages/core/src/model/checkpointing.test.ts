import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Backend,
  loadBackend,
  type NamedTensorMap,
  type Scalar,
  type Tensor2D,
  type Tensor4D,
  tf,
} from '../backend/index.ts'
import { Random } from '../contracts/index.ts'
import { crossModalityConsistency } from '../losses/index.ts'
import { type ClipModel, createModel } from './clip.ts'
import { findModelConfig } from './configs.ts'
import { BottleneckAdapter, Lora } from './wrappers/index.ts'

const BATCH = 3
/** Deep enough that blocks are computed for all tokens, not only the last one for the token that is read. */
const deep = (id: string) => {
  const config = findModelConfig(id)
  return { ...config, image: { ...config.image, depth: 4 }, text: { ...config.text, depth: 4 } }
}

function lossOf(model: ClipModel): () => Scalar {
  const { image, text } = model.config
  const random = new Random(7)
  const pixels = Float32Array.from({ length: BATCH * image.size * image.size * 3 }, () => random.normal())
  const ids = Int32Array.from({ length: BATCH * text.context }, () => 1 + random.int(text.vocabulary - 1))
  return () =>
    crossModalityConsistency({
      images: model.encodeImages(tf.tensor(pixels, [BATCH, image.size, image.size, 3]) as Tensor4D),
      texts: model.encodeTexts(tf.tensor(ids, [BATCH, text.context], 'int32') as Tensor2D),
      captionGroups: tf.tensor1d([0, 1, 2], 'int32'),
      scale: model.logitScale(),
    })
}

function numbersOf(gradients: NamedTensorMap): Map<string, Float32Array> {
  return new Map(Object.entries(gradients).map(([name, tensor]) => [name, tensor.dataSync<'float32'>().slice()]))
}

function gradientsOf(model: ClipModel): Map<string, Float32Array> {
  const { value, gradients } = model.gradients(lossOf(model))
  value.dataSync()
  const numbers = numbersOf(gradients)
  tf.dispose([value, ...Object.values(gradients)])
  return numbers
}

/** Largest difference of any gradient, in parts of the largest value of its tensor. */
function largestDifference(some: Map<string, Float32Array>, others: Map<string, Float32Array>): number {
  expect([...some.keys()]).toEqual([...others.keys()])
  let largest = 0
  for (const [name, values] of some) {
    const scale = Math.max(1e-3, ...values.map(Math.abs))
    values.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - others.get(name)![i]!) / scale)
    })
  }
  return largest
}

describe.each(['onnx', 'cpu'] as const)('a checkpointed model on the %s backend', (id) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await loadBackend({ id, threads: 1 })
  })

  it.each(['test', 'test-bert', 'test-clip-bert'])('of kind "%s" has the gradients of a plain one', (size) => {
    const before = tf.memory().numTensors
    const [plain, checkpointed] = [false, true].map((checkpointing) => {
      const model = createModel(deep(size), 1, { trainLogitScale: true, checkpointing })
      const gradients = gradientsOf(model)
      model.dispose()
      return gradients
    })
    expect(largestDifference(plain!, checkpointed!)).toBeLessThan(1e-6)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('trains what wrappers add as a plain one does', () => {
    const before = tf.memory().numTensors
    const config = deep('test')
    const [plain, checkpointed] = [false, true].map((checkpointing) => {
      const model = createModel(config, 1, { checkpointing })
      const lora = new Lora(config, { id: 'l', rank: 2, alpha: 4, seed: 1 })
      const adapter = new BottleneckAdapter(config, { id: 'a', bottleneck: 4, scale: 0.1, seed: 1 })
      model.attach(lora)
      const withLora = gradientsOf(model)
      model.attach(adapter)
      const withBoth = gradientsOf(model)
      for (const wrapper of [lora, adapter]) {
        model.detach(wrapper)
        wrapper.dispose()
      }
      model.dispose()
      return { withLora, withBoth }
    })
    expect(largestDifference(plain!.withLora, checkpointed!.withLora)).toBeLessThan(1e-6)
    expect(largestDifference(plain!.withBoth, checkpointed!.withBoth)).toBeLessThan(1e-6)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('needs less memory', (context) => {
    if (id !== 'onnx') return context.skip('only this backend says what a run holds at once')
    const [plain, checkpointed] = [false, true].map((checkpointing) => {
      const model = createModel({ ...deep('test'), id: `checkpointing-${checkpointing}` }, 1, { checkpointing })
      const before = backend.statistics().engine.sessionBytes!
      const { value, gradients } = model.gradients(lossOf(model))
      backend.flush()
      const held = backend.statistics().engine.sessionBytes! - before
      tf.dispose([value, ...Object.values(gradients)])
      model.dispose()
      return held
    })
    expect(checkpointed!).toBeLessThan(plain! * 0.8)
  })
})
