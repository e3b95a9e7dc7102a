import type { Figure } from '../contracts/index.ts'
import {
  type LexicalStatistics,
  matches,
  roundScore,
  type ScoredFigure,
  type StoreFilter,
  terms,
  type VectorStore,
} from '../stores/index.ts'
import { bm25, inverseFrequency, saturation } from './bm25.ts'

/** Up to so many questions are asked of a text index; more are answered faster by one pass over all captions. */
const FEW = 64
/** Candidates of a text index per figure that is kept. */
const SPARE = 2

interface Candidate {
  figure: Figure
  score: number
}

/**
 * BM25 over the whole corpus for many questions in one pass over the captions, so that memory does not grow with the
 * corpus. Captions without any term of a question are no hits of it.
 * @returns per question the `limit` best figures, best first (ties by figure id)
 */
export async function lexicalSearch(
  store: VectorStore,
  questions: readonly string[],
  limit: number,
  filter: StoreFilter | undefined,
): Promise<ScoredFigure[][]> {
  const statistics = await store.lexicalStatistics()
  const askedBy = new Map<string, { question: number; weight: number }[]>()
  for (const [question, text] of questions.entries()) {
    for (const term of new Set(terms(text))) {
      const frequency = statistics.documentFrequency(term)
      if (frequency === 0) continue
      const weight = inverseFrequency(statistics.documents, frequency)
      const list = askedBy.get(term) ?? []
      list.push({ question, weight })
      askedBy.set(term, list)
    }
  }
  const best = questions.map(() => new BestOf(limit))
  if (questions.length <= FEW && (await fromTextIndex(store, questions, limit, filter, statistics, best))) {
    return best.map((list) => list.sorted())
  }
  for await (const figure of store.scan()) {
    if (!matches(figure, filter)) continue
    const words = terms(figure.caption)
    const counts = new Map<string, number>()
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
    const scores = new Map<number, number>()
    for (const [word, count] of counts) {
      for (const { question, weight } of askedBy.get(word) ?? []) {
        const gain = weight * saturation(count, words.length, statistics.meanLength)
        scores.set(question, (scores.get(question) ?? 0) + gain)
      }
    }
    for (const [question, score] of scores) best[question]!.add({ figure, score: roundScore(score) })
  }
  return best.map((list) => list.sorted())
}

/**
 * Candidates of the store's text index, scored here: its BM25 rounds the lengths of captions, so some more are taken.
 * @returns false where the store has none
 */
async function fromTextIndex(
  store: VectorStore,
  questions: readonly string[],
  limit: number,
  filter: StoreFilter | undefined,
  statistics: LexicalStatistics,
  best: readonly BestOf[],
): Promise<boolean> {
  for (const [i, question] of questions.entries()) {
    const figures = await store.matchCaptions(question, SPARE * limit + 64, filter)
    if (figures === null) return false
    const score = bm25(question, statistics)
    for (const figure of figures) best[i]!.add({ figure, score: score(figure.caption) })
  }
  return true
}

/** The `limit` best of a stream, holding at most twice as many. */
class BestOf {
  private items: Candidate[] = []
  private floor = Number.NEGATIVE_INFINITY
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  add(item: Candidate): void {
    if (item.score < this.floor) return
    this.items.push(item)
    if (this.items.length >= 2 * this.limit + 16) this.cut()
  }

  sorted(): Candidate[] {
    this.cut()
    return this.items
  }

  private cut(): void {
    this.items.sort((a, b) => b.score - a.score || (a.figure.id < b.figure.id ? -1 : 1))
    this.items.length = Math.min(this.items.length, this.limit)
    if (this.items.length === this.limit) this.floor = this.items.at(-1)!.score
  }
}
