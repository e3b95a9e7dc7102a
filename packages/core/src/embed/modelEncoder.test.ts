import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadBackend, tf } from '../backend/index.ts'
import { type ClipModel, createModel, findModelConfig, trainTokenizer } from '../model/index.ts'
import type { Encoder } from './encoder.ts'
import { modelEncoder } from './modelEncoder.ts'

const config = findModelConfig('test')
const texts = ['a lung', 'a heart', 'a kidney on the left', 'bone', 'skin', 'eye', 'a lung', 'liver', 'brain', 'ear']
let model: ClipModel
let encoder: Encoder
let images: Uint8Array[]

beforeAll(async () => {
  await loadBackend()
  model = createModel(config, 1)
  encoder = modelEncoder(model, trainTokenizer(texts, config.text.vocabulary), 'test@000000000000', { batchSize: 4 })
  images = await Promise.all(
    Array.from({ length: 6 }, (_, i) =>
      sharp({ create: { width: 20 + i, height: 20, channels: 3, background: { r: 40 * i, g: 90, b: 255 - 40 * i } } })
        .png()
        .toBuffer(),
    ),
  )
})
afterAll(() => model.dispose())

describe('the encoder of a model', () => {
  test('gives one unit row a text, whatever the batches, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors
    const together = await encoder.encodeTexts(texts)
    expect(together.encoderId).toBe('test@000000000000')
    expect(together.data.length).toBe(texts.length * config.embedding)
    for (let i = 0; i < texts.length; i++) {
      const row = together.data.subarray(i * config.embedding, (i + 1) * config.embedding)
      expect(Math.hypot(...row)).toBeCloseTo(1, 5)
      const alone = await encoder.encodeTexts([texts[i]!])
      row.forEach((value, at) => {
        expect(value).toBeCloseTo(alone.data[at]!, 5)
      })
    }
    expect(tf.memory().numTensors).toBe(before)
  })

  test('gives one unit row an image, in order', async () => {
    const before = tf.memory().numTensors
    const together = await encoder.encodeImages(images)
    for (let i = 0; i < images.length; i++) {
      const alone = await encoder.encodeImages([images[i]!])
      alone.data.forEach((value, at) => {
        expect(value).toBeCloseTo(together.data[i * config.embedding + at]!, 5)
      })
    }
    expect(tf.memory().numTensors).toBe(before)
  })

  test('gives nothing for nothing', async () => {
    expect((await encoder.encodeTexts([])).data.length).toBe(0)
    expect((await encoder.encodeImages([])).data.length).toBe(0)
  })

  test('names the image that cannot be read, counted over all batches, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors
    await expect(encoder.encodeImages([...images, new Uint8Array(10)])).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringContaining('number 6'),
    })
    expect(tf.memory().numTensors).toBe(before)
  })
})
