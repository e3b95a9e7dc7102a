import { loadBackend } from '@anamnesis/core/backend'
import { AnamnesisError, type OnProgress } from '@anamnesis/core/contracts'
import { modelEncoder } from '@anamnesis/core/embed'
import { openCorpus } from '@anamnesis/core/importers'
import { loadModel, readModelInfo } from '@anamnesis/core/model'
import { indexCorpus, isIndexed, openIndex } from '@anamnesis/core/retrieve'
import type { TrainingRequest } from '@anamnesis/core/train'

type Needs = Pick<TrainingRequest, 'corpusFolder' | 'indexFolder' | 'modelFolder' | 'store' | 'backend'>

/** Makes the index that a run reads from, unless it is there or none is needed. Goes on where an earlier attempt stopped. */
export async function ensureIndex(
  needs: Needs,
  say: (text: string) => unknown,
  stopRequested: () => boolean,
  onProgress?: OnProgress,
): Promise<void> {
  if (needs.corpusFolder === null || needs.indexFolder === null) return
  await using corpus = await openCorpus(needs.corpusFolder)
  const info = await readModelInfo(needs.modelFolder)
  await using store = await openIndex({
    root: needs.indexFolder,
    corpus: corpus.info,
    encoder: { id: info.encoderId, dim: info.config.embedding },
    store: needs.store,
  })
  if (await isIndexed(store, corpus)) return
  say(`Indexing corpus "${corpus.info.id}" (${corpus.size} figures) with encoder ${info.encoderId}.`)
  await loadBackend({ id: needs.backend })
  const { model, tokenizer, encoderId } = await loadModel(needs.modelFolder)
  const abort = new AbortController()
  const watch = setInterval(() => {
    if (stopRequested()) abort.abort()
  }, 200)
  try {
    const encoder = modelEncoder(model, tokenizer, encoderId)
    const tenths = sayTenths(say)
    const report = await indexCorpus({
      corpus,
      encoder,
      store,
      cacheRoot: needs.indexFolder,
      onProgress(progress) {
        tenths(progress)
        onProgress?.(progress)
      },
      signal: abort.signal,
    })
    say(`Indexed ${report.encoded} figures in ${Math.round(report.milliseconds / 1000)} s.`)
  } catch (error) {
    if (stopRequested()) throw new AnamnesisError('STOPPED', 'The run was stopped while its corpus was indexed.')
    throw error
  } finally {
    clearInterval(watch)
    model.dispose()
  }
}

/** Says at every tenth how far the index is. */
function sayTenths(say: (text: string) => unknown): OnProgress {
  let said = 0
  return ({ done, total }) => {
    const tenth = total ? Math.floor((done / total) * 10) : 0
    if (tenth <= said || tenth === 10) return
    said = tenth
    say(`Indexing: ${done} of ${total} figures.`)
  }
}
