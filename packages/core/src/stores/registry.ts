import { AnamnesisError } from '../contracts/index.ts'
import { elasticsearchStore } from './elasticsearch/index.ts'
import { exactStore } from './exact.ts'
import { lancedbStore } from './lancedb.ts'
import type { StoreDefinition } from './store.ts'

export const stores: readonly StoreDefinition[] = [lancedbStore, elasticsearchStore, exactStore]

/** @throws UNKNOWN_STORE */
export function storeById(id: string): StoreDefinition {
  const found = stores.find((store) => store.id === id)
  if (found === undefined) {
    const known = stores.map((store) => store.id).join(', ')
    throw new AnamnesisError('UNKNOWN_STORE', `There is no vector store "${id}". Known stores: ${known}.`, {
      field: 'store',
    })
  }
  return found
}

/** The store of indexes that are not asked for by name: the cluster where the environment names one. */
export const defaultStore = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment.ELASTICSEARCH_URL ? 'elasticsearch' : 'lancedb'
