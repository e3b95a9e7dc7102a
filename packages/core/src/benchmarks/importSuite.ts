import type { OnProgress } from '../contracts/index.ts'
import { type CorpusInfo, type DatasetInfo, storedCorpora, storedDatasets, storeSource } from '../importers/index.ts'
import { findSuite } from './registry.ts'
import type { SuiteDefinition } from './suite.ts'

export interface ImportSuiteOptions {
  /** Folder of all state; tasks go to `datasets/<id>`, the corpus to `corpora/<id>`. */
  home: string
  /** Folder of the real packs; null where there is none. */
  testData: string | null
  onProgress?: OnProgress
  skipCorrupt?: boolean
  /** Make everything again, also what is there from the same source. */
  again?: boolean
}

export interface ImportedPart {
  info: DatasetInfo | CorpusInfo
  /** False when exactly this source was there before. */
  written: boolean
}

/**
 * Makes every task and the corpus of a suite that is not there yet; what is there from the same source stays as it is.
 * @throws UNKNOWN_SUITE, MISSING_DATA and the errors of the importers; parts that were complete before the error stay
 */
export async function importSuite(suiteId: string, options: ImportSuiteOptions): Promise<ImportedPart[]> {
  return importDefinition(findSuite(suiteId), options)
}

/** The same for a definition that need not be in the registry. */
export async function importDefinition(suite: SuiteDefinition, options: ImportSuiteOptions): Promise<ImportedPart[]> {
  const { home, testData, ...store } = options
  const parts: ImportedPart[] = []
  for (const taskId of suite.taskIds) parts.push(await storeSource(home, await suite.openTask(taskId, testData), store))
  parts.push(await storeSource(home, await suite.openCorpus(testData), store))
  return parts
}

/** What a suite still lacks below `home`; both empty when a run can start. */
export async function missingParts(
  suite: SuiteDefinition,
  home: string,
): Promise<{ taskIds: string[]; corpusId: string | null }> {
  const tasks = new Set((await storedDatasets(home)).map((info) => info.task.id))
  const corpora = new Set((await storedCorpora(home)).map((info) => info.id))
  return {
    taskIds: suite.taskIds.filter((id) => !tasks.has(id)),
    corpusId: corpora.has(suite.corpusId) ? null : suite.corpusId,
  }
}
