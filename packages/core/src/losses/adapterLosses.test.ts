import { beforeAll, describe, expect, test } from 'vitest'
import { loadBackend, type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'
import golden from './golden/adapters.json' with { type: 'json' }
import { contrastiveKnowledgeConsolidation, keyPull, loraOrthogonality, loraSimilarity } from './index.ts'

type Values = number[] | number[][]
type Named = Record<string, Tensor>

/** Value and gradients of a loss of named tensors against the golden ones, and against central differences. */
function expectGolden(
  inputs: Record<string, Values>,
  wanted: { value: number; gradients: Record<string, Values> },
  loss: (tensors: Named) => Scalar,
): void {
  const before = tf.memory().numTensors
  tf.tidy(() => {
    const names = Object.keys(wanted.gradients)
    const named = (given: readonly Tensor[]) => Object.fromEntries(names.map((name, i) => [name, given[i]!]))
    const starts = names.map((name) => tf.tensor(inputs[name]!))
    const { value, grads } = tf.valueAndGrads((...given: Tensor[]) => loss(named(given)))(starts)
    expect(Math.abs(value.dataSync()[0]! - wanted.value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted.value)))
    const flat = names.map((name) => (wanted.gradients[name] as number[]).flat() as number[])
    const size = Math.max(1e-3, ...flat.flat().map(Math.abs))
    for (const [i, gradient] of grads.entries()) {
      gradient.dataSync().forEach((slope, at) => {
        expect(Math.abs(slope - flat[i]![at]!), `${names[i]}[${at}]`).toBeLessThan(2e-5 * size)
      })
    }
    const step = 1e-2
    for (const [i, start] of starts.entries()) {
      const values = start.dataSync<'float32'>()
      const at = (place: number, change: number) => {
        const moved = values.slice()
        moved[place] = moved[place]! + change
        const given = starts.map((other, j) => (j === i ? tf.tensor(moved, start.shape) : other))
        return loss(named(given)).dataSync()[0]!
      }
      for (let place = 0; place < values.length; place += 2) {
        const slope = (at(place, step) - at(place, -step)) / (2 * step)
        expect(Math.abs(slope - flat[i]![place]!), `${names[i]}[${place}]`).toBeLessThan(1e-2 * size)
      }
    }
  })
  expect(tf.memory().numTensors).toBe(before)
}

describe.each(['onnx', 'cpu'] as const)('with the %s backend', (id) => {
  beforeAll(() => loadBackend({ id }))

  test('the key pull is golden', () => {
    const { queries, chosen, keys, ...wanted } = golden.keyPull
    expectGolden({ keys }, wanted, (given) =>
      keyPull(tf.tensor2d(queries), given.keys as Tensor2D, tf.tensor2d(chosen)),
    )
  })

  test('the similarity of LoRAs is golden, and 1 for equal ones', () => {
    const { current, other, ...wanted } = golden.loraSimilarity
    expectGolden(current, wanted, ({ a, b }) => loraSimilarity([a!, b!], [tf.tensor(other.a), tf.tensor(other.b)]))
    tf.tidy(() => {
      const same = tf.tensor(other.a)
      const { value, grad } = tf.valueAndGrad((a: Tensor) => loraSimilarity([a], [same]))(tf.tensor(other.a))
      expect(value.dataSync()[0]).toBeCloseTo(1, 5)
      for (const slope of grad.dataSync()) expect(Math.abs(slope)).toBe(0)
    })
  })

  test('the orthogonality of LoRAs is golden, and 0 where the parts are orthogonal', () => {
    const { tensors, ...wanted } = golden.loraOrthogonality
    expectGolden(tensors, wanted, ({ a0, b0, a1, b1 }) =>
      loraOrthogonality([
        { a: a0!, b: b0! },
        { a: a1!, b: b1! },
      ]),
    )
    tf.tidy(() => {
      const a = tf.eye(2, 5)
      expect(loraOrthogonality([{ a, b: tf.eye(3, 2) }]).dataSync()[0]).toBe(0)
    })
  })

  test('contrastive knowledge consolidation is golden, with equal captions as one', () => {
    const { scale, captionGroups, images, texts, oldImages, oldTexts, ...wanted } =
      golden.contrastiveKnowledgeConsolidation
    expectGolden({ images, texts }, wanted, (given) =>
      contrastiveKnowledgeConsolidation({
        images: given.images as Tensor2D,
        texts: given.texts as Tensor2D,
        oldImages: tf.tensor2d(oldImages),
        oldTexts: tf.tensor2d(oldTexts),
        captionGroups: tf.tensor1d(captionGroups, 'int32') as Tensor1D,
        scale: tf.scalar(scale),
      }),
    )
  })
})
