import type { BackendId } from '@anamnesis/core/backend'
import type { Bag, Figure, LicenceGroup, RetrievalResult } from '@anamnesis/core/contracts'
import type { ReplayChanges, RetrievalRecord, SetComparison } from '@anamnesis/core/reference'
import type { IndexHealth, RetrievalMode } from '@anamnesis/core/retrieve'
import type { FacetCount, FacetField, StoreFilter } from '@anamnesis/core/stores'

/** An index that the engine process opens. */
export interface IndexOf {
  home: string
  corpusId: string
  modelId: string
  store: string
  backend: BackendId
}

export interface Filter extends StoreFilter {
  modalities?: string[]
  anatomies?: string[]
  licenceGroups?: LicenceGroup[]
  articles?: string[]
  leaveOut?: string[]
}

export interface SearchRequest extends IndexOf {
  question: string
  k: number
  perCaption: number
  mode?: RetrievalMode
  filter: Filter
}

/** More like a figure of the corpus, or like an uploaded image (JPEG or PNG bytes). */
interface SimilarRequest extends IndexOf {
  like: { figureId: string } | { image: Uint8Array }
  k: number
  filter: Filter
}

export interface SimilarResult {
  hits: { figure: Figure; score: number }[]
  indexVersion: string
  encoderId: string
  store: string
  exact: boolean
  milliseconds: number
}

interface FacetsRequest extends IndexOf {
  fields: FacetField[]
  limit: number
  filter: Filter
}

interface VectorRequest extends IndexOf {
  figureId: string
}

export interface FigureVectors {
  encoderId: string
  caption: number[]
  image: number[]
}

export interface ReplayRequest extends IndexOf {
  folder: string
  task: number
  changes: ReplayChanges
  persistence: number
  /** Pairs and changed figures that are given back; the counts are complete. */
  shown: number
}

export interface SetSide {
  settings: RetrievalRecord['settings']
  size: number
  bags: Record<Bag, number>
  modalities: { modality: string; count: number }[]
  indexVersion: string
  store: string
  milliseconds: number
}

export interface ShownPair {
  figure: Figure
  bag: Bag
  question: string
  rank: number
  dense: number | null
  visual: number
  lexical: number | null
}

export interface ReplayResult extends Omit<SetComparison, 'added' | 'removed'> {
  questions: number
  before: SetSide
  after: SetSide
  added: number
  removed: number
  addedPairs: ShownPair[]
  removedPairs: ShownPair[]
}

export interface LeaksRequest extends IndexOf {
  taskIds: string[]
  similarity: number
  distance: number
}

export interface Suspect {
  taskId: string
  sampleId: string
  /** Place in the test split. */
  sampleIndex: number
  figureId: string
  similarity: number
  distance: number
}

export interface LeaksResult {
  suspects: Suspect[]
  /** Test images of each task, in the order of the request. */
  images: { taskId: string; images: number }[]
  encoderId: string
  indexVersion: string
}

/** Everything that the engine process does: what is asked, and what comes back. */
export interface EngineJobs {
  search: { request: SearchRequest; result: RetrievalResult }
  similar: { request: SimilarRequest; result: SimilarResult }
  facets: { request: FacetsRequest; result: Record<string, FacetCount[]> }
  vectors: { request: VectorRequest; result: FigureVectors }
  replay: { request: ReplayRequest; result: ReplayResult }
  leaks: { request: LeaksRequest; result: LeaksResult }
  health: { request: IndexOf; result: IndexHealth }
}
export type JobKind = keyof EngineJobs

export type ToEngine = { [K in JobKind]: { id: number; kind: K; request: EngineJobs[K]['request'] } }[JobKind]
export type FromEngine =
  | { id: number; result: EngineJobs[JobKind]['result'] }
  | { id: number; progress: { done: number; total: number } }
  | { id: number; error: { code: string; message: string; field: string | null } }
