import type { ScoredFigure, StoreFilter, VectorStore } from '../stores/index.ts'

/** A question about a corpus of equal captions must not read all of it: past this many rows the tie set is cut. */
export const MOST_ROWS = 20_000

export interface DenseLayer {
  /** Every figure whose score is at least the k'-th distinct score, best first. */
  candidates: ScoredFigure[]
  /** Figures that were read and lie below. */
  below: ScoredFigure[]
  /** k' = min(k, number of distinct scores). */
  distinctScores: number
}

/**
 * Dense layer with the tie rule (eq. 1-4): panels of one figure share a caption and so a score; plain top-k would cut
 * inside such a tie. The search grows until a (k+1)-th distinct score shows that the k-th tie set is complete.
 */
export async function denseLayer(
  store: VectorStore,
  vector: Float32Array,
  k: number,
  filter: StoreFilter | undefined,
): Promise<DenseLayer> {
  for (let limit = 4 * k + 1; ; limit *= 4) {
    const asked = Math.min(limit, MOST_ROWS)
    const found = await store.nearestCaptions(vector, asked, filter)
    const layer = splitLayer(found, k)
    if (layer.below.length > 0 || found.length < asked || asked === MOST_ROWS) return layer
  }
}

/** A list that reaches at least down to the k-th distinct score, best first, cut there. */
export function splitLayer(found: readonly ScoredFigure[], k: number): DenseLayer {
  const { end, distinct } = firstDistinct(found, k)
  return { candidates: found.slice(0, end), below: found.slice(end), distinctScores: distinct }
}

/** Where the k-th distinct score of a sorted list ends. */
function firstDistinct(found: readonly ScoredFigure[], k: number): { end: number; distinct: number } {
  let distinct = 0
  let last = Number.NaN
  for (const [i, { score }] of found.entries()) {
    if (score === last) continue
    if (distinct === k) return { end: i, distinct }
    distinct++
    last = score
  }
  return { end: found.length, distinct }
}
