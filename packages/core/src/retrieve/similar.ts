import { AnamnesisError, type Hit, type RetrievalResult } from '../contracts/index.ts'
import type { StoreFilter, VectorSide, VectorStore } from '../stores/index.ts'
import { emptyHit, number, rankStage } from './hits.ts'
import { knownRecall } from './honestyFile.ts'

export interface SimilarOptions {
  store: VectorStore
  /** Which vectors of the corpus are compared. Default: images. */
  side?: VectorSide
  /** Default 20. */
  k?: number
  filter?: StoreFilter
}

/** The figures whose image (or caption) is nearest to that of a figure of the index, without itself. @throws NOT_FOUND */
export async function similarToFigure(figureId: string, options: SimilarOptions): Promise<RetrievalResult> {
  const { store, side = 'image' } = options
  const vectors = await (side === 'image' ? store.imageVectors([figureId]) : store.captionVectors([figureId]))
  const vector = vectors.get(figureId)
  if (vector === undefined) {
    throw new AnamnesisError('NOT_FOUND', `Figure "${figureId}" is not in this index.`, { field: 'figureId' })
  }
  return nearestTo(vector, `like figure ${figureId}`, options, figureId)
}

/**
 * The figures nearest to any vector of the index's encoder: an encoded image, a stored question.
 * @param query the vector and the encoder it comes from, unit length @throws ENCODER_MISMATCH
 */
export async function similarToVector(
  query: { encoderId: string; vector: Float32Array },
  options: SimilarOptions,
): Promise<RetrievalResult> {
  const { store } = options
  if (query.encoderId !== store.encoderId) {
    throw new AnamnesisError(
      'ENCODER_MISMATCH',
      `The index holds vectors of encoder ${store.encoderId}, this vector comes from ${query.encoderId}. Encode it with the index's encoder.`,
    )
  }
  return nearestTo(query.vector, 'like a vector', options, null)
}

async function nearestTo(
  vector: Float32Array,
  question: string,
  { store, side = 'image', k = 20, filter }: SimilarOptions,
  without: string | null,
): Promise<RetrievalResult> {
  if (!Number.isInteger(k) || k < 1 || k > 10_000) {
    throw new AnamnesisError('BAD_INPUT', `"k" must be a whole number from 1 to 10000, not ${k}.`, { field: 'k' })
  }
  const [indexVersion, corpus, recall] = await Promise.all([store.version(), store.count(filter), knownRecall(store)])
  const started = performance.now()
  const limit = without === null ? k : k + 1
  const found = (
    side === 'image'
      ? await store.nearestImages(vector, limit, filter)
      : await store.nearestCaptions(vector, limit, filter)
  )
    .filter(({ figure }) => figure.id !== without)
    .slice(0, k)
  const milliseconds = performance.now() - started
  const stage = side === 'image' ? 'visual' : 'dense'
  const hits = found.map(({ figure }): Hit => emptyHit(figure))
  rankStage(hits, stage, found)
  number(hits)
  return {
    question,
    hits,
    dropped: [],
    counts: {
      corpus,
      dense: side === 'caption' ? hits.length : 0,
      visual: side === 'image' ? hits.length : 0,
      kept: hits.length,
      distinctScores: new Set(found.map(({ score }) => score)).size,
    },
    indexVersion,
    encoderId: store.encoderId,
    store: store.kind,
    exact: store.exact,
    recall: side === 'caption' ? recall : null, // what is measured is the search of captions
    rankConstant: null,
    time: { encode: 0, dense: 0, visual: 0, lexical: 0, [stage]: milliseconds, total: milliseconds },
  }
}
