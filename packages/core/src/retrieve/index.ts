export { type DomainClassifier, type DomainVote, domainClassifier } from './domains.ts'
export { domainOfTask, domainOfWords } from './domainWords.ts'
export { exactLayer } from './exactLayer.ts'
export { RANK_CONSTANT, reciprocalRankFusion } from './fusion.ts'
export { captionProbes, measureHonesty, type Probe, questionProbes } from './honesty.ts'
export { type Honesty, readHonesty } from './honestyFile.ts'
export {
  type CorpusSource,
  changedVersion,
  type IndexReport,
  indexCorpus,
  isIndexed,
  openIndex,
} from './indexCorpus.ts'
export { type IndexHealth, indexHealth } from './indexHealth.ts'
export {
  RETRIEVAL_MODES,
  type RetrievalMode,
  type RetrieveOptions,
  retrieve,
  retrieveMany,
  type VectorQuestion,
} from './layered.ts'
export { labelQuestions, questionPool } from './questions.ts'
export { rankBiasedOverlap } from './rankBiasedOverlap.ts'
export { type SimilarOptions, similarToFigure, similarToVector } from './similar.ts'
export { builtInVocabulary, domainKeywords, type Vocabulary } from './vocabulary.ts'
