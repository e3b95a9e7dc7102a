import { AnamnesisError, type OnProgress } from '../contracts/index.ts'
import {
  type CorpusInfo,
  type DatasetInfo,
  type OpenedSource,
  storedCorpora,
  storedDatasets,
  storeSource,
} from '../importers/index.ts'
import { findSuite } from './registry.ts'
import type { SuiteDefinition } from './suite.ts'

export interface ImportSuiteOptions {
  /** Folder of all state; tasks go to `datasets/<id>`, the corpus to `corpora/<id>`. */
  home: string
  /** Folder of the real packs or of the fetched data sets; null where there is none. */
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
 * @throws UNKNOWN_SUITE, MISSING_DATA naming every part that is not at hand, and the errors of the importers; parts that
 * are at hand are imported all the same
 */
export async function importSuite(suiteId: string, options: ImportSuiteOptions): Promise<ImportedPart[]> {
  return importDefinition(findSuite(suiteId), options)
}

/** The same for a definition that need not be in the registry. */
export async function importDefinition(suite: SuiteDefinition, options: ImportSuiteOptions): Promise<ImportedPart[]> {
  const { home, testData, ...store } = options
  const before = await missingParts(suite, home)
  const parts: ImportedPart[] = []
  const missing: { id: string; error: AnamnesisError }[] = []
  /** A part that came from elsewhere may stay; one that is neither stored nor at hand is told at the end. */
  const bring = async (id: string, open: () => Promise<OpenedSource>, stored: boolean) => {
    try {
      parts.push(await storeSource(home, await open(), store))
    } catch (error) {
      if (!(error instanceof AnamnesisError) || error.code !== 'MISSING_DATA') throw error
      if (!stored) missing.push({ id, error })
    }
  }
  for (const taskId of suite.taskIds) {
    await bring(taskId, () => suite.openTask(taskId, testData), !before.taskIds.includes(taskId))
  }
  await bring(suite.corpusId, () => suite.openCorpus(testData), before.corpusId === null)
  const [first, ...others] = missing
  if (!first) return parts
  const also = others.length > 0 ? ` Also missing: ${others.map(({ id }) => id).join(', ')}.` : ''
  throw new AnamnesisError('MISSING_DATA', `${first.error.message}${also}`, { cause: first.error })
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
