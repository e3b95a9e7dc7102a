export { openSyntheticFigures, planFigures, syntheticCorpusId } from './figures.ts'
export { vectorOf } from './picture.ts'
export { openSyntheticTask, syntheticTaskIds } from './tasks.ts'
export { makeWorld, TOPOLOGIES, type Topology } from './topology.ts'
