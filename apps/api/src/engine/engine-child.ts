/** The engine process: keeps models and indexes open and answers searches, so that the API never loads TensorFlow.js. */
import { loadBackend } from '@anamnesis/core/backend'
import { AnamnesisError, toAnamnesisError } from '@anamnesis/core/contracts'
import { type Encoder, modelEncoder } from '@anamnesis/core/embed'
import { corpusFolder, openCorpus } from '@anamnesis/core/importers'
import { loadModel, readModelInfo } from '@anamnesis/core/model'
import { indexHealth, isIndexed, openIndex, retrieve } from '@anamnesis/core/retrieve'
import type { VectorStore } from '@anamnesis/core/stores'
import { indexRoot, modelFolder } from '../services/folders.ts'
import { findLeaks } from './leaks.ts'
import type { EngineJobs, FromEngine, IndexOf, JobKind, ToEngine } from './protocol.ts'
import { replayed } from './replay.ts'

type Job<K extends JobKind> = (
  request: EngineJobs[K]['request'],
  onProgress: (progress: { done: number; total: number }) => void,
) => Promise<EngineJobs[K]['result']>

/** Figures that a search saw and did not keep, listed with the reason. */
const EXPLAINED = 60

const encoders = new Map<string, Promise<Encoder>>()
const indexes = new Map<string, Promise<VectorStore>>()

function encoderOf(request: IndexOf): Promise<Encoder> {
  return once(encoders, `${request.home}/${request.modelId}`, async () => {
    await loadBackend({ id: request.backend })
    const { model, tokenizer, encoderId } = await loadModel(modelFolder(request.home, request.modelId))
    return modelEncoder(model, tokenizer, encoderId)
  })
}

/** Opens the index; cheap, so a missing one is told before the model is loaded. */
async function indexOf(request: IndexOf): Promise<VectorStore> {
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

const jobs: { [K in JobKind]: Job<K> } = {
  async search(request) {
    const store = await indexOf(request)
    const encoder = await encoderOf(request)
    const { question, k, perCaption, mode, filter } = request
    return retrieve(question, { store, encoder, k, perCaption, mode, filter, explainDropped: EXPLAINED })
  },

  async similar(request) {
    const { like, k, filter } = request
    const store = await indexOf(request)
    const started = performance.now()
    const own = 'figureId' in like ? like.figureId : null
    const vector = 'figureId' in like ? await imageVectorOf(store, like.figureId) : await encoded(request, like.image)
    const found = await store.nearestImages(vector, k + 1, filter)
    return {
      hits: found.filter(({ figure }) => figure.id !== own).slice(0, k),
      indexVersion: await store.version(),
      encoderId: store.encoderId,
      store: store.kind,
      exact: store.exact,
      milliseconds: performance.now() - started,
    }
  },

  async facets(request) {
    const store = await indexOf(request)
    const { fields, limit, filter } = request
    const counts = await Promise.all(fields.map((field) => store.facets(field, { filter, limit })))
    return Object.fromEntries(fields.map((field, i) => [field, counts[i]!]))
  },

  async vectors(request) {
    const store = await indexOf(request)
    const { figureId } = request
    const image = await imageVectorOf(store, figureId)
    const caption = (await store.captionVectors([figureId])).get(figureId)!
    return { encoderId: store.encoderId, caption: [...caption], image: [...image] }
  },

  async replay(request) {
    return replayed(request, await indexOf(request))
  },

  async leaks(request, onProgress) {
    return findLeaks(request, await indexOf(request), () => encoderOf(request), onProgress)
  },

  async health(request) {
    return indexHealth(await indexOf(request))
  },
}

async function encoded(request: IndexOf, image: Uint8Array): Promise<Float32Array> {
  const encoder = await encoderOf(request)
  return (await encoder.encodeImages([image])).data
}

async function imageVectorOf(store: VectorStore, figureId: string): Promise<Float32Array> {
  const vector = (await store.imageVectors([figureId])).get(figureId)
  if (vector) return vector
  throw new AnamnesisError('NOT_FOUND', `The index has no figure "${figureId}".`, { field: 'figure' })
}

const tell = (message: FromEngine) => process.send?.(message)

process.on('message', ({ id, kind, request }: ToEngine) => {
  const job = jobs[kind] as Job<JobKind>
  job(request, (progress) => tell({ id, progress })).then(
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
