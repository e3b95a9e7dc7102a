export { type Corpus, type CorpusInfo, openCorpus, writeCorpus } from './corpus.ts'
export { type Dataset, type DatasetInfo, type OpenOptions, openDataset, type Share, writeDataset } from './dataset.ts'
export { corpusFolder, datasetFolder, storedCorpora, storedDatasets, storeSource } from './home.ts'
export type { ImporterDefinition, ImportOptions, OpenedSource } from './importer.ts'
export type { ImportReport } from './importReport.ts'
export { parseJats } from './jats/parser.ts'
export { medMnistTask } from './medmnist/importer.ts'
export { medMnistSets } from './medmnist/sets.ts'
export { naturalImages } from './naturalImages.ts'
export { openPhantomFigures, openPhantomTask, phantoms } from './phantom/index.ts'
export { ACCESS_WORDS, taskOf } from './public/definition.ts'
export { publicDatasets } from './public/registry.ts'
export { findImporter, importers, recogniseLiterature } from './registry.ts'
export {
  openSyntheticFigures,
  openSyntheticTask,
  syntheticCorpusId,
  syntheticTaskIds,
  type Topology,
} from './synthetic/index.ts'
export { readTar } from './tar.ts'
export { taskCaption } from './taskCaptions.ts'
