import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AnamnesisError, type FigureRecord, type OnProgress } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import { type IndexRow, storeById, type VectorStore, withFileLock, writeWhole } from '../stores/index.ts'
import { cachedEncoder, EmbeddingCache } from './embeddingCache.ts'
import { measureHonesty, questionProbes } from './honesty.ts'

const FILE = 'index.json'
/** Figures that are decoded and encoded together. */
const BATCH = 64
/** Captions whose vectors are kept: panels of one figure share a caption, and must share its vector exactly. */
const KEPT_CAPTIONS = 4_096

const mark = z.object({
  corpusDigest: z.string(),
  encoderId: z.string(),
  figures: z.number().int(),
  /** Empty until the index is complete. */
  indexVersion: z.string(),
})

/** What indexing needs of an imported corpus. */
export interface CorpusSource {
  /** Changes when figures change. */
  digest: string
  size: number
  figures(): AsyncIterable<FigureRecord>
}

export interface IndexReport {
  figures: number
  /** Figures added now; the others were there already. */
  encoded: number
  indexVersion: string
  milliseconds: number
}

/**
 * Opens the index that belongs to this corpus content, encoder and kind of store; it is empty when new.
 * @param options.version the content that a run was pinned to @throws MISSING_DATA when the store keeps it no more
 */
export async function openIndex(options: {
  root: string
  corpus: { id: string; digest: string }
  encoder: { id: string; dim: number }
  store?: string
  version?: string
}): Promise<VectorStore> {
  const { root, corpus, encoder, store = 'lancedb', version } = options
  const content = `${corpus.id}-${corpus.digest.slice(0, 12)}`
  const folder = join(root, content, encoder.id, store)
  const name = `${content} ${encoder.id}`
  const opened = await storeById(store).open({ folder, name, encoderId: encoder.id, dim: encoder.dim })
  if (version === undefined || (await opened.show(version))) return opened
  await opened[Symbol.asyncDispose]()
  throw new AnamnesisError(
    'MISSING_DATA',
    `The index of corpus "${corpus.id}" in store "${store}" does not hold version ${version} any more. Use the version that is there, or index that corpus again.`,
  )
}

/** True when the store holds all of this corpus. */
export async function isIndexed(store: VectorStore, corpus: { digest: string }): Promise<boolean> {
  const found = await readMark(store)
  return (
    found !== null &&
    found.corpusDigest === corpus.digest &&
    found.indexVersion !== '' &&
    found.figures === (await store.count()) &&
    found.indexVersion === (await store.version())
  )
}

/** What stands in the folder of an open store now, where that is another content than the store shows; otherwise null. */
export async function changedVersion(store: VectorStore): Promise<string | null> {
  const written = (await readMark(store))?.indexVersion ?? ''
  return written === '' || written === (await store.version()) ? null : written
}

/**
 * Encodes every figure's caption and image into the store, a batch at a time. Does nothing when the store already
 * holds this corpus, and goes on where an interrupted indexing stopped. With `cacheRoot` (the root of the indexes) vectors
 * of texts and images that this encoder met before are taken from its cache. An approximate index is measured at the end.
 * @throws ENCODER_MISMATCH, CORRUPT_IMAGE, CONFLICT (the folder belongs to another corpus), STOPPED
 */
export async function indexCorpus(options: {
  corpus: CorpusSource
  encoder: Encoder
  store: VectorStore
  cacheRoot?: string
  onProgress?: OnProgress
  signal?: AbortSignal
}): Promise<IndexReport> {
  const { corpus, encoder, store, signal } = options
  const started = performance.now()
  if (encoder.id !== store.encoderId) {
    throw new AnamnesisError(
      'ENCODER_MISMATCH',
      `The index in ${store.folder} belongs to encoder ${store.encoderId}, not to ${encoder.id}.`,
    )
  }
  let encoded = 0
  if (!(await isIndexed(store, corpus))) {
    encoded = await withFileLock(join(store.folder, 'index.lock'), () => encodeCached(options), signal)
    if (!store.exact) await measureHonesty(store, { probes: await questionProbes(encoder) })
  }
  return {
    figures: await store.count(),
    encoded,
    indexVersion: await store.version(),
    milliseconds: performance.now() - started,
  }
}

