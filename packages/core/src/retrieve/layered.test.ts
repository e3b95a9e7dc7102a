import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { figure, type RetrievalResult } from '../contracts/index.ts'
import { captionKey, type IndexRow, storeById, type VectorStore } from '../stores/index.ts'
import { indexCorpus, openIndex, RETRIEVAL_MODES, retrieve, retrieveMany } from './index.ts'
import { SyntheticEncoder, SyntheticSource, syntheticCorpus } from './synthetic.fixture.ts'

const encoder = new SyntheticEncoder()
const { source, truth } = syntheticCorpus()
let root: string
let exact: VectorStore
let lance: VectorStore

const open = (store: string) => openIndex({ root, corpus: { id: 'synthetic', digest: source.digest }, encoder, store })

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anamnesis-retrieve-'))
  exact = await open('exact')
  lance = await open('lancedb')
  for (const store of [exact, lance]) await indexCorpus({ corpus: source, encoder, store })
})

afterAll(async () => {
  await exact[Symbol.asyncDispose]()
  await lance[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

const withoutTime = ({ time: _, store: __, ...rest }: RetrievalResult) => rest
const QUESTIONS = [
  'A histopathology photo of adenocarcinoma in the colon',
  'A colonoscopy photo of inflammation in the colon',
  'A CT photo of adenocarcinoma in the colon',
  'A CT photo of cyst in the liver',
  'An X-ray photo of inflammation in the lung',
  'A histopathology photo of cyst in the lung',
  'An MRI photo of cyst in the breast',
  'An ultrasound photo of cyst in the breast',
  'An ultrasound photo of normal tissue in the liver',
  'A fundus photo of haemorrhage in the retina',
]

/** Share of the ten best hits whose image shows another domain than the question asks for. */
function domainErrors(results: RetrievalResult[]): number {
  const wrong = results.flatMap(({ question, hits }) =>
    hits.slice(0, 10).map((hit) => !question.includes(` ${truth.get(hit.figure.id)} photo`)),
  )
  return wrong.filter(Boolean).length / wrong.length
}

describe('layered retrieval', () => {
  it('fixes the domain errors of BM25 alone', async () => {
    const ask = (mode: (typeof RETRIEVAL_MODES)[number]) =>
      retrieveMany(QUESTIONS, { store: exact, encoder, k: 50, mode })
    const lexical = domainErrors(await ask('lexical'))
    const dense = domainErrors(await ask('dense'))
    const layered = domainErrors(await ask('layered'))
    expect(lexical).toBeGreaterThan(0.15)
    expect(dense).toBeGreaterThan(0)
    expect(layered).toBe(0)
  })

  it.each(RETRIEVAL_MODES)('gives equal results from LanceDB and from exact search (%s)', async (mode) => {
    for (const filter of [
      undefined,
      { licenceGroups: ['commercial' as const], modalities: ['CT', 'histopathology'] },
    ]) {
      const options = { encoder, k: 20, explainDropped: 30, mode, filter }
      const fromExact = await retrieveMany(QUESTIONS, { ...options, store: exact })
      const fromLance = await retrieveMany(QUESTIONS, { ...options, store: lance })
      expect(fromLance.map(withoutTime)).toEqual(fromExact.map(withoutTime))
      expect(fromLance[0]!.hits.length).toBeGreaterThan(0)
    }
  })

  it('takes every figure down to the k-th distinct score and never cuts inside a tie', async () => {
    const k = 7
    const result = await retrieve(QUESTIONS[0]!, { store: lance, encoder, k, perCaption: 100, explainDropped: 2000 })
    const dense = [...result.hits, ...result.dropped]
      .filter((hit) => hit.dropped !== 'tie cut')
      .map((hit) => hit.dense!.score)
    expect(new Set(dense).size).toBe(k)
    expect(result.counts).toMatchObject({ corpus: 1200, dense: dense.length, distinctScores: k })
    const all = await exact.nearestCaptions((await encoder.encodeTexts([QUESTIONS[0]!])).data, 1200)
    expect(dense.length).toBe(all.filter(({ score }) => score >= Math.min(...dense)).length)
  })

  it('keeps at most perCaption images of a caption, the ones nearest to the question', async () => {
    const options = { store: exact, encoder, k: 100, explainDropped: 1000 }
    const result = await retrieve(QUESTIONS[1]!, { ...options, perCaption: 1 })
    const captions = result.hits.map((hit) => captionKey(hit.figure.caption))
    expect(new Set(captions).size).toBe(captions.length)
    const cut = result.dropped.filter((hit) => hit.dropped === 'visual group cut')
    expect(cut.length).toBeGreaterThan(0)
    for (const hit of cut) {
      const kept = [...result.hits, ...result.dropped].find(
        (other) =>
          other.dropped !== 'visual group cut' &&
          other.dropped !== 'tie cut' &&
          other.figure.caption === hit.figure.caption,
      )
      expect(kept!.visual!.score).toBeGreaterThanOrEqual(hit.visual!.score)
    }
  })

  it('asks BM25 only when more than k figures are left, and orders what is kept by S_v', async () => {
    const few = await retrieve(QUESTIONS[2]!, { store: exact, encoder, k: 1200, perCaption: 1 })
    expect(few.hits.every((hit) => hit.lexical === null)).toBe(true)
    const many = await retrieve(QUESTIONS[2]!, { store: exact, encoder, k: 30, perCaption: 5, explainDropped: 1000 })
    expect(many.hits.length).toBe(30)
    expect(many.counts.visual).toBeGreaterThan(30)
    const gated = many.dropped.filter((hit) => hit.dropped === 'lexical gate')
    expect(gated.length).toBe(many.counts.visual - 30)
    const worst = Math.min(...many.hits.map((hit) => hit.lexical!.score))
    expect(gated.every((hit) => hit.lexical!.score <= worst)).toBe(true)
    const visual = many.hits.map((hit) => hit.visual!.score)
    expect(visual).toEqual(visual.toSorted((a, b) => b - a))
    expect(many.hits.map((hit) => hit.rank)).toEqual(visual.map((_, i) => i + 1))
  })

  it('names figures that only the filter kept out', async () => {
    const result = await retrieve(QUESTIONS[0]!, {
      store: lance,
      encoder,
      k: 10,
      filter: { modalities: ['CT'] },
      explainDropped: 500,
    })
    expect(result.hits.every((hit) => hit.figure.modality === 'CT')).toBe(true)
    const filtered = result.dropped.filter((hit) => hit.dropped === 'filter')
    expect(filtered.length).toBeGreaterThan(0)
    expect(filtered.every((hit) => hit.figure.modality !== 'CT' && hit.dense!.rank >= 1)).toBe(true)
  })

  it('drops a figure that shows the same image under the same caption', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'anamnesis-twins-'))
    try {
      await using store = await storeById('exact').open({ folder, encoderId: encoder.id, dim: encoder.dim })
      const { data } = await encoder.encodeTexts(['CT liver cyst'])
      const twin = (id: string): IndexRow => ({
        figure: figure.parse({ id, caption: id === 'b' ? 'Liver cyst.' : 'liver cyst' }),
        captionVector: data,
        imageVector: data,
      })
      await store.upsert([twin('a'), twin('b')])
      const result = await retrieve('CT liver', { store, encoder, explainDropped: 10 })
      expect(result.hits.map((hit) => hit.figure.id)).toEqual(['a'])
      expect(result.dropped.map((hit) => [hit.figure.id, hit.dropped])).toEqual([['b', 'duplicate']])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('refuses another encoder, an empty question and a k that is no count', async () => {
    const other = new SyntheticEncoder('other@000000000000')
    await expect(retrieve('x', { store: exact, encoder: other })).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' })
    await expect(retrieve('  ', { store: exact, encoder })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(retrieve('x', { store: exact, encoder, k: 0 })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: 'k',
    })
    expect(await retrieveMany([], { store: exact, encoder })).toEqual([])
  })
})

describe('indexing a corpus', () => {
  it('does nothing when the store already holds the corpus', async () => {
    const counting = new SyntheticEncoder()
    const again = await indexCorpus({ corpus: source, encoder: counting, store: lance })
    expect(again).toMatchObject({ figures: 1200, encoded: 0, indexVersion: await exact.version() })
    expect(counting.images + counting.texts).toBe(0)
  })

  it('goes on where it was stopped, tells how far it is and ends with the same version', async () => {
    await using store = await openIndex({
      root,
      corpus: { id: 'stopped', digest: source.digest },
      encoder,
      store: 'exact',
    })
    const stop = new AbortController()
    const seen: number[] = []
    const onProgress = ({ done }: { done: number }) => {
      seen.push(done)
      if (done >= 640) stop.abort()
    }
    const stopped = indexCorpus({ corpus: source, encoder, store, onProgress, signal: stop.signal })
    await expect(stopped).rejects.toMatchObject({ code: 'STOPPED' })
    expect(seen.at(-1)).toBe(640)
    const report = await indexCorpus({ corpus: source, encoder, store })
    expect(report).toMatchObject({ figures: 1200, indexVersion: await exact.version() })
  })

  it('lets one of several callers do the work', async () => {
    const counting = new SyntheticEncoder()
    const corpus = { id: 'together', digest: source.digest }
    const reports = await Promise.all(
      [1, 2, 3].map(async () => {
        await using store = await openIndex({ root, corpus, encoder })
        return await indexCorpus({ corpus: source, encoder: counting, store })
      }),
    )
    expect(reports.map((report) => report.encoded).sort()).toEqual([0, 0, 1200])
    for (const report of reports) {
      expect(report).toMatchObject({ figures: 1200, indexVersion: await exact.version() })
    }
    expect(counting.images).toBe(1200)
  })

  it('refuses a folder that holds another version of the corpus', async () => {
    const changed = new SyntheticSource([], 'e'.repeat(64))
    await expect(indexCorpus({ corpus: changed, encoder, store: exact })).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})
