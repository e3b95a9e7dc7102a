import type { Random } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import { cosine, type VectorStore } from '../stores/index.ts'
import type { Answer } from './fill.ts'

/** Questions and figures among which random pairs are made. */
const SAMPLE = 64

/** S_v of random pairs of a question and a figure: what chance gives. */
export interface TrustScale {
  median: number
  /** Median absolute deviation. */
  deviation: number
}

/**
 * Measures S_v of questions with figures that were found for other questions, of another domain where there are two.
 * @returns null where nothing was found, or for a single question: there is nothing to compare with
 */
export async function trustScale(
  answers: readonly Answer[],
  { encoder, store, random }: { encoder: Encoder; store: VectorStore; random: Random },
): Promise<TrustScale | null> {
  const found = random.shuffle(answers.filter(({ hits }) => hits.length > 0)).slice(0, SAMPLE)
  const domains = new Set(found.map(({ question }) => question.domain))
  const apart = (a: Answer, b: Answer) =>
    domains.size > 1 ? a.question.domain !== b.question.domain : a.question.text !== b.question.text
  const figures = found.map(({ hits }) => random.pick(hits).figure.id)
  const vectors = await store.imageVectors([...new Set(figures)])
  const { data, dim } = await encoder.encodeTexts(found.map(({ question }) => question.text))
  const scores: number[] = []
  for (const [i, one] of found.entries()) {
    for (const [j, other] of found.entries()) {
      const image = vectors.get(figures[j]!)
      if (image && apart(one, other)) scores.push(cosine(image, data, i * dim))
    }
  }
  if (scores.length === 0) return null
  const middle = median(scores)
  return { median: middle, deviation: median(scores.map((score) => Math.abs(score - middle))) }
}

/** sigmoid((S_v - median) / deviation): 0.5 for a figure that suits its question as well as a random one. */
export function trustOf(visual: number, { median: middle, deviation }: TrustScale): number {
  return 1 / (1 + Math.exp(-(visual - middle) / Math.max(deviation, 1e-6)))
}

/**
 * Drops hits of less trust than the floor.
 * @returns what is left, and r_q by question: the mean trust of its kept hits; a question without any has none
 */
export function trusted(
  answers: readonly Answer[],
  scale: TrustScale,
  floor: number,
): { answers: Answer[]; trust: Map<string, number> } {
  const trust = new Map<string, number>()
  const kept = answers.map(({ question, hits }) => {
    const worthy = hits.filter((hit) => trustOf(hit.visual!.score, scale) >= floor)
    const sum = worthy.reduce((total, hit) => total + trustOf(hit.visual!.score, scale), 0)
    if (worthy.length > 0) trust.set(question.text, sum / worthy.length)
    return { question, hits: worthy }
  })
  return { answers: kept, trust }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
