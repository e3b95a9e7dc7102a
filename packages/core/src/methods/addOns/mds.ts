import { z } from 'zod'
import { tf } from '../../backend/index.ts'
import { BAGS, type ReferencePair } from '../../contracts/index.ts'
import type { AddOnDefinition } from './addOn.ts'

/** Pairs that are contrasted with each other at a time. */
const BATCH = 64

const params = z.strictObject({
  keep: z.number().positive().max(1).default(0.75).meta({
    title: 'Kept share',
    description: 'Share of each bag that stays: the pairs that the base model finds easiest.',
  }),
  rounds: z.number().int().min(1).max(100).default(8).meta({
    title: 'Rounds R',
    description: 'Looks at each pair, each with other random changes of the image and among other pairs.',
  }),
})

/**
 * Maximum data similarity (MedSeqFT, arXiv 2509.06096): score(x) = mean over R gentle random changes of x of its
 * contrastive loss among other pairs under the base model; the lowest scores stay. The paper uses the model's own
 * self-supervised loss; for CLIP that is the contrastive one.
 */
export const mds: AddOnDefinition<typeof params> = {
  id: 'mds',
  title: 'Maximum data similarity',
  paper: 'MedSeqFT 2025',
  summary: 'Keeps the reference pairs that the base model recognises best under small changes of the image.',
  version: 1,
  needs: 'reference',
  params,
  create: ({ keep, rounds }, { model }) => ({
    choosePairs: async ({ pairs, encoder, images }, { random }) => {
      const scale = tf.tidy(() => model.logitScale().dataSync()[0]!)
      const { data: texts, dim } = await encoder.encodeTexts(pairs.map(({ caption }) => caption))
      const score = new Float64Array(pairs.length)
      for (let round = 0; round < rounds; round++) {
        const { data } = await images(pairs, random.fork(`round ${round}`))
        const order = random.shuffle(Array.from(pairs, (_, i) => i))
        for (let first = 0; first < order.length; first += BATCH) {
          const batch = order.slice(first, first + BATCH)
          const captions = batch.map((i) => pairs[i]!.caption)
          const losses = contrastiveLosses(rows(data, batch, dim), rows(texts, batch, dim), captions, scale)
          for (const [i, loss] of losses.entries()) score[batch[i]!]! += loss / rounds
        }
      }
      return easiest(pairs, score, keep)
    },
  }),
}

/**
 * The contrastive loss of each pair in its batch: -log of its share in its row plus -log of its share in its column.
 * Other pairs with the same caption do not count against it.
 */
export function contrastiveLosses(
  images: readonly Float32Array[],
  texts: readonly Float32Array[],
  captions: readonly string[],
  scale: number,
): number[] {
  const logit = images.map((image) => texts.map((text) => scale * dot(image, text)))
  const others = (i: number) => captions.flatMap((caption, j) => (j === i || caption !== captions[i] ? [j] : []))
  return images.map((_, i) => {
    const own = logit[i]![i]!
    const row = logSumExp(others(i).map((j) => logit[i]![j]!))
    const column = logSumExp(others(i).map((j) => logit[j]![i]!))
    return row + column - 2 * own
  })
}

/** The lowest scores of each bag, in the order of the pairs. */
function easiest(pairs: readonly ReferencePair[], score: Float64Array, keep: number): ReferencePair[] {
  const kept = new Set<number>()
  for (const bag of BAGS) {
    const members = pairs.flatMap((pair, i) => (pair.bag === bag ? [i] : []))
    const ranked = members.toSorted((a, b) => score[a]! - score[b]! || a - b)
    for (const i of ranked.slice(0, Math.ceil(keep * members.length))) kept.add(i)
  }
  return pairs.filter((_, i) => kept.has(i))
}

function rows(data: Float32Array, indices: readonly number[], dim: number): Float32Array[] {
  return indices.map((i) => data.subarray(i * dim, (i + 1) * dim))
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values)
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0))
}
