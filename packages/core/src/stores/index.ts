export { cosine, roundScore } from './cosine.ts'
export { elasticsearchStoreWith } from './elasticsearch/index.ts'
export { elasticsearchSettings } from './elasticsearch/settings.ts'
export { withFileLock } from './fileLock.ts'
export { matches } from './filter.ts'
export { defaultStore, storeById, stores } from './registry.ts'
export type {
  FacetCount,
  FacetField,
  FacetPage,
  IndexRow,
  LexicalStatistics,
  ScoredFigure,
  StoreDefinition,
  StoreFilter,
  StoreOptions,
  VectorBlock,
  VectorSide,
  VectorStore,
} from './store.ts'
export { FACET_FIELDS } from './store.ts'
export { captionKey, terms } from './terms.ts'
export { writeWhole } from './writeWhole.ts'
