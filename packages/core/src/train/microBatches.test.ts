import { beforeAll, describe, expect, test } from 'vitest'
import { type Backend, loadBackend, type Scalar, type Tensor2D, type Tensor4D, tf } from '../backend/index.ts'
import { Random } from '../contracts/index.ts'
import { crossModalityConsistency } from '../losses/index.ts'
import { type ClipModel, createModel, findModelConfig } from '../model/index.ts'
import { gradientsInParts } from './microBatches.ts'

const BATCH = 8
const config = findModelConfig('test')

function pairs(): { images: Tensor4D; tokens: Tensor2D } {
  const random = new Random(3)
  const { size } = config.image
  const { context, vocabulary } = config.text
  const pixels = Float32Array.from({ length: BATCH * size * size * 3 }, () => random.normal())
  const ids = Int32Array.from({ length: BATCH * context }, () => random.int(vocabulary))
  return {
    images: tf.tensor(pixels, [BATCH, size, size, 3]),
    tokens: tf.tensor(ids, [BATCH, context], 'int32'),
  }
}

const lossOf = (model: ClipModel) => (images: Tensor2D, texts: Tensor2D) =>
  crossModalityConsistency({
    images,
    texts,
    captionGroups: tf.tensor1d([0, 1, 2, 0, 4, 5, 6, 7], 'int32'),
    scale: model.logitScale(),
  })

/** Value and gradients as numbers; `size` null: of the whole batch at once. */
function numbers(model: ClipModel, size: number | null): Map<string, Float32Array> {
  const read = new Map<string, Float32Array>()
  tf.tidy(() => {
    const batch = pairs()
    const loss = lossOf(model)
    const { value, gradients } =
      size === null
        ? model.gradients(() => loss(model.encodeImages(batch.images), model.encodeTexts(batch.tokens)))
        : gradientsInParts(model, batch, size, loss)
    for (const [name, tensor] of Object.entries({ value: value as Scalar, ...gradients })) {
      read.set(name, tensor.dataSync<'float32'>().slice())
      tensor.dispose()
    }
  })
  return read
}

describe.each(['onnx', 'cpu'] as const)('on the %s backend', (id) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await loadBackend({ id, threads: 1 })
  })

  test.each([1, 2, 4, 8])('gradients in parts of %i are those of the whole batch', (size) => {
    const before = tf.memory().numTensors
    const model = createModel(config, 1, { trainLogitScale: true })
    const whole = numbers(model, null)
    const inParts = numbers(model, size)
    expect([...inParts.keys()].sort()).toEqual([...whole.keys()].sort())
    for (const [name, values] of whole) {
      const largest = Math.max(1e-2, ...values.map(Math.abs))
      const others = inParts.get(name)!
      values.forEach((value, i) => {
        expect(Math.abs(value - others[i]!) / largest, name).toBeLessThan(1e-5)
      })
    }
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  test('every part runs the same graph', (context) => {
    if (id !== 'onnx') return context.skip('this backend compiles no graphs')
    const model = createModel(config, 1, { trainLogitScale: true })
    const built = (size: number) => {
      const before = backend.statistics().engine.sessionsBuilt!
      numbers(model, size)
      return backend.statistics().engine.sessionsBuilt! - before
    }
    // Cutting, embedding, loss, one part, and two sums: with the gradient that the loss has itself, and without.
    built(4)
    const before = backend.statistics().engine.sessionsBuilt!
    numbers(model, 4)
    expect(backend.statistics().engine.sessionsBuilt).toBe(before)
    expect(built(2)).toBeLessThanOrEqual(6)
    model.dispose()
  })

  test('a batch that does not divide into parts is refused', () => {
    const model = createModel(config, 1)
    expect(() => numbers(model, 3)).toThrow(/8 does not divide into parts of 3/)
    model.dispose()
  })
})
