export { type ImportedPart, type ImportSuiteOptions, importSuite, missingParts } from './importSuite.ts'
export { publishedRows } from './published/index.ts'
export {
  CONFIDENCES,
  type Confidence,
  PUBLISHED_TABLES,
  type PublishedRow,
  type PublishedTable,
} from './published/row.ts'
export { findOrder, findSuite, suites } from './registry.ts'
export { orderHash, type SuiteDefinition, type SuiteOrder } from './suite.ts'
export { syntheticSuite } from './synthetic.ts'
