export { adaptiveTargets, chosenPairs, classKey, type PoolPair, type ReviewNeeds, redrawn } from './adaptive.ts'
export { askPairs, GUIDING_LICENCES } from './ask.ts'
export { bagSizes, buildReferenceSet, type ReferenceOptions, type ReferenceSet } from './build.ts'
export { clusterSelection } from './clusterSelection.ts'
export {
  coarseMargin,
  type DomainGap,
  domainGap,
  type KeywordSpread,
  keywordSpread,
  margin,
  mean,
  requiredDetail,
} from './domainGap.ts'
export { herding } from './herding.ts'
export { RecordingEncoder, type RetrievalRecord, readRetrieval, saveRetrieval } from './record.ts'
export { compareSets, type ReplayChanges, replayRetrieval, type SetComparison } from './replay.ts'
export { reviewQueue } from './reviewQueue.ts'
export { SIPHON_SPLITS, type SiphonRatio, type SiphonSplit, siphonRatio } from './siphon.ts'
