export { bagSizes, buildReferenceSet, type ReferenceOptions, type ReferenceSet } from './build.ts'
export { clusterSelection } from './clusterSelection.ts'
export { herding } from './herding.ts'
export { SIPHON_SPLITS, type SiphonRatio, type SiphonSplit, siphonRatio } from './siphon.ts'
