import { z } from 'zod'
import type { Encoder } from '../../embed/encoder.ts'
import type { AddOnDefinition } from './addOn.ts'
import { MedicalTerms } from './medicalTerms.ts'

/** Share of the best S_v that passes whatever the caption says. */
const BEST = 0.1

const params = z.strictObject({
  similarity: z.number().min(-1).max(1).default(0.8).meta({
    title: 'Same entity from',
    description: 'Cosine of text embeddings from which two terms count as one entity; equal words always do.',
  }),
})

/**
 * Entity gate (EMERGE, arXiv 2406.00036): a retrieved pair stays when its caption shares an entity with the question,
 * or its S_v is in the top decile. Entities are terms of the shipped vocabulary in place of PrimeKG nodes. A question
 * without such a term gates nothing.
 */
export const entityGate: AddOnDefinition<typeof params> = {
  id: 'entity-gate',
  title: 'Entity gate',
  paper: 'EMERGE 2024',
  summary: 'Keeps a reference pair only if caption and question share a medical term, or the image fits very well.',
  version: 1,
  needs: 'reference',
  params,
  create: ({ similarity }) => ({
    choosePairs: async ({ pairs, encoder }) => {
      const vocabulary = new MedicalTerms()
      const named = new Map<string, string[]>()
      const entities = (text: string) => {
        if (!named.has(text)) named.set(text, vocabulary.namedIn(text))
        return named.get(text)!
      }
      const all = new Set(pairs.flatMap(({ question, caption }) => [...entities(question), ...entities(caption)]))
      const alike = await comparison([...all], encoder, similarity)
      const scores = pairs.map(({ visual }) => visual).sort((a, b) => b - a)
      const decile = scores[Math.max(1, Math.floor(BEST * scores.length)) - 1] ?? Number.POSITIVE_INFINITY
      return pairs.filter(({ question, caption, visual }) => {
        const asked = entities(question)
        return (
          asked.length === 0 ||
          visual >= decile ||
          entities(caption).some((told) => asked.some((term) => alike(term, told)))
        )
      })
    },
  }),
}

/** Whether two of the terms are one entity: equal, or near in the text embedding. */
async function comparison(terms: readonly string[], encoder: Encoder, from: number) {
  const { data, dim } = await encoder.encodeTexts(terms)
  const place = new Map(terms.map((term, i) => [term, i * dim]))
  return (a: string, b: string): boolean => {
    if (a === b) return true
    const [x, y] = [place.get(a)!, place.get(b)!]
    let cosine = 0
    for (let d = 0; d < dim; d++) cosine += data[x + d]! * data[y + d]!
    return cosine >= from
  }
}
