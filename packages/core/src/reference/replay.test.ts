import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random, task } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import { indexCorpus, openIndex } from '../retrieve/index.ts'
import { SyntheticEncoder, syntheticCorpus } from '../retrieve/synthetic.fixture.ts'
import type { VectorStore } from '../stores/index.ts'
import {
  buildReferenceSet,
  compareSets,
  GUIDING_LICENCES,
  RecordingEncoder,
  type ReplayChanges,
  type RetrievalRecord,
  readRetrieval,
  replayRetrieval,
  saveRetrieval,
  siphonRatio,
} from './index.ts'

const { source } = syntheticCorpus()
const own = new SyntheticEncoder()
let root: string
let store: VectorStore
let record: RetrievalRecord
let encoder: Encoder

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anamnesis-replay-'))
  const corpus = { id: 'synthetic', digest: source.digest }
  store = await openIndex({ root, corpus, encoder: own, store: 'exact' })
  await indexCorpus({ corpus: source, encoder: own, store })
  const recording = new RecordingEncoder(own)
  const past = task.parse({
    id: 'ct',
    name: 'ct',
    domain: 'CT',
    modality: 'CT',
    anatomy: 'lung',
    classes: ['adenocarcinoma', 'cyst'].map((name) => ({ id: name, name, promptName: name })),
    licence: 'CC0',
  })
  const settings = { size: 105, k: 20, perCaption: 2, mode: 'layered' as const, split: 'bag' as const }
  const {
    trust: _,
    bags: __,
    ...set
  } = await buildReferenceSet({
    policy: 'dynamic',
    pastTasks: [past],
    seenDomains: ['CT'],
    store,
    encoder: recording,
    random: new Random(7),
    ...settings,
  })
  const given: RetrievalRecord = {
    format: 'anamnesis-retrieval-1',
    task: 2,
    policy: 'dynamic',
    corpus,
    store: 'exact',
    dim: own.dim,
    settings: { ...settings, ratio: siphonRatio.parse({}), trustFloor: null, licenceGroups: [...GUIDING_LICENCES] },
    ...set,
  }
  await saveRetrieval(root, given, await recording.vectorsOf(set.questions.map(({ text }) => text)))
  ;({ record, encoder } = await readRetrieval(root, 2))
})

afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

const replay = (changes: ReplayChanges = {}) => replayRetrieval(record, { store, encoder, changes })

describe('a recorded retrieval asked again', () => {
  it('gives the very same set without a model when nothing is changed', async () => {
    const asked = own.texts
    const again = await replay()
    expect(own.texts).toBe(asked)
    expect(again.pairs).toEqual(record.pairs)
    expect(compareSets(record.pairs, again.pairs)).toMatchObject({ jaccard: 1, added: [], removed: [] })
    expect(compareSets(record.pairs, again.pairs).rankBiasedOverlap).toBeCloseTo(1, 12)
  })

  it('moves the bags with the ratio', async () => {
    expect((await replay({ ratio: { general: 100, domain: 0, task: 100 } })).bags).toMatchObject({ domain: 0 })
  })

  it('shows what another mode finds, and what leaving figures out costs', async () => {
    const dense = await replay({ mode: 'dense' })
    const { common, added, removed } = compareSets(record.pairs, dense.pairs)
    expect(added.length).toBeGreaterThan(0)
    expect(common + removed.length).toBe(record.pairs.length)
    expect(common + added.length).toBe(dense.pairs.length)
    const leaveOut = record.pairs.slice(0, 5).map(({ figureId }) => figureId)
    const without = await replay({ filter: { leaveOut } })
    expect(without.pairs.some(({ figureId }) => leaveOut.includes(figureId))).toBe(false)
    expect(compareSets(record.pairs, without.pairs).removed).toEqual(expect.arrayContaining(leaveOut))
  })

  it('refuses a size that is none, a task that was not recorded and a damaged record', async () => {
    await expect(replay({ size: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'size' })
    await expect(readRetrieval(root, 9)).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'task' })
    await saveRetrieval(root, { ...record, task: 3 }, new Float32Array(4))
    await expect(readRetrieval(root, 3)).rejects.toMatchObject({ code: 'CORRUPT_ARCHIVE' })
    await writeFile(join(root, 'task-4.json'), '{')
    await expect(readRetrieval(root, 4)).rejects.toMatchObject({ code: 'CORRUPT_ARCHIVE' })
  })
})
