import { z } from 'zod'
import type { Question, ReferencePair } from '../../contracts/index.ts'
import type { Encoder } from '../../embed/encoder.ts'
import { terms } from '../../stores/terms.ts'
import type { AddOnDefinition } from './addOn.ts'
import { MedicalTerms } from './medicalTerms.ts'

/** Longest phrase taken from captions, in words. */
const LONGEST = 3
/** Phrases of a question that are looked at, the most frequent ones. */
const LOOKED_AT = 20
/** Words that say nothing on their own. */
const STOP = new Set(
  'a an the of in on at to from with without and or for by is are was were be been this that these those image photo figure showing shows shown seen view number'.split(
    ' ',
  ),
)

const params = z.strictObject({
  expansions: z.number().int().min(1).max(20).default(2).meta({
    title: 'Further questions',
    description: 'Most questions that are made from each label question.',
  }),
  support: z.number().int().min(2).max(1000).default(3).meta({
    title: 'Captions per phrase',
    description: 'Captions of a question’s figures that must hold a phrase.',
  }),
  similarity: z.number().min(-1).max(1).default(0.8).meta({
    title: 'Verified from',
    description: 'Cosine of a phrase’s embedding to a term of the vocabulary from which it is verified.',
  }),
  share: z.number().positive().max(1).default(0.2).meta({
    title: 'Share of the task bag',
    description: 'Most of the task bag that the figures of further questions may take, in place of its last ones.',
  }),
})

/**
 * Verified query expansion (REALM, arXiv 2402.07016, accepts an entity only when it matches a node of a knowledge
 * graph). Phrases that are frequent in the captions found for a label question become further questions when their
 * embedding matches a term of the shipped vocabulary; their figures replace the last ones of the task bag.
 */
export const queryFilter: AddOnDefinition<typeof params> = {
  id: 'query-filter',
  title: 'Verified query expansion',
  paper: 'REALM 2024',
  summary: 'Asks further questions made of frequent, verified phrases of the captions found for earlier labels.',
  version: 1,
  needs: 'reference',
  params,
  create: ({ expansions, support, similarity, share }) => ({
    choosePairs: async ({ pairs, encoder, questionOf, ask }) => {
      const bag = pairs.filter((pair) => pair.bag === 'task')
      if (bag.length === 0) return [...pairs]
      const asked = new Map<string, ReferencePair[]>()
      for (const pair of bag) asked.set(pair.question, [...(asked.get(pair.question) ?? []), pair])
      const verified = await verifier(encoder, similarity)
      const further: Question[] = []
      for (const [text, found] of asked) {
        const question = questionOf(found[0]!)
        if (!question) continue
        const phrases = frequentPhrases([...new Set(found.map(({ caption }) => caption))], text, support)
        for (const phrase of (await verified(phrases)).slice(0, expansions)) {
          further.push({ ...question, text: `A ${question.domain || 'medical'} photo of ${phrase}` })
        }
      }
      const room = Math.floor(share * bag.length)
      if (further.length === 0 || room === 0) return [...pairs]
      const known = new Set(pairs.map(({ figureId }) => figureId))
      const fresh = (await ask(further, Math.ceil((2 * room) / further.length))).filter(
        ({ figureId }) => !known.has(figureId),
      )
      const taken = [...new Map(fresh.map((pair) => [pair.figureId, pair])).values()]
        .sort((a, b) => a.rank - b.rank)
        .slice(0, room)
      const out = new Set(bag.toSorted((a, b) => b.rank - a.rank).slice(0, taken.length))
      return [...pairs.filter((pair) => !out.has(pair)), ...taken]
    },
  }),
}

/** Phrases of one to three words in at least `support` captions and not in the question, the most frequent first. */
export function frequentPhrases(captions: readonly string[], question: string, support: number): string[] {
  const counts = new Map<string, number>()
  for (const caption of captions) {
    const words = terms(caption)
    const phrases = new Set<string>()
    for (let length = 1; length <= LONGEST; length++) {
      for (let at = 0; at + length <= words.length; at++) {
        const part = words.slice(at, at + length)
        if (!STOP.has(part[0]!) && !STOP.has(part.at(-1)!) && !part.every((word) => /^\d+$/.test(word))) {
          phrases.add(part.join(' '))
        }
      }
    }
    for (const phrase of phrases) counts.set(phrase, (counts.get(phrase) ?? 0) + 1)
  }
  const own = ` ${terms(question).join(' ')} `
  return [...counts]
    .filter(([phrase, count]) => count >= support && !own.includes(` ${phrase} `))
    .sort(([a, m], [b, n]) => n * b.length - m * a.length || (a < b ? -1 : 1))
    .slice(0, LOOKED_AT)
    .map(([phrase]) => phrase)
}

/** Keeps phrases that are a term of the vocabulary or lie near one. */
async function verifier(encoder: Encoder, from: number) {
  const vocabulary = new MedicalTerms()
  const nodes = vocabulary.all()
  const { data, dim } = await encoder.encodeTexts(nodes)
  const known = new Set(nodes)
  return async (phrases: readonly string[]): Promise<string[]> => {
    if (phrases.length === 0) return []
    const asked = await encoder.encodeTexts(phrases)
    return phrases.filter((phrase, i) => {
      if (known.has(phrase)) return true
      for (let node = 0; node < nodes.length; node++) {
        let cosine = 0
        for (let d = 0; d < dim; d++) cosine += asked.data[i * dim + d]! * data[node * dim + d]!
        if (cosine >= from) return true
      }
      return false
    })
  }
}
