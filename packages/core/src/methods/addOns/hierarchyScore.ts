import { z } from 'zod'
import type { AddOnDefinition } from './addOn.ts'
import { MedicalTerms } from './medicalTerms.ts'

const params = z.strictObject({
  threshold: z.number().min(0).max(1).default(0.3).meta({
    title: 'Least similarity',
    description: 'Pairs whose caption is less similar to its question are dropped.',
  }),
})

/**
 * Hierarchy score (after KAILIN, arXiv 2501.15108): Lin similarity of question and caption over a hierarchy of medical
 * terms, here domain / site / finding of the shipped vocabulary in place of MeSH. A pair is dropped below the
 * threshold; one in which either text names nothing of the vocabulary stays.
 */
export const hierarchyScore: AddOnDefinition<typeof params> = {
  id: 'hierarchy-score',
  title: 'Hierarchy score',
  paper: 'KAILIN 2025',
  summary: 'Drops reference pairs whose caption is about something else than the question, by a hierarchy of terms.',
  version: 1,
  needs: 'reference',
  params,
  create: ({ threshold }) => ({
    choosePairs: async ({ pairs }) => {
      const vocabulary = new MedicalTerms()
      return pairs.filter(({ question, caption }) => {
        const score = hierarchySimilarity(vocabulary, question, caption)
        return score === null || score >= threshold
      })
    },
  }),
}

/** The largest Lin similarity of a concept of one text and a concept of the other; null where one names none. */
export function hierarchySimilarity(vocabulary: MedicalTerms, question: string, caption: string): number | null {
  const [asked, told] = [vocabulary.conceptsIn(question), vocabulary.conceptsIn(caption)]
  if (asked.length === 0 || told.length === 0) return null
  return Math.max(...asked.flatMap((a) => told.map((b) => vocabulary.similarity(a, b))))
}
