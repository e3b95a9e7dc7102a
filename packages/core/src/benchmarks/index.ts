export { type ImportedPart, type ImportSuiteOptions, importSuite, missingParts } from './importSuite.ts'
export { findOrder, findSuite, suites } from './registry.ts'
export { orderHash, type SuiteDefinition, type SuiteOrder } from './suite.ts'
export { syntheticSuite } from './synthetic.ts'
