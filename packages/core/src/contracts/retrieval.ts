import type { Figure } from './data.ts'

/** A vector never travels without the encoder that made it. */
export interface EncodedVectors {
  encoderId: string
  dim: number
  /** [count * dim], unit rows. */
  data: Float32Array
}

export const BAGS = ['task', 'domain', 'general'] as const
export type Bag = (typeof BAGS)[number]

/** One text asked of the corpus, with the reason it is asked. */
export interface Question {
  text: string
  bag: Bag
  /** Domain keyword the question belongs to ("X-ray"), empty where none was found. */
  domain: string
  /** Task whose class label made the question; null for pool questions. */
  taskId: string | null
  classId: string | null
}

/** Score and rank (from 1) of one stage; null where the stage did not see the figure. */
export interface StageScore {
  score: number
  rank: number
}

export const DROP_REASONS = [
  'tie cut',
  'visual group cut',
  'lexical gate',
  'licence',
  'retracted',
  'filter',
  'duplicate',
  'limit',
] as const
export type DropReason = (typeof DROP_REASONS)[number]

/** One figure that a retrieval kept (or dropped: `dropped` says why). */
export interface Hit {
  figure: Figure
  /** cos(question, caption), the dense layer. */
  dense: StageScore | null
  /** cos(question, image), the visual re-rank: S_v. */
  visual: StageScore | null
  /** BM25(question, caption); null where the gate had nothing to do. */
  lexical: StageScore | null
  /** Reciprocal rank fusion of dense and lexical; null outside the hybrid mode. */
  fused: StageScore | null
  /** Final rank from 1; null when dropped. */
  rank: number | null
  dropped: DropReason | null
}

/** Everything that explains a retrieval. */
export interface RetrievalResult {
  question: string
  hits: Hit[]
  /** Figures seen by a stage and not kept, best first, at most `explainDropped`. */
  dropped: Hit[]
  counts: { corpus: number; dense: number; visual: number; kept: number; distinctScores: number }
  indexVersion: string
  encoderId: string
  store: string
  /** True when all of the corpus was compared; false where an approximate index answered (or a text index, by words). */
  exact: boolean
  /** Recall of an approximate index as it was measured for this index version; null when exact or not measured. */
  recall: number | null
  /** Constant of the reciprocal rank fusion; null outside the hybrid mode. */
  rankConstant: number | null
  /** Milliseconds per stage. */
  time: { encode: number; dense: number; visual: number; lexical: number; total: number }
}

/** One image-caption pair of a reference set, with its provenance. */
export interface ReferencePair {
  figureId: string
  caption: string
  bag: Bag
  question: string
  rank: number
  /** Stage scores; null where the stage did not run. */
  dense: number | null
  visual: number
  lexical: number | null
}
