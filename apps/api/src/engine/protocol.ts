import type { BackendId } from '@anamnesis/core/backend'
import type { LicenceGroup, RetrievalResult } from '@anamnesis/core/contracts'

/** A search that the engine process does. */
export interface SearchRequest {
  question: string
  home: string
  corpusId: string
  modelId: string
  store: string
  k: number
  perCaption: number
  filter: { modalities?: string[]; licenceGroups?: LicenceGroup[]; leaveOut?: string[] }
  backend: BackendId
}

export type ToEngine = { id: number; request: SearchRequest }
export type FromEngine =
  | { id: number; result: RetrievalResult }
  | { id: number; error: { code: string; message: string; field: string | null } }
