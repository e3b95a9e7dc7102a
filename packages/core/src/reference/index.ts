export { buildReferenceSet, type ReferenceOptions, type ReferenceSet } from './build.ts'
export { SIPHON_SPLITS, type SiphonRatio, type SiphonSplit, siphonRatio } from './siphon.ts'
