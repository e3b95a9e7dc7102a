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

/** Which of a figure's two vectors. */
export type VectorSide = 'caption' | 'image'

/** Vectors of one side read together as a matrix; valid until the next block is asked for. */
export interface VectorBlock {
  rows: number
  /** [rows * dim] */
  vectors: Float32Array
  /** Figure id of a row of the block. */
  id(row: number): string
}

/** Figures must match everything that is given; an absent or empty list restricts nothing. */
export interface StoreFilter {
  modalities?: readonly string[]
  anatomies?: readonly string[]
  licenceGroups?: readonly LicenceGroup[]
  /** Ids of articles (`figure.articleId`). */
  articles?: readonly string[]
  /** Both ends belong to it; a figure of unknown year matches no range. */
  years?: { from?: number; to?: number }
  /** Figures of retracted articles are left out by every search and count unless this says otherwise. */
  retracted?: 'without' | 'with' | 'only'
  /** Figure ids that must not be found: literature that was recalled. */
  leaveOut?: readonly string[]
}

/** What figures can be counted by. */
export const FACET_FIELDS = ['modality', 'anatomy', 'licenceGroup', 'year', 'articleId', 'journal'] as const
export type FacetField = (typeof FACET_FIELDS)[number]

export interface FacetCount {
  /** Empty for figures of which it is not known. */
  value: string
  count: number
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
  /** Local folder of the index; a store on a server keeps only its marks and caches there. */
  readonly folder: string
  readonly exact: boolean
  /** How vectors are searched now: "flat", "ivf_rq", "int8_hnsw", ... */
  readonly indexType: string
  readonly encoderId: string
  readonly dim: number
  /** Names the content, not the history: equal rows give equal versions in every store. */
  version(): Promise<string>
  /** Rows that match; without a filter all but the retracted ones. */
  count(filter?: StoreFilter): Promise<number>
  /** Sees what others wrote since the store was opened. */
  refresh(): Promise<void>
  /**
   * Shows the content of this version from now on (until `refresh`), where the store still has it: every complete content
   * of a LanceDB index is kept, other stores keep the present one. @returns false where it is gone
   */
  show(version: string): Promise<boolean>
  /** Adds or replaces rows by figure id, in batches; one writer at a time, others wait. @throws ENCODER_MISMATCH */
  upsert(rows: AsyncIterable<IndexRow> | Iterable<IndexRow>): Promise<number>
  /** The `limit` figures whose caption vector is nearest, best first (ties by figure id). @throws ENCODER_MISMATCH */
  nearestCaptions(vector: Float32Array, limit: number, filter?: StoreFilter): Promise<ScoredFigure[]>
  /** The `limit` figures whose image vector is nearest, best first (ties by figure id). @throws ENCODER_MISMATCH */
  nearestImages(vector: Float32Array, limit: number, filter?: StoreFilter): Promise<ScoredFigure[]>
  /**
   * Figures whose captions hold words of the text, about the best `limit` by BM25 of the store's own; null where there is
   * no text index, so that all captions have to be read.
   */
  matchCaptions(text: string, limit: number, filter?: StoreFilter): Promise<Figure[] | null>
  /** All vectors of one side in blocks of `rows` rows (the last one may be smaller), in no given order. */
  vectorBlocks(side: VectorSide, rows: number, filter?: StoreFilter): AsyncIterable<VectorBlock>
  /** Caption vectors by figure id; unknown ids are absent from the map. */
  captionVectors(ids: readonly string[]): Promise<Map<string, Float32Array>>
  /** Image vectors by figure id; unknown ids are absent from the map. */
  imageVectors(ids: readonly string[]): Promise<Map<string, Float32Array>>
  /** Records by figure id, retracted ones too; unknown ids are absent from the map. */
  figuresById(ids: readonly string[]): Promise<Map<string, Figure>>
  /** Which of these figures the next `upsert` need not bring again: written here, or by one that was interrupted. */
  written(ids: readonly string[]): Promise<Set<string>>
  /** Every row, retracted ones too, a page at a time, in figure-id order. */
  scan(pageSize?: number): AsyncIterable<Figure>
  /** Counts per value, in the order of the values; the next page comes `after` the last value of this one. */
  facets(field: FacetField, page?: FacetPage): Promise<FacetCount[]>
  lexicalStatistics(): Promise<LexicalStatistics>
}

export interface FacetPage {
  filter?: StoreFilter
  after?: string
  /** Default 100. */
  limit?: number
}

export interface StoreOptions {
  /** Local folder of the index. */
  folder: string
  /** Under this name all machines find the index on a server; local stores need none. */
  name?: string
  encoderId: string
  dim: number
}

export interface StoreDefinition {
  id: string
  title: string
  /** True when the rows are on a server that must be running. */
  server?: boolean
  /** Opens (or makes) the index in `folder`. @throws ENCODER_MISMATCH when the folder holds another encoder's index */
  open(options: StoreOptions): Promise<VectorStore>
}
