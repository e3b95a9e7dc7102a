import type { ScoredFigure } from '../stores/index.ts'

/** The usual constant (Cormack, Clarke and Buettcher, SIGIR 2009). */
export const RANK_CONSTANT = 60

/**
 * Reciprocal rank fusion: a figure's score is the sum over the lists of 1 / (constant + rank); figures of equal score in
 * a list share its best rank there.
 * @param lists best first @returns every figure of any list, best first, ties by figure id
 */
export function reciprocalRankFusion(
  lists: readonly (readonly ScoredFigure[])[],
  constant: number = RANK_CONSTANT,
): ScoredFigure[] {
  const fused = new Map<string, ScoredFigure>()
  for (const list of lists) {
    let rank = 0
    for (const [i, { figure, score }] of list.entries()) {
      if (i === 0 || score !== list[i - 1]!.score) rank = i + 1
      const found = fused.get(figure.id) ?? { figure, score: 0 }
      found.score += 1 / (constant + rank)
      fused.set(figure.id, found)
    }
  }
  return [...fused.values()].sort((a, b) => b.score - a.score || (a.figure.id < b.figure.id ? -1 : 1))
}
