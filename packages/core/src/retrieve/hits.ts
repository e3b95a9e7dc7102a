import type { Figure, Hit, StageScore } from '../contracts/index.ts'
import { cosine, type ScoredFigure } from '../stores/index.ts'
import type { ImageVectors } from './imageVectors.ts'

export type Stage = 'dense' | 'visual' | 'lexical' | 'fused'

export const emptyHit = (figure: Figure): Hit => ({
  figure,
  dense: null,
  visual: null,
  lexical: null,
  fused: null,
  rank: null,
  dropped: null,
})

/** Notes cos(question, image) as the stage `visual`. */
export async function scoreImages(hits: readonly Hit[], vector: Float32Array, images: ImageVectors): Promise<void> {
  const vectors = await images.of(hits.map((hit) => hit.figure.id))
  rankStage(
    hits,
    'visual',
    hits.map(({ figure }, i) => ({ figure, score: cosine(vector, vectors[i]!) })),
  )
}

/** Notes score and rank of a stage; equal scores share the best rank (1, 1, 3). `scores[i]` belongs to `hits[i]`. */
export function rankStage(hits: readonly Hit[], stage: Stage, scores: readonly ScoredFigure[]): void {
  const order = scores.map(({ score }, i) => ({ score, i })).sort((a, b) => b.score - a.score)
  let shared: StageScore = { score: Number.NaN, rank: 0 }
  for (const [position, { score, i }] of order.entries()) {
    if (score !== shared.score) shared = { score, rank: position + 1 }
    hits[i]![stage] = { ...shared }
  }
}

/** Gives the kept hits their final ranks, in the order they are in. */
export function number(hits: readonly Hit[]): void {
  for (const [i, hit] of hits.entries()) hit.rank = i + 1
}

/** Dropped figures that came furthest first, then by their dense score. */
export const nearestFirst = (a: Hit, b: Hit): number =>
  stagesPassed(b) - stagesPassed(a) || lastScore(b) - lastScore(a) || (a.figure.id < b.figure.id ? -1 : 1)

const stagesPassed = (hit: Hit): number => Number(hit.visual !== null) + Number(hit.lexical !== null)

const lastScore = (hit: Hit): number => hit.visual?.score ?? hit.dense?.score ?? hit.lexical!.score

/** Milliseconds per stage. */
export class Clock {
  readonly time = { encode: 0, dense: 0, visual: 0, lexical: 0, total: 0 }
  private last = performance.now()

  lap(stage: 'dense' | 'visual' | 'lexical'): void {
    const now = performance.now()
    this.time[stage] += now - this.last
    this.last = now
  }
}
