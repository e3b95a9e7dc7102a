import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadBackend, type Rank, type Scalar, type Tensor2D, tf } from '../backend/index.ts'
import type { Activation } from '../contracts/index.ts'
import { ClipModel, createModel } from './clip.ts'
import { findModelConfig } from './configs.ts'
import golden from './golden/model.json' with { type: 'json' }
import { parameterSpecs } from './parameters.ts'

const config = findModelConfig('test')
const { size } = config.image
const { context } = config.text

/** The integer sequence of make_model_golden.py: centre +- halfWidth. */
function sequence(seed: number, length: number, centre: number, halfWidth: number): Float32Array {
  let x = seed
  return Float32Array.from({ length }, () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0
    return centre + halfWidth * (x / 2 ** 31 - 1)
  })
}

const lengthOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1)

/** Seeds follow the alphabetical order of names. */
function goldenSeeds(): Map<string, number> {
  return new Map([...parameterSpecs(config).keys()].sort().map((name, i) => [name, i + 1]))
}

function goldenModel(activation: Activation): ClipModel {
  const seeds = goldenSeeds()
  const specs = parameterSpecs(config)
  return new ClipModel(
    { ...config, image: { ...config.image, activation }, text: { ...config.text, activation } },
    (name) => {
      if (name === 'logit_scale') return Float32Array.of(2)
      const centre = name.includes('ln_') && name.endsWith('weight') ? 1 : 0
      return sequence(seeds.get(name)!, lengthOf(specs.get(name)!.shape), centre, 0.3)
    },
    { trainLogitScale: true },
  )
}

describe.each(['onnx', 'cpu'] as const)('with the %s backend', (id) => {
  beforeAll(() => loadBackend({ id }))

  describe('the model', () => {
    test.each(golden)('gives the embeddings and gradients of PyTorch with $activation', (example) => {
      const before = tf.memory().numTensors
      const model = goldenModel(example.activation as Activation)
      tf.tidy(() => {
        const pixels = tf.tensor4d(sequence(1001, example.batch * size * size * 3, 0, 2), [
          example.batch,
          size,
          size,
          3,
        ])
        const tokens = tf.tensor2d(example.tokens, undefined, 'int32')
        for (const [actual, wanted] of [
          [model.encodeImages(pixels), example.images],
          [model.encodeTexts(tokens), example.texts],
        ] as const) {
          const values = actual.dataSync()
          wanted.flat().forEach((value, i) => {
            expect(Math.abs(values[i]! - value)).toBeLessThan(1e-5)
          })
        }
        const { value, gradients } = model.gradients(() => {
          const logits: Tensor2D = tf.mul(
            tf.matMul(model.encodeImages(pixels), model.encodeTexts(tokens), false, true),
            model.logitScale(),
          )
          const pairs = tf.eye(example.batch)
          const rows = tf.sum(tf.mul(tf.logSoftmax(logits), pairs))
          const columns = tf.sum(tf.mul(tf.logSoftmax(tf.transpose(logits)), pairs))
          return tf.mul(tf.add(rows, columns), -1 / example.batch) as Scalar
        })
        expect(value.dataSync()[0]).toBeCloseTo(example.loss, 5)
        expect(Object.keys(gradients).sort()).toEqual(Object.keys(example.gradients).sort())
        const seeds = goldenSeeds()
        for (const [name, wanted] of Object.entries(example.gradients)) {
          const gradient = gradients[name]!.dataSync<'float32'>()
          const probe = sequence(5000 + seeds.get(name)!, gradient.length, 0, 1)
          const norm = Math.hypot(...gradient)
          const product = gradient.reduce((sum, g, i) => sum + g * probe[i]!, 0)
          const tolerance = 1e-4 * Math.max(wanted.norm, 1e-2)
          expect(Math.abs(norm - wanted.norm), name).toBeLessThan(tolerance)
          expect(Math.abs(product - wanted.probe), name).toBeLessThan(tolerance * Math.sqrt(gradient.length))
        }
      })
      model.dispose()
      expect(tf.memory().numTensors).toBe(before)
    })
  })

  describe('a random model', () => {
    let model: ClipModel
    beforeAll(() => {
      model = createModel(config, 1)
    })
    afterAll(() => model.dispose())

    const embed = (rows: number[][]) =>
      tf.tidy(() => [...model.encodeTexts(tf.tensor2d(rows, undefined, 'int32')).dataSync()])
    const padded = (tokens: number[], padding = 0) => [
      ...tokens,
      ...Array.from<number>({ length: context - tokens.length }).fill(padding),
    ]

    test('gives unit rows and leaves no tensor behind', () => {
      const before = tf.memory().numTensors
      tf.tidy(() => {
        const images = model.encodeImages(tf.randomUniform([2, size, size, 3]))
        expect(images.shape).toEqual([2, config.embedding])
        for (const norm of tf.norm(images, 2, 1).dataSync()) expect(norm).toBeCloseTo(1, 5)
      })
      expect(tf.memory().numTensors).toBe(before)
    })

    test('does not see what follows the end token', () => {
      const [start, end] = [598, 599]
      const plain = embed([padded([start, 5, 6, end])])
      const other = embed([padded([start, 5, 6, end], 77)])
      expect(other).toEqual(plain)
      expect(embed([padded([start, 5, 7, end])])).not.toEqual(plain)
    })

    test('embeds a text alone as in a batch', () => {
      const rows = [padded([598, 1, 599]), padded([598, 9, 8, 7, 599])]
      const together = embed(rows)
      const alone = rows.flatMap((row) => embed([row]))
      together.forEach((value, i) => {
        expect(value).toBeCloseTo(alone[i]!, 5)
      })
    })

    test('is the same for the same seed and another for another seed', () => {
      const again = createModel(config, 1)
      const other = createModel(config, 2)
      const weights = (m: ClipModel) => m.variables.get('visual.proj')!.dataSync()
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
      const proj = copy.variables.get('visual.proj')!
      expect(proj.dataSync()).toEqual(model.variables.get('visual.proj')!.dataSync())
      tf.tidy(() => proj.assign(tf.zerosLike(proj)))
      expect(snapshot['visual.proj']!.dataSync()).toEqual(model.variables.get('visual.proj')!.dataSync())
      tf.dispose(snapshot)
      expect(tf.memory().numTensors).toBe(before)
      copy.dispose()
    })

    test('refuses weights that do not fit, naming every tensor', () => {
      const { 'visual.proj': proj, ...rest } = model.snapshot()
      const scalar = tf.scalar(1)
      expect(() => model.load({ ...rest, ln_final: scalar, text_projection: scalar })).toThrow(
        /missing: visual\.proj; unexpected: ln_final; of another shape: text_projection is \[\], should be \[24,16\]/,
      )
      tf.dispose([proj!, rest, scalar])
    })

    test('refuses images and tokens of another size', () => {
      const image = tf.zeros<Rank.R4>([1, size + 1, size, 3])
      const tokens = tf.zeros<Rank.R2>([1, context + 1], 'int32')
      expect(() => model.encodeImages(image)).toThrow(/takes images \[batch, 16, 16, 3\]/)
      expect(() => model.encodeTexts(tokens)).toThrow(/takes tokens \[batch, 12\]/)
      tf.dispose([image, tokens])
    })
  })
})