async function encodeCached(options: Parameters<typeof indexCorpus>[0]): Promise<number> {
  const { cacheRoot, encoder } = options
  if (cacheRoot === undefined) return encodeMissing(options)
  await using cache = await EmbeddingCache.open(join(cacheRoot, 'embeddings'), encoder)
  return await encodeMissing({ ...options, encoder: cachedEncoder(encoder, cache) })
}

/** @returns number of figures encoded; 0 when another process finished the index meanwhile */
async function encodeMissing(options: Parameters<typeof indexCorpus>[0]): Promise<number> {
  const { corpus, encoder, store, onProgress, signal } = options
  await store.refresh()
  if (await isIndexed(store, corpus)) return 0
  const found = await readMark(store)
  if (found !== null && found.corpusDigest !== corpus.digest) {
    throw new AnamnesisError(
      'CONFLICT',
      `The index in ${store.folder} was made from another version of the corpus. Delete that folder or use another one.`,
    )
  }
  const mark = { corpusDigest: corpus.digest, encoderId: encoder.id }
  await writeMark(store, { ...mark, figures: corpus.size, indexVersion: '' })
  let encoded = 0
  const rows = async function* (): AsyncIterable<IndexRow> {
    const encodeBatch = figureEncoder(encoder)
    let done = 0
    for await (const batch of inBatches(corpus.figures())) {
      if (signal?.aborted) throw new AnamnesisError('STOPPED', 'Indexing was stopped; it goes on at the next start.')
      const there = await store.written(batch.map(({ figure }) => figure.id))
      const missing = batch.filter(({ figure }) => !there.has(figure.id))
      if (missing.length > 0) yield* await encodeBatch(missing)
      encoded += missing.length
      done += batch.length
      onProgress?.({ what: 'Indexing figures', done, total: corpus.size })
    }
  }
  await store.upsert(rows())
  await writeMark(store, { ...mark, figures: await store.count(), indexVersion: await store.version() })
  return encoded
}

/** Encodes figures; a caption that came before keeps the vector it had. */
function figureEncoder(encoder: Encoder): (records: readonly FigureRecord[]) => Promise<IndexRow[]> {
  const captions = new Map<string, Float32Array>()
  return async (records) => {
    const fresh = [...new Set(records.map(({ figure }) => figure.caption))].filter((text) => !captions.has(text))
    if (captions.size + fresh.length > KEPT_CAPTIONS) {
      const needed = new Set(records.map(({ figure }) => figure.caption))
      for (const text of captions.keys()) if (!needed.has(text)) captions.delete(text)
    }
    if (fresh.length > 0) {
      const { data, dim } = await encoder.encodeTexts(fresh)
      for (const [i, text] of fresh.entries()) captions.set(text, data.slice(i * dim, (i + 1) * dim))
    }
    const images = await encoder.encodeImages(records.map(({ image }) => image))
    return records.map(({ figure }, i) => ({
      figure,
      captionVector: captions.get(figure.caption)!,
      imageVector: images.data.slice(i * images.dim, (i + 1) * images.dim),
    }))
  }
}

async function* inBatches(figures: AsyncIterable<FigureRecord>): AsyncIterable<FigureRecord[]> {
  let batch: FigureRecord[] = []
  for await (const record of figures) {
    batch.push(record)
    if (batch.length === BATCH) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

async function readMark(store: VectorStore): Promise<z.infer<typeof mark> | null> {
  const text = await readFile(join(store.folder, FILE), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return mark.parse(JSON.parse(text))
  } catch {
    return null // a damaged mark only means that the index is checked again
  }
}

async function writeMark(store: VectorStore, content: z.infer<typeof mark>): Promise<void> {
  await writeWhole(join(store.folder, FILE), JSON.stringify(content))
}
