export { type Corpus, type CorpusInfo, openCorpus, writeCorpus } from './corpus.ts'
export { type Dataset, type DatasetInfo, type OpenOptions, openDataset, type Share, writeDataset } from './dataset.ts'
export { corpusFolder, datasetFolder, storedCorpora, storedDatasets, storeSource } from './home.ts'
export type { ImporterDefinition, ImportOptions, OpenedSource } from './importer.ts'
export { openPhantomFigures, openPhantomTask, phantoms } from './phantom/index.ts'
export { findImporter, importers } from './registry.ts'
export {
  openSyntheticFigures,
  openSyntheticTask,
  syntheticCorpusId,
  syntheticTaskIds,
  type Topology,
} from './synthetic/index.ts'
export { taskCaption } from './taskCaptions.ts'
