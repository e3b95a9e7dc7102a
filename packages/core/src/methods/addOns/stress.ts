import { z } from 'zod'
import type { Random, ReferencePair } from '../../contracts/index.ts'
import type { AddOnDefinition, PairsInView } from './addOn.ts'

const KINDS = ['noise', 'misinformation', 'irrelevant'] as const

const params = z.strictObject({
  share: z.number().min(0).max(1).default(0.25).meta({
    title: 'Spoiled share',
    description: 'Share of the reference pairs that is replaced; 0 leaves all as they are.',
  }),
  kind: z.enum(KINDS).default('noise').meta({
    title: 'Kind',
    description:
      'noise: right pairs of another domain. misinformation: captions swapped within a domain. irrelevant: image and caption that belong neither to the question nor to each other.',
  }),
})

/**
 * A stress test of the retrieval (MedRGB, arXiv 2411.09213): spoils a share of the reference pairs, so that runs with
 * several shares tell how much a method depends on what was retrieved.
 */
export const stress: AddOnDefinition<typeof params> = {
  id: 'stress',
  title: 'Retrieval stress test',
  paper: 'MedRGB 2024',
  summary: 'Replaces a share of the reference pairs by wrong ones, to see how much a method suffers.',
  version: 1,
  needs: 'reference',
  params,
  create: ({ share, kind }) => ({
    choosePairs: async (view, { random }) => {
      const { pairs } = view
      const spoiled = random.shuffle(Array.from(pairs, (_, i) => i)).slice(0, Math.round(share * pairs.length))
      const result = [...pairs]
      for (const i of spoiled) result[i] = spoil(pairs[i]!, kind, view, random)
      return result
    },
  }),
}

/** The pair spoiled; as it is where the set holds nothing to spoil it with. */
function spoil(pair: ReferencePair, kind: (typeof KINDS)[number], view: PairsInView, random: Random): ReferencePair {
  const domain = (of: ReferencePair) => view.questionOf(of)?.domain ?? ''
  const far = view.pairs.filter((other) => domain(other) !== domain(pair))
  const near = view.pairs.filter((other) => domain(other) === domain(pair) && other.question !== pair.question)
  switch (kind) {
    case 'noise': {
      if (far.length === 0) return pair
      const { figureId, caption } = random.pick(far)
      return { ...pair, figureId, caption }
    }
    case 'misinformation':
      return near.length === 0 ? pair : { ...pair, caption: random.pick(near).caption }
    case 'irrelevant':
      if (far.length === 0) return pair
      return { ...pair, figureId: random.pick(far).figureId, caption: random.pick(far).caption }
  }
}
