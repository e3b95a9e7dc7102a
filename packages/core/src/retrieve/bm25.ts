import { type LexicalStatistics, roundScore, terms } from '../stores/index.ts'

/** Saturation of repeated terms, and how much long captions are discounted (Robertson's usual values). */
const K1 = 1.2
const B = 0.75

/** Weight of a term that `frequency` of `documents` captions hold; never negative. */
export function inverseFrequency(documents: number, frequency: number): number {
  return Math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))
}

/** Share of a term that occurs `count` times in a caption of `length` terms, before its weight. */
export function saturation(count: number, length: number, meanLength: number): number {
  return (count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / (meanLength || 1)))
}

/** BM25 of captions for one question, with the statistics of the whole corpus; every question term counts once. */
export function bm25(question: string, statistics: LexicalStatistics): (caption: string) => number {
  const weights = new Map(
    terms(question).map((term) => [term, inverseFrequency(statistics.documents, statistics.documentFrequency(term))]),
  )
  return (caption) => {
    const words = terms(caption)
    const counts = new Map<string, number>()
    for (const word of words) if (weights.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
    let score = 0
    for (const [word, count] of counts) {
      score += weights.get(word)! * saturation(count, words.length, statistics.meanLength)
    }
    return roundScore(score)
  }
}
