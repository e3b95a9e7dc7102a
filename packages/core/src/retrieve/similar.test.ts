import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadBackend } from '../backend/index.ts'
import { figure } from '../contracts/index.ts'
import { storeById, type VectorStore } from '../stores/index.ts'
import { reciprocalRankFusion } from './fusion.ts'
import { indexCorpus, openIndex, retrieveMany, similarToFigure, similarToVector } from './index.ts'
import { DOMAINS, SyntheticEncoder, syntheticCorpus } from './synthetic.fixture.ts'

const encoder = new SyntheticEncoder()
const { source, truth } = syntheticCorpus(600)
let root: string
let store: VectorStore
let lance: VectorStore
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anamnesis-similar-'))
  const open = (kind: string) =>
    openIndex({ root, corpus: { id: 'synthetic', digest: source.digest }, encoder, store: kind })
  store = await open('exact')
  lance = await open('lancedb')
  for (const each of [store, lance]) await indexCorpus({ corpus: source, encoder, store: each })
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await lance[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

it('finds images like that of a figure, without itself, and says on what index', async () => {
  const [first] = [...truth.keys()]
  const { hits, indexVersion, exact } = await similarToFigure(first!, { store, k: 10 })
  expect(hits.map((hit) => hit.figure.id)).not.toContain(first)
  expect(hits.map((hit) => hit.rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(hits.every((hit) => truth.get(hit.figure.id) === truth.get(first!))).toBe(true)
  expect({ indexVersion, exact }).toEqual({ indexVersion: await store.version(), exact: true })
  const { hits: other } = await similarToFigure(first!, { store: lance, k: 10 })
  expect(other).toEqual(hits)
  await expect(similarToFigure('nobody', { store })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('finds figures near an encoded image, within a filter, and refuses another encoder', async () => {
  const { data } = await encoder.encodeTexts(['CT cyst liver'])
  const query = { encoderId: encoder.id, vector: data }
  const { hits } = await similarToVector(query, { store, side: 'caption', k: 5, filter: { modalities: ['MRI'] } })
  expect(hits.map((hit) => hit.figure.modality)).toEqual(Array(5).fill('MRI'))
  expect(hits[0]!.dense!.rank).toBe(1)
  await expect(similarToVector({ ...query, encoderId: 'x@1' }, { store })).rejects.toMatchObject({
    code: 'ENCODER_MISMATCH',
  })
})

it('fuses ranks by hand', () => {
  const scored = (id: string, score: number) => ({ figure: figure.parse({ id, caption: id }), score })
  const fused = reciprocalRankFusion([
    [scored('a', 0.9), scored('b', 0.9), scored('c', 0.1)],
    [scored('c', 7), scored('d', 3)],
  ])
  expect(fused.map(({ figure: { id } }) => id)).toEqual(['c', 'a', 'b', 'd'])
  expect(fused[0]!.score).toBeCloseTo(1 / 63 + 1 / 61, 12)
  expect(fused[1]!.score).toBeCloseTo(1 / 61, 12)
})

it('reports both ranks and the constant of a hybrid retrieval', async () => {
  const options = { store, encoder, k: 10, mode: 'hybrid', explainDropped: 5 } as const
  const [result] = await retrieveMany(['A CT photo of cyst in the liver'], options)
  expect(result!.rankConstant).toBe(60)
  for (const { dense, lexical, fused } of result!.hits) {
    const parts = [dense, lexical].map((stage) => (stage ? 1 / (60 + stage.rank) : 0))
    expect(fused!.score).toBeCloseTo(parts[0]! + parts[1]!, 12)
  }
  expect(result!.hits.some(({ dense, lexical }) => dense && lexical)).toBe(true)
  expect(result!.dropped.map(({ dropped }) => dropped)).toEqual(Array(5).fill('limit'))
})

it('answers many questions in one pass as one by one, and takes vectors in place of texts', async () => {
  await loadBackend()
  const texts = DOMAINS.flatMap((domain) =>
    ['cyst', 'inflammation', 'haemorrhage'].map((f) => `A ${domain} photo of ${f}`),
  )
  const { data, dim, encoderId } = await encoder.encodeTexts(texts)
  for (const mode of ['layered', 'dense', 'hybrid'] as const) {
    const options = { encoder, k: 12, mode } as const
    const together = await retrieveMany(texts, { ...options, store })
    const vectors = texts.map((text, i) => ({ text, encoderId, vector: data.subarray(i * dim, (i + 1) * dim) }))
    for (const [i, question] of vectors.entries()) {
      const [alone] = await retrieveMany([question], { ...options, store })
      expect({ ...together[i], time: null }).toEqual({ ...alone, time: null })
    }
    const forced = await retrieveMany(texts.slice(0, 2), { ...options, store: lance, exact: true })
    expect(forced.map(({ hits }) => hits)).toEqual(together.slice(0, 2).map(({ hits }) => hits))
  }
})

it('says why a figure was left out: its licence, its retraction or another filter', async () => {
  await using small = await storeById('exact').open({ folder: join(root, 'small'), encoderId: encoder.id, dim: 64 })
  const { data } = await encoder.encodeTexts(['CT liver'])
  const row = (id: string, about: object) => ({
    figure: figure.parse({ id, caption: `CT liver ${id}`, modality: 'CT', licenceGroup: 'commercial', ...about }),
    captionVector: data,
    imageVector: data,
  })
  const rows = [
    row('a', {}),
    row('b', { licenceGroup: 'other' }),
    row('c', { retracted: true }),
    row('d', { modality: 'MRI' }),
  ]
  await small.upsert(rows)
  const filter = { licenceGroups: ['commercial' as const], modalities: ['CT'] }
  const [result] = await retrieveMany(['CT liver'], { store: small, encoder, k: 5, filter, explainDropped: 10 })
  expect(result!.hits.map((hit) => hit.figure.id)).toEqual(['a'])
  const reasons = Object.fromEntries(result!.dropped.map((hit) => [hit.figure.id, hit.dropped]))
  expect(reasons).toEqual({ b: 'licence', c: 'retracted', d: 'filter' })
})
