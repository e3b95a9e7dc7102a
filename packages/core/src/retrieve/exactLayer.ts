import { type Tensor2D, tf } from '../backend/index.ts'
import {
  cosine,
  type ScoredFigure,
  type StoreFilter,
  type VectorBlock,
  type VectorSide,
  type VectorStore,
} from '../stores/index.ts'
import { BestScores } from './bestScores.ts'

/** Scores computed at a time, [questions, rows]: 64 MB. */
const SCORES = 2 ** 24
/** Rows of a block of vectors, within these bounds. */
const FEWEST_ROWS = 512
const MOST_ROWS = 8_192
/** Questions of one pass over the vectors. */
const MOST_QUESTIONS = 4_096
/**
 * What the engine's sums may differ from a sum of 64 bits at least: rows this close to the threshold are scored again.
 * Seen at 512 dimensions and 32 bits: 3e-7. Devices that multiply with fewer bits show it in a sample of the first block.
 */
const LEAST_ERROR = 1e-5
/** Scores of the sample, and how far beyond the worst of them an error may lie. */
const SAMPLED = 512
const MARGIN = 8

/** True when an engine is loaded in this process, so that `exactLayer` can be used. */
export const engineLoaded = (): boolean => (tf as typeof tf | undefined) !== undefined

/**
 * Exact search of many questions in one pass over all vectors: a matrix product of the engine per block gives the scores
 * [questions, rows], and only what may be among the best is scored again in 64 bits, so that the answer equals that of
 * one question at a time. Memory: one block of vectors, 64 MB of scores and the best of each question.
 * @param distinct down to which distinct score rows are given (the tie rule); at most `limit` rows
 * @returns per question the figures, best first, ties by figure id
 */
export async function exactLayer(
  store: VectorStore,
  side: VectorSide,
  questions: readonly Float32Array[],
  { distinct, limit, filter }: { distinct: number; limit: number; filter?: StoreFilter | undefined },
): Promise<ScoredFigure[][]> {
  const best = questions.map(() => new BestScores(distinct, limit))
  for (let from = 0; from < questions.length; from += MOST_QUESTIONS) {
    const part = questions.slice(from, from + MOST_QUESTIONS)
    await onePass(store, side, part, best.slice(from, from + MOST_QUESTIONS), filter)
  }
  const lists = best.map((one) => one.sorted())
  const figures = await store.figuresById([...new Set(lists.flatMap((list) => list.map(({ id }) => id)))])
  return lists.map((list) => list.map(({ id, score }) => ({ figure: figures.get(id)!, score })))
}

async function onePass(
  store: VectorStore,
  side: VectorSide,
  questions: readonly Float32Array[],
  best: readonly BestScores[],
  filter: StoreFilter | undefined,
): Promise<void> {
  const { dim } = store
  const rows = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, 2 ** Math.floor(Math.log2(SCORES / questions.length))))
  const matrix = new Float32Array(questions.length * dim)
  for (const [i, question] of questions.entries()) matrix.set(question, i * dim)
  const asked = tf.tensor2d(matrix, [questions.length, dim])
  let error = Number.NaN
  try {
    for await (const block of store.vectorBlocks(side, rows, filter)) {
      const scores = scoresOf(asked, block.vectors, block.rows, rows)
      if (Number.isNaN(error)) error = engineError(questions, block, scores, rows)
      for (const [i, question] of questions.entries()) {
        const list = best[i]!
        const end = i * rows + block.rows
        let floor = list.floor - error
        for (let at = i * rows, row = 0; at < end; at++, row++) {
          if (scores[at]! < floor) continue
          if (list.add(cosine(question, block.vectors, row * dim), row)) floor = list.floor - error
        }
        list.name(block.id)
      }
    }
  } finally {
    asked.dispose()
  }
}

/** How far the engine's scores may lie from those of 64 bits, by a sample spread over the block. */
function engineError(
  questions: readonly Float32Array[],
  block: VectorBlock,
  scores: Float32Array,
  rows: number,
): number {
  const pairs = questions.length * block.rows
  const stride = Math.max(1, Math.floor(pairs / SAMPLED))
  let worst = 0
  for (let pair = 0; pair < pairs; pair += stride) {
    const question = Math.floor(pair / block.rows)
    const row = pair % block.rows
    const exact = cosine(questions[question]!, block.vectors, row * questions[question]!.length)
    worst = Math.max(worst, Math.abs(exact - scores[question * rows + row]!))
  }
  return Math.max(LEAST_ERROR, MARGIN * worst)
}

/** [questions, rows] scores; a block that is not full is filled up, so that one compiled product serves all. */
function scoresOf(asked: Tensor2D, vectors: Float32Array, filled: number, rows: number): Float32Array {
  const dim = asked.shape[1]
  let block = vectors
  if (filled < rows) {
    block = new Float32Array(rows * dim)
    block.set(vectors)
  }
  const product = tf.tidy(() => tf.matMul(asked, tf.tensor2d(block, [rows, dim]), false, true))
  const scores = product.dataSync<'float32'>()
  product.dispose()
  return scores
}
