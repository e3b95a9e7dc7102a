import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random, type Task, task } from '../contracts/index.ts'
import { domainKeywords, indexCorpus, openIndex, RETRIEVAL_MODES } from '../retrieve/index.ts'
import { SyntheticEncoder, syntheticCorpus } from '../retrieve/synthetic.fixture.ts'
import type { VectorStore } from '../stores/index.ts'
import { buildReferenceSet, type ReferenceOptions } from './index.ts'

const { source } = syntheticCorpus()
const encoder = new SyntheticEncoder()
let root: string
let exact: VectorStore
let lance: VectorStore

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anamnesis-reference-'))
  const corpus = { id: 'synthetic', digest: source.digest }
  exact = await openIndex({ root, corpus, encoder, store: 'exact' })
  lance = await openIndex({ root, corpus, encoder, store: 'lancedb' })
  for (const store of [exact, lance]) await indexCorpus({ corpus: source, encoder, store })
})

afterAll(async () => {
  await exact[Symbol.asyncDispose]()
  await lance[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

const learned = (id: string, modality: string, anatomy: string): Task =>
  task.parse({
    id,
    name: id,
    domain: modality,
    modality,
    anatomy,
    classes: ['adenocarcinoma', 'cyst', 'inflammation'].map((name) => ({ id: name, name, promptName: name })),
    licence: 'CC0',
  })
const past = [learned('ct', 'CT', 'lung'), learned('fundus', 'fundus', 'retina')]

const build = (options: Partial<ReferenceOptions> = {}) =>
  buildReferenceSet({
    policy: 'dynamic',
    pastTasks: past,
    seenDomains: ['CT', 'fundus'],
    size: 210,
    store: exact,
    encoder,
    random: new Random(7),
    ...options,
  })

describe('the dynamic reference set', () => {
  it('shares the set between the bags as the ratio says, without a figure twice', async () => {
    const set = await build()
    expect(set.bags).toEqual({ task: 100, domain: 80, general: 30 })
    expect(set.pairs).toHaveLength(210)
    expect(new Set(set.pairs.map((pair) => pair.figureId)).size).toBe(210)
    expect(set).toMatchObject({ indexVersion: await exact.version(), encoderId: encoder.id })
  })

  it('gives every class of the earlier tasks an equal share of the task bag', async () => {
    const set = await build({ size: 63 })
    const perQuestion = new Map<string, number>()
    for (const pair of set.pairs.filter((pair) => pair.bag === 'task')) {
      perQuestion.set(pair.question, (perQuestion.get(pair.question) ?? 0) + 1)
    }
    expect([...perQuestion.values()].sort()).toEqual([5, 5, 5, 5, 5, 5])
  })

  it('asks domain questions only about seen domains and general ones only about others', async () => {
    const { questions } = await build()
    const domains = (bag: string) => new Set(questions.filter((q) => q.bag === bag).map((q) => q.domain))
    expect(domains('domain')).toEqual(new Set(['CT', 'fundus']))
    expect(domains('general').has('CT')).toBe(false)
    expect(domains('general').size).toBeGreaterThan(20)
  })

  it('uses only the general bag before the first task', async () => {
    const set = await build({ pastTasks: [], seenDomains: [] })
    expect(set.bags).toEqual({ task: 0, domain: 0, general: 210 })
    expect(set.questions.every((question) => question.bag === 'general')).toBe(true)
  })

  it('is equal for equal seeds, and differs for others', async () => {
    const first = await build()
    expect((await build()).pairs).toEqual(first.pairs)
    expect((await build({ random: new Random(8) })).pairs).not.toEqual(first.pairs)
  })

  it('is equal from LanceDB and from exact search', async () => {
    expect((await build({ store: lance })).pairs).toEqual((await build()).pairs)
  })

  it('follows another ratio and split', async () => {
    expect((await build({ ratio: { task: 0, domain: 1, general: 1 } })).bags).toEqual({
      task: 0,
      domain: 105,
      general: 105,
    })
    const { bags } = await build({ split: 'question' })
    expect(bags.domain).toBeGreaterThan(bags.task)
    expect(bags.task + bags.domain + bags.general).toBe(210)
  })

  it('passes over figures of other licence groups unless they are allowed', async () => {
    const groups = new Map<string, string>()
    for await (const figure of exact.scan()) groups.set(figure.id, figure.licenceGroup)
    const of = (set: Awaited<ReturnType<typeof build>>) => new Set(set.pairs.map((pair) => groups.get(pair.figureId)))
    expect(of(await build())).toEqual(new Set(['commercial', 'non-commercial']))
    expect(of(await build({ licenceGroups: ['other'] }))).toEqual(new Set(['other']))
  })

  it('is smaller than asked when the corpus has no more', async () => {
    const set = await build({ size: 5_000 })
    expect(set.pairs.length).toBeLessThan(1_200)
    expect(set.pairs.length).toBeGreaterThan(500)
    await expect(build({ size: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'size' })
  })

  it.each(RETRIEVAL_MODES)('can be built with %s retrieval, every pair with its scores', async (mode) => {
    const set = await build({ mode, size: 50 })
    expect(set.pairs).toHaveLength(50)
    for (const pair of set.pairs) {
      expect(Number.isFinite(pair.visual)).toBe(true)
      expect(pair.rank).toBeGreaterThanOrEqual(1)
      expect(pair.dense === null).toBe(mode === 'lexical')
    }
  })

  it('asks the static pool once per index version', async () => {
    const counting = new SyntheticEncoder()
    const store = await openIndex({ root, corpus: { id: 'synthetic', digest: source.digest }, encoder, store: 'exact' })
    await build({ store, encoder: counting })
    const first = counting.texts
    await build({ store, encoder: counting })
    expect(counting.texts - first).toBe(6) // the labels of the earlier tasks
    await store[Symbol.asyncDispose]()
  })
})

describe('the uniform reference set', () => {
  it('asks every domain keyword once, whatever was learned', async () => {
    const set = await build({ policy: 'uniform' })
    expect(set.questions.map((question) => question.domain)).toEqual(domainKeywords())
    expect(set.bags).toEqual({ task: 0, domain: 0, general: 210 })
    const counts = new Map<string, number>()
    for (const pair of set.pairs) counts.set(pair.question, (counts.get(pair.question) ?? 0) + 1)
    expect(new Set(counts.values())).toEqual(new Set([7]))
    expect((await build({ policy: 'uniform', pastTasks: [], seenDomains: [] })).pairs).toEqual(set.pairs)
  })
})

it('says what is missing when nothing in the corpus may be used', async () => {
  await using store = await openIndex({
    root,
    corpus: { id: 'empty', digest: 'f'.repeat(64) },
    encoder,
    store: 'exact',
  })
  await expect(build({ store })).rejects.toMatchObject({ code: 'MISSING_DATA' })
})
