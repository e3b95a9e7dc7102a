import type { VectorStore } from '../stores/index.ts'
import { type Honesty, readHonesty } from './honestyFile.ts'
import { indexBytes } from './indexBytes.ts'

/** An index as it is now, and how far it can be believed. */
export interface IndexHealth {
  store: string
  /** "flat", "ivf_rq", "int8_hnsw", ... */
  indexType: string
  encoderId: string
  dim: number
  /** Retracted ones too. */
  rows: number
  version: string
  /** Of the index folder; null for an index on a server. */
  bytes: number | null
  exact: boolean
  /** The honesty meter; null where this content of the index was not measured. */
  honesty: Honesty | null
}

/** Looks at an open index; searches nothing. */
export async function indexHealth(store: VectorStore): Promise<IndexHealth> {
  const [rows, version, bytes, honesty] = await Promise.all([
    store.count({ retracted: 'with' }),
    store.version(),
    indexBytes(store),
    readHonesty(store),
  ])
  const { kind, indexType, encoderId, dim, exact } = store
  return { store: kind, indexType, encoderId, dim, rows, version, bytes, exact, honesty }
}
