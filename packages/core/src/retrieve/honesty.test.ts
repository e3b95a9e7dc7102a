import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { figure, Random } from '../contracts/index.ts'
import { lancedbStoreWith } from '../stores/lancedb.ts'
import type { IndexRow, VectorStore } from '../stores/store.ts'
import { captionProbes, indexHealth, measureHonesty, questionProbes, readHonesty, retrieve } from './index.ts'
import { lexicalSearch } from './lexicalSearch.ts'
import { SyntheticEncoder } from './synthetic.fixture.ts'

const encoder = new SyntheticEncoder()
const WORDS = ['lung', 'nodule', 'opacity', 'liver', 'cyst', 'fracture', 'oedema', 'mass', 'the', 'of']
let folder: string
let store: VectorStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anamnesis-honesty-'))
  store = await lancedbStoreWith(500).open({ folder, encoderId: encoder.id, dim: encoder.dim })
  await store.upsert(await rows(0, 1_500))
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function rows(from: number, to: number): Promise<IndexRow[]> {
  const random = new Random(`honesty ${from}`)
  const captions = Array.from({ length: to - from }, (_, i) => {
    const words = Array.from({ length: 3 + random.int(8) }, () => random.pick(WORDS))
    return `${['CT', 'MRI', 'fundus'][i % 3]} ${words.join(' ')} ${from + i}`
  })
  const { data, dim } = await encoder.encodeTexts(captions)
  return captions.map((caption, i) => ({
    figure: figure.parse({ id: `f${from + i}`, caption, modality: caption.split(' ')[0] }),
    captionVector: data.slice(i * dim, (i + 1) * dim),
    imageVector: data.slice(i * dim, (i + 1) * dim),
  }))
}

it('measures recall per modality on a fixed probe set, and keeps it for this content of the index', async () => {
  expect(await readHonesty(store)).toBeNull()
  const probes = await captionProbes(store)
  expect(probes).toEqual(await captionProbes(store))
  const measured = await measureHonesty(store, { probes, k: 20 })
  expect(measured).toMatchObject({ exact: false, indexType: 'ivf_rq', rows: 1_500, probes: 15, k: 20 })
  expect(measured.byModality.map(({ modality, probes }) => [modality, probes]).sort()).toEqual([
    ['CT', 5],
    ['MRI', 5],
    ['fundus', 5],
  ])
  expect(measured.recall.mean).toBeGreaterThan(0.9)
  expect(measured.recall.worst).toBeLessThanOrEqual(measured.recall.mean)
  expect(measured.bytes).toBeGreaterThan(1_500 * 2 * 4 * encoder.dim)
  expect(await readHonesty(store)).toEqual(measured)
  expect(await indexHealth(store)).toMatchObject({
    ...{ store: 'lancedb', indexType: 'ivf_rq', rows: 1_500, exact: false, honesty: measured },
    ...{ encoderId: encoder.id, dim: encoder.dim, version: measured.indexVersion },
  })
  const told = await retrieve('CT lung', { store, encoder, k: 5 })
  expect(told).toMatchObject({ exact: false, recall: measured.recall.mean })

  await store.upsert(await rows(1_500, 1_510))
  expect(await readHonesty(store)).toBeNull()
  expect((await retrieve('CT lung', { store, encoder, k: 5 })).recall).toBeNull()
})

it('asks seeded questions of every domain of the pool', async () => {
  const probes = await questionProbes(encoder, { perModality: 2 })
  expect(new Set(probes.map(({ modality }) => modality)).size).toBe(30)
  expect(probes.length).toBeGreaterThan(50)
  expect(probes).toEqual(await questionProbes(encoder, { perModality: 2 }))
  expect(probes).not.toEqual(await questionProbes(encoder, { perModality: 2, seed: 1 }))
})

it('takes a damaged measurement for none', async () => {
  await measureHonesty(store, { probes: await captionProbes(store, { perModality: 1 }), k: 5 })
  const path = join(folder, 'honesty.json')
  await writeFile(path, (await readFile(path, 'utf8')).slice(0, 40))
  expect(await readHonesty(store)).toBeNull()
  await expect(measureHonesty(store, { probes: [] })).rejects.toMatchObject({ code: 'BAD_INPUT' })
})

it('finds the same captions by words through the text index as by reading all of them', async () => {
  const questions = ['nodule of the lung', 'CT liver cyst 17', 'oedema']
  const wanted = await lexicalSearch(noTextIndex(store), questions, 20, undefined)
  expect(await lexicalSearch(store, questions, 20, undefined)).toEqual(wanted)
  const filter = { modalities: ['MRI'] }
  expect(await lexicalSearch(store, questions, 20, filter)).toEqual(
    await lexicalSearch(noTextIndex(store), questions, 20, filter),
  )
})

const noTextIndex = (of: VectorStore): VectorStore =>
  new Proxy(of, {
    get: (target, name) => {
      if (name === 'matchCaptions') return async () => null
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
