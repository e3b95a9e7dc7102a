import type { Hit, RetrievalResult } from '../contracts/index.ts'
import type { LexicalStatistics, ScoredFigure, StoreFilter, VectorStore } from '../stores/index.ts'
import type { ImageVectors } from './imageVectors.ts'

/** What the questions of one retrieval share. */
export interface Session {
  store: VectorStore
  k: number
  perCaption: number
  filter: StoreFilter | undefined
  explainDropped: number
  statistics: LexicalStatistics
  images: ImageVectors
  rankConstant: number
}

export interface Asked {
  text: string
  vector: Float32Array
  /** What an exact search of all questions together found; null where each question is searched for itself. */
  near: ScoredFigure[] | null
  /** The best captions by BM25; null where the mode does not start with words. */
  words: ScoredFigure[] | null
}

export interface Outcome {
  hits: Hit[]
  dropped: Hit[]
  counts: { dense: number; visual: number; distinctScores: number }
  time: RetrievalResult['time']
}
