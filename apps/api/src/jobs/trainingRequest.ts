import { isAbsolute, join, relative } from 'node:path'
import { findOrder, findSuite } from '@anamnesis/core/benchmarks'
import type { NewEvent, RunConfig } from '@anamnesis/core/contracts'
import { corpusFolder, datasetFolder } from '@anamnesis/core/importers'
import { methodById } from '@anamnesis/core/methods'
import { defaultStore } from '@anamnesis/core/stores'
import type { TrainingRequest } from '@anamnesis/core/train'
import type { RunRow } from '../db/client.ts'
import { indexRoot, modelFolder, retrievalFolder, runFolder } from '../services/folders.ts'

/** The store that indexes are made in. */
export const INDEX_STORE = defaultStore()

/** Everything the training process needs for a run. @param checkpoint folder below `home`, null to start at the first task @param leaveOut recalled figures of its corpus */
export function trainingRequest(
  run: Pick<RunRow, 'id' | 'config'>,
  home: string,
  backend: TrainingRequest['backend'],
  checkpoint: string | null,
  leaveOut: string[] = [],
): TrainingRequest {
  const config = run.config as RunConfig
  const suite = findSuite(config.suite)
  const reads = methodById(config.method).reference !== 'none'
  return {
    config,
    taskFolders: findOrder(suite, config.order).taskIds.map((id) => datasetFolder(home, id)),
    exclude: suite.exclude ?? null,
    modelFolder: modelFolder(home, config.model ?? suite.modelId),
    corpusFolder: reads ? corpusFolder(home, suite.corpusId) : null,
    indexFolder: reads ? indexRoot(home) : null,
    store: INDEX_STORE,
    checkpointFolder: join(runFolder(home, run.id), 'checkpoints'),
    retrievalFolder: retrievalFolder(home, run.id),
    leaveOut,
    resumeFrom: checkpoint === null ? null : isAbsolute(checkpoint) ? checkpoint : join(home, checkpoint),
    backend,
    threads: null,
  }
}

/** Stored paths count from the folder of all state: it may be moved, and clients need not know where it is. */
export function relativeToHome(event: NewEvent, home: string): NewEvent {
  if (event.type !== 'checkpoint.saved') return event
  const path = relative(home, event.payload.path)
  return path.startsWith('..') ? event : { ...event, payload: { ...event.payload, path } }
}
