/** The engine process: keeps models and indexes open and answers searches, so that the API never loads TensorFlow.js. */
import { loadBackend } from '@anamnesis/core/backend'
import { AnamnesisError, type RetrievalResult, toAnamnesisError } from '@anamnesis/core/contracts'
import { type Encoder, modelEncoder } from '@anamnesis/core/embed'
import { corpusFolder, openCorpus } from '@anamnesis/core/importers'
import { loadModel, readModelInfo } from '@anamnesis/core/model'
import { isIndexed, openIndex, retrieve } from '@anamnesis/core/retrieve'
import type { VectorStore } from '@anamnesis/core/stores'
import { indexRoot, modelFolder } from '../services/folders.ts'
import type { FromEngine, SearchRequest, ToEngine } from './protocol.ts'

const encoders = new Map<string, Promise<Encoder>>()
const indexes = new Map<string, Promise<VectorStore>>()

function encoderOf(request: SearchRequest): Promise<Encoder> {
  return once(encoders, `${request.home}/${request.modelId}`, async () => {
    await loadBackend({ id: request.backend })
    const { model, tokenizer, encoderId } = await loadModel(modelFolder(request.home, request.modelId))
    return modelEncoder(model, tokenizer, encoderId)
  })
}

/** Opens the index; cheap, so a missing one is told before the model is loaded. */
async function indexOf(request: SearchRequest): Promise<VectorStore> {
  const { home, corpusId, modelId, store } = request
  const model = await readModelInfo(modelFolder(home, modelId))
  const encoder = { id: model.encoderId, dim: model.config.embedding }
  await using corpus = await openCorpus(corpusFolder(home, corpusId))
  const { info } = corpus
  return once(indexes, [home, corpusId, info.digest, encoder.id, store].join('/'), async () => {
    const opened = await openIndex({ root: indexRoot(home), corpus: info, encoder, store })
    if (await isIndexed(opened, info)) return opened
    await opened[Symbol.asyncDispose]()
    throw new AnamnesisError(
      'MISSING_DATA',
      `Corpus "${corpusId}" is not indexed (yet) in store "${store}". Its first run that retrieves makes the index; the demo corpus is indexed while the product starts for the first time.`,
      { field: 'corpus' },
    )
  })
}

function once<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let value = map.get(key)
  if (!value) {
    value = make()
    map.set(key, value)
    value.catch(() => map.delete(key))
  }
  return value
}

async function search(request: SearchRequest): Promise<RetrievalResult> {
  const store = await indexOf(request)
  const encoder = await encoderOf(request)
  const { question, k, perCaption, filter } = request
  return retrieve(question, { store, encoder, k, perCaption, filter })
}

const tell = (message: FromEngine) => process.send?.(message)

process.on('message', ({ id, request }: ToEngine) => {
  search(request).then(
    (result) => tell({ id, result }),
    (error) => {
      const { code, message, field } = toAnamnesisError(error)
      if (code === 'INTERNAL') console.error(error)
      tell({ id, error: { code, message, field } })
    },
  )
})
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => undefined)
