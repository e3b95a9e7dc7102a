import type { ScoredFigure, StoreFilter, VectorStore } from '@anamnesis/core/stores'

/** Questions asked before the clock starts. */
const WARM = 20

/** Answers and milliseconds of each question, after a few to warm up. */
export async function askOneByOne(
  store: VectorStore,
  questions: readonly Float32Array[],
  k: number,
  filter?: StoreFilter,
): Promise<{ answers: ScoredFigure[][]; times: number[] }> {
  const answers: ScoredFigure[][] = []
  const times: number[] = []
  for (const question of questions.slice(0, WARM)) await store.nearestCaptions(question, k, filter)
  for (const question of questions) {
    const started = performance.now()
    answers.push(await store.nearestCaptions(question, k, filter))
    times.push(performance.now() - started)
  }
  return { answers, times }
}

/** Share of the k found figures whose score reaches the k-th exact one, per question: ties count as found. */
export function recalls(found: readonly ScoredFigure[][], worst: readonly number[], k: number): number[] {
  return found.map((list, i) => list.filter(({ score }) => score >= worst[i]!).length / k)
}
