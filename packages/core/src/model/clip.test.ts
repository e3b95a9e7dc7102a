import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadBackend, type Rank, tf } from '../backend/index.ts'
import { type ClipModel, createModel } from './clip.ts'
import { findModelConfig } from './configs.ts'

/** First tokens, content and last token of a text, filled up with padding to the context. */
const padded = (tokens: number[], context: number, padding = 0) => [
  ...tokens,
  ...Array.from<number>({ length: context - tokens.length }).fill(padding),
]

describe.each(['onnx', 'cpu'] as const)('with the %s backend', (id) => {
  beforeAll(() => loadBackend({ id }))

  describe.each(['test', 'test-bert', 'test-clip-bert'])('a random model "%s"', (name) => {
    const config = findModelConfig(name)
    const { size } = config.image
    const { context } = config.text
    const projection = config.image.kind === 'clip' ? 'visual.proj' : 'visual.head.proj.weight'
    let model: ClipModel
    beforeAll(() => {
      model = createModel(config, 1)
    })
    afterAll(() => model.dispose())

    const embed = (rows: number[][]) =>
      tf.tidy(() => [...model.encodeTexts(tf.tensor2d(rows, undefined, 'int32')).dataSync()])
    test('gives unit rows and leaves no tensor behind', () => {
      const before = tf.memory().numTensors
      tf.tidy(() => {
        const images = model.encodeImages(tf.randomUniform([2, size, size, 3]))
        expect(images.shape).toEqual([2, config.embedding])
        for (const norm of tf.norm(images, 2, 1).dataSync()) expect(norm).toBeCloseTo(1, 5)
      })
      expect(tf.memory().numTensors).toBe(before)
    })

    test('does not see padding, but every token of the text', () => {
      const [start, end] = [598, 599]
      const plain = embed([padded([start, 5, 6, end], context)])
      expect(embed([padded([start, 5, 7, end], context)])).not.toEqual(plain)
      if (config.text.kind === 'clip') {
        expect(embed([padded([start, 5, 6, end], context, 77)])).toEqual(plain) // the end token hides all that follows
        return
      }
      const padding = config.text.padToken
      const words = model.variables.get('text.transformer.embeddings.word_embeddings.weight')!
      const row = tf.tidy(() => tf.reshape(tf.oneHot([padding], config.text.vocabulary), [-1, 1]))
      const other = tf.add(words, row)
      row.dispose()
      words.assign(other as typeof words)
      other.dispose()
      expect(embed([padded([start, 5, 6, end], context, padding)])).toEqual(plain)
    })

    test('embeds a text alone as in a batch', () => {
      const rows = [padded([598, 1, 599], context), padded([598, 9, 8, 7, 599], context)]
      const together = embed(rows)
      const alone = rows.flatMap((row) => embed([row]))
      together.forEach((value, i) => {
        expect(value).toBeCloseTo(alone[i]!, 5)
      })
    })

    test('is the same for the same seed and another for another seed', () => {
      const again = createModel(config, 1)
      const other = createModel(config, 2)
      const weights = (m: ClipModel) => m.variables.get(projection)!.dataSync()
      expect(weights(again)).toEqual(weights(model))
      expect(weights(other)).not.toEqual(weights(model))
      again.dispose()
      other.dispose()
    })

    test('freezes the logit scale unless told otherwise', () => {
      const free = createModel(config, 1, { trainLogitScale: true })
      expect(free.trainable().length).toBe(model.trainable().length + 1)
      expect(model.trainable()).not.toContain(model.variables.get('logit_scale'))
      tf.tidy(() => {
        expect(model.logitScale().dataSync()[0]).toBeCloseTo(config.logitScale, 4)
      })
      free.dispose()
    })

    test('comes back from a snapshot, which does not follow later changes', () => {
      const copy = createModel(config, 3)
      const before = tf.memory().numTensors
      const snapshot = model.snapshot()
      copy.load(snapshot)
      const proj = copy.variables.get(projection)!
      expect(proj.dataSync()).toEqual(model.variables.get(projection)!.dataSync())
      tf.tidy(() => proj.assign(tf.zerosLike(proj)))
      expect(snapshot[projection]!.dataSync()).toEqual(model.variables.get(projection)!.dataSync())
      tf.dispose(snapshot)
      expect(tf.memory().numTensors).toBe(before)
      copy.dispose()
    })

    test('refuses weights that do not fit, naming every tensor', () => {
      const { [projection]: proj, ...rest } = model.snapshot()
      const scalar = tf.scalar(1)
      const [first] = [...model.variables.keys()] as [string]
      const { [first]: replaced, ...others } = rest
      expect(() => model.load({ ...others, [first]: scalar, unknown: scalar })).toThrow(
        `missing: ${projection}; unexpected: unknown; of another shape: ${first} is [], should be [${replaced!.shape}]`,
      )
      tf.dispose([proj!, rest, scalar])
    })

    test('refuses images and tokens of another size', () => {
      const image = tf.zeros<Rank.R4>([1, size + 1, size, 3])
      const tokens = tf.zeros<Rank.R2>([1, context + 1], 'int32')
      expect(() => model.encodeImages(image)).toThrow(/takes images \[batch, 16, 16, 3\]/)
      expect(() => model.encodeTexts(tokens)).toThrow(/takes tokens \[batch, at most 12\]/)
      tf.dispose([image, tokens])
    })
  })
})
