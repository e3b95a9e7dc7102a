import type { Figure, LicenceGroup } from '../contracts/index.ts'

/** What a store keeps of a figure: its record and the two unit vectors of one encoder. */
export interface IndexRow {
  figure: Figure
  captionVector: Float32Array
  imageVector: Float32Array
}

export interface ScoredFigure {
  figure: Figure
  /** Cosine similarity, rounded to 1e-6 so that equal texts tie exactly in every store. */
  score: number
}

/** Figures must match every list that is given; an absent or empty list restricts nothing. */
export interface StoreFilter {
  modalities?: readonly string[]
  licenceGroups?: readonly LicenceGroup[]
  /** Figure ids that must not be found: literature that was recalled. */
  leaveOut?: readonly string[]
}

/** Corpus statistics of BM25: number of captions, mean length in terms, and captions per term. */
export interface LexicalStatistics {
  documents: number
  meanLength: number
  documentFrequency(term: string): number
}

/**
 * One index of one corpus made by one encoder. Every store passes the same contract cases; `exact` is the reference.
 * An open store sees the rows that were there when it was opened or last refreshed and those it wrote itself.
 */
export interface VectorStore extends AsyncDisposable {
  readonly kind: string
  /** Local folder of the index. */
  readonly folder: string
  readonly exact: boolean
  readonly encoderId: string
  readonly dim: number
  /** Names the content, not the history: equal rows give equal versions in every store. */
  version(): Promise<string>
  count(filter?: StoreFilter): Promise<number>
  /** Sees what others wrote since the store was opened. */
  refresh(): Promise<void>
  /** Adds or replaces rows by figure id, in batches; one writer at a time, others wait. @throws ENCODER_MISMATCH */
  upsert(rows: AsyncIterable<IndexRow> | Iterable<IndexRow>): Promise<number>
  /** The `limit` figures whose caption vector is nearest, best first (ties by figure id). @throws ENCODER_MISMATCH */
  nearestCaptions(vector: Float32Array, limit: number, filter?: StoreFilter): Promise<ScoredFigure[]>
  /** The `limit` figures whose image vector is nearest, best first (ties by figure id). @throws ENCODER_MISMATCH */
  nearestImages(vector: Float32Array, limit: number, filter?: StoreFilter): Promise<ScoredFigure[]>
  /** Image vectors by figure id; unknown ids are absent from the map. */
  imageVectors(ids: readonly string[]): Promise<Map<string, Float32Array>>
  /** Every row, a page at a time, in figure-id order. */
  scan(pageSize?: number): AsyncIterable<Figure>
  lexicalStatistics(): Promise<LexicalStatistics>
}

export interface StoreDefinition {
  id: string
  title: string
  /** Opens (or makes) the index in `folder`. @throws ENCODER_MISMATCH when the folder holds another encoder's index */
  open(options: { folder: string; encoderId: string; dim: number }): Promise<VectorStore>
}
