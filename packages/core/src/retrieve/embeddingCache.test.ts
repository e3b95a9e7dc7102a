import { appendFile, mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FigureRecord } from '../contracts/index.ts'
import { cachedEncoder, EmbeddingCache } from './embeddingCache.ts'
import { indexCorpus, openIndex } from './index.ts'
import { SyntheticEncoder, SyntheticSource, syntheticCorpus } from './synthetic.fixture.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anamnesis-embeddings-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

it('encodes a text or an image once, also after it was opened again, and tells both apart', async () => {
  const encoder = new SyntheticEncoder()
  const text = 'CT#1'
  const image = new TextEncoder().encode(text)
  {
    await using cache = await EmbeddingCache.open(folder, encoder)
    const cached = cachedEncoder(encoder, cache)
    const plain = await new SyntheticEncoder().encodeTexts([text, 'MRI'])
    expect(await cached.encodeTexts([text, 'MRI'])).toEqual(plain)
    expect(await cached.encodeTexts(['MRI', text])).toMatchObject({ encoderId: encoder.id, dim: encoder.dim })
    await cached.encodeImages([image])
    expect([encoder.texts, encoder.images, cache.size]).toEqual([2, 1, 3])
  }
  await using cache = await EmbeddingCache.open(folder, encoder)
  const again = await cachedEncoder(encoder, cache).encodeTexts(['fundus', text])
  expect(encoder.texts).toBe(3)
  expect(again).toEqual(await new SyntheticEncoder().encodeTexts(['fundus', text]))
})

it('keeps encoders apart and refuses vectors of another one', async () => {
  const [one, other] = [new SyntheticEncoder('one@000000000000'), new SyntheticEncoder('other@00000000000')]
  await using first = await EmbeddingCache.open(folder, one)
  await using second = await EmbeddingCache.open(folder, other)
  await cachedEncoder(one, first).encodeTexts(['a'])
  await cachedEncoder(other, second).encodeTexts(['a'])
  expect(other.texts).toBe(1)
  await expect(first.put(['b'], await other.encodeTexts(['b']))).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' })
})

it('ignores a tail that was written by half, and goes on', async () => {
  const encoder = new SyntheticEncoder()
  const vectors = join(folder, encoder.id, 'vectors.f32')
  {
    await using cache = await EmbeddingCache.open(folder, encoder)
    await cachedEncoder(encoder, cache).encodeTexts(['a', 'b', 'c'])
  }
  await truncate(vectors, 2 * 4 * encoder.dim + 12)
  await appendFile(join(folder, encoder.id, 'keys.u32'), new Uint8Array(3))
  await using cache = await EmbeddingCache.open(folder, encoder)
  expect(cache.size).toBe(2)
  const found = await cachedEncoder(encoder, cache).encodeTexts(['c', 'a', 'd', 'b'])
  expect(found).toEqual(await new SyntheticEncoder().encodeTexts(['c', 'a', 'd', 'b']))
  expect([encoder.texts, cache.size]).toEqual([5, 4])
})

it('shows what another process added', async () => {
  const encoder = new SyntheticEncoder()
  await using mine = await EmbeddingCache.open(folder, encoder)
  await using theirs = await EmbeddingCache.open(folder, encoder)
  await cachedEncoder(encoder, theirs).encodeTexts(['a', 'b'])
  await cachedEncoder(encoder, mine).encodeTexts(['b', 'c'])
  expect(mine.size).toBe(3)
  await cachedEncoder(encoder, mine).encodeTexts(['a', 'b', 'c'])
  expect(encoder.texts).toBe(4)
})

it('encodes only what is new when a corpus changed', async () => {
  const { source } = syntheticCorpus(300)
  const index = async (corpus: SyntheticSource, store: string) => {
    const encoder = new SyntheticEncoder()
    await using index = await openIndex({
      root: folder,
      corpus: { id: 'grows', digest: corpus.digest },
      encoder,
      store,
    })
    const { indexVersion } = await indexCorpus({ corpus, encoder, store: index, cacheRoot: folder })
    return { indexVersion, images: encoder.images, texts: encoder.texts }
  }
  const records: FigureRecord[] = []
  for await (const record of source.figures()) records.push(record)
  const first = await index(new SyntheticSource(records.slice(0, 280), 'a'.repeat(64)), 'exact')
  expect(first.images).toBe(280)
  const second = await index(new SyntheticSource(records, 'b'.repeat(64)), 'exact')
  expect(second.images).toBe(20)
  expect(second.texts).toBeLessThanOrEqual(20)
  const third = await index(new SyntheticSource(records, 'b'.repeat(64)), 'lancedb')
  expect(third).toEqual({ indexVersion: second.indexVersion, images: 0, texts: 0 })
})
