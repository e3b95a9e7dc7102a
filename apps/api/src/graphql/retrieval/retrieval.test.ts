import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureIndex, pictureOf, recordRetrieval, writeExplorer } from '../../testing/explorer.ts'
import { type TestServer, testServer } from '../../testing/http.ts'
import { CORPUS } from '../../testing/literature.ts'
import { startRun, type TestServices, testServices, until } from '../../testing/services.ts'
import { toGlobalId } from '../globalId.ts'

let services: TestServices
let api: TestServer
beforeAll(async () => {
  services = await testServices()
  api = await testServer(services)
  await writeExplorer(services)
}, 60_000)
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

const ask = async <T>(document: string, variables: Record<string, unknown>) => {
  const { data, errors } = await api.query<T>(document, variables)
  expect(errors).toBeUndefined()
  return data
}
const refused = async (document: string, input: Record<string, unknown>) =>
  (await api.query(document, { input })).errors?.[0]?.extensions

describe('retrieve', () => {
  const RETRIEVE = `query ($input: RetrieveInput!) { retrieve(input: $input) {
    hits { rank dense { score rank } figure { key modality year articleKey } } dropped { dropped figure { key } } counts { corpus kept } } }`
  interface Found {
    hits: { figure: { key: string; modality: string; year: number } }[]
    dropped: { dropped: string; figure: { key: string } }[]
    counts: { corpus: number; kept: number }
  }
  const retrieve = async (input: Record<string, unknown> = {}) => {
    const full = { question: 'A CT photo', corpus: CORPUS, ...input }
    return (await ask<{ retrieve: Found }>(RETRIEVE, { input: full })).retrieve
  }

  it('explains what was dropped, and filters by modality, anatomy, year and article', async () => {
    const all = await retrieve({ k: 5 })
    expect(all.counts.corpus).toBe(39) // the retracted one is never found
    expect(all.dropped.length).toBeGreaterThan(0)
    const narrow = await retrieve({ modalities: ['CT'], anatomies: ['lung'], yearFrom: 2001, yearTo: 2001 })
    expect(narrow.hits.map(({ figure }) => figure.key).sort()).toEqual(['fig16', 'fig4'])
    expect((await retrieve({ articles: ['pmc0'] })).hits).toHaveLength(4)
    expect((await retrieve({ mode: 'lexical', k: 3 })).hits).toHaveLength(3)
  })

  it('fuses the ranks of captions and words in the hybrid mode, and says how', async () => {
    const HYBRID = `query ($input: RetrieveInput!) { retrieve(input: $input) {
      exact recall rankConstant hits { rank fused { score rank } dense { rank } lexical { rank } } } }`
    const input = { question: 'A CT photo of finding 4', corpus: CORPUS, k: 5 }
    type Score = { score: number; rank: number }
    type Ranks = { rank: number; fused: Score; dense: Score | null; lexical: Score | null }
    type Answer = { retrieve: { rankConstant: number; hits: Ranks[] } }
    const found = (await ask<Answer>(HYBRID, { input: { ...input, mode: 'hybrid' } })).retrieve
    expect(found).toMatchObject({ exact: true, recall: null, rankConstant: expect.any(Number) })
    expect(found.hits.map(({ fused }) => fused.rank)).toEqual([1, 2, 3, 4, 5])
    for (const { fused, dense, lexical } of found.hits) {
      const share = (stage: Score | null) => (stage ? 1 / (found.rankConstant + stage.rank) : 0)
      expect(fused.score).toBeCloseTo(share(dense) + share(lexical), 6)
    }
    const layered = (await ask<Answer>(HYBRID, { input })).retrieve
    expect(layered).toMatchObject({ rankConstant: null, hits: layered.hits.map(() => ({ fused: null })) })
  })

  it('leaves out what is recalled, unless it is wanted', async () => {
    const { recall } = { recall: await services.recalls.recall({ kind: 'RETRACTED', reason: 'x', articleId: 'pmc2' }) }
    const keys = (found: Found) => found.hits.map(({ figure }) => figure.key)
    expect(keys(await retrieve({ k: 100, perCaption: 10 }))).not.toContain('fig8')
    expect(keys(await retrieve({ k: 100, perCaption: 10, withRecalled: true }))).toContain('fig8')
    await services.recalls.lift(recall.id, null)
    expect(keys(await retrieve({ k: 100, perCaption: 10 }))).toContain('fig8')
  })

  it('counts facets under a filter', async () => {
    type Facets = { facets: { field: string; values: { value: string; count: number }[] }[] }
    const FACETS = 'query ($input: FacetsInput!) { facets(input: $input) { field values { value count } } }'
    const { facets } = await ask<Facets>(FACETS, { input: { corpus: CORPUS, anatomies: ['lung'] } })
    const of = (field: string) =>
      Object.fromEntries(facets.find((f) => f.field === field)!.values.map((v) => [v.value, v.count]))
    expect(of('modality')).toEqual({ CT: 5, MRI: 5, 'X-ray': 5, fundus: 4 })
    expect(of('licenceGroup')).toEqual({ commercial: 15, other: 4 })
    expect(Object.keys(of('year'))).toEqual(['2000', '2001', '2002'])
  })

  it('gives the vectors of a figure', async () => {
    const { figure } = await ask<{ figure: { vectors: { image: number[]; caption: number[] } } }>(
      'query ($c: String!) { figure(corpus: $c, key: "fig3") { vectors { encoderId image caption } } }',
      { c: CORPUS },
    )
    expect(Math.hypot(...figure.vectors.image)).toBeCloseTo(1, 5)
    expect(figure.vectors.caption).toHaveLength(figure.vectors.image.length)
  })

  it('refuses a bad filter', async () => {
    const base = { question: 'x', corpus: CORPUS }
    expect(await refused(RETRIEVE, { ...base, mode: 'magic' })).toMatchObject({ code: 'BAD_INPUT', field: 'mode' })
    expect(await refused(RETRIEVE, { ...base, yearFrom: 12 })).toMatchObject({ code: 'BAD_INPUT', field: 'yearFrom' })
    expect(await refused(RETRIEVE, { ...base, store: 'x' })).toMatchObject({ code: 'UNKNOWN_STORE' })
  })
})

describe('the index of a corpus', () => {
  const INDEX = `query ($store: String) { corpora { key indexed index(store: $store) { store indexType encoderId dim rows version bytes exact
    honesty { k probes recall worstRecall byModality { modality probes recall } latencyP50 latencyP95 bytes measuredAt } } } }`
  type Answer = { corpora: { key: string; index: { version: string; bytes: number } | null }[] }
  const indexOf = async (store?: string) =>
    (await ask<Answer>(INDEX, { store })).corpora.find(({ key }) => key === CORPUS)!.index

  it('tells its size, version and kind', async () => {
    const index = await indexOf()
    expect(index).toMatchObject({ store: 'lancedb', rows: 40, exact: true, indexType: 'flat', honesty: null })
    expect(index!.bytes).toBeGreaterThan(0)
    const { retrieve } = await ask<{ retrieve: { indexVersion: string } }>(
      'query ($input: RetrieveInput!) { retrieve(input: $input) { indexVersion } }',
      { input: { question: 'CT', corpus: CORPUS } },
    )
    expect(index!.version).toBe(retrieve.indexVersion)
  })

  it('shows the honesty meter of what was measured', async () => {
    await measureIndex(services)
    expect(await indexOf()).toMatchObject({
      honesty: {
        ...{ k: 10, probes: 4, recall: 1, worstRecall: 1, bytes: expect.any(Number), latencyP50: expect.any(Number) },
        byModality: expect.arrayContaining([{ modality: 'CT', probes: 1, recall: 1 }]),
        measuredAt: expect.stringMatching(/^20/),
      },
    })
  })

  it('is null in a store that does not hold it, and refused in one that is not known', async () => {
    expect(await indexOf('exact')).toBeNull()
    const { errors } = await api.query(INDEX, { store: 'x' })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNKNOWN_STORE' })
  })
})

describe('moreLikeThis', () => {
  const LIKE = `query ($input: MoreLikeThisInput!) { moreLikeThis(input: $input) { hits { similarity figure { key modality } } exact } }`
  type Like = { moreLikeThis: { hits: { similarity: number; figure: { key: string; modality: string } }[] } }
  const like = async (input: Record<string, unknown>) =>
    (await ask<Like>(LIKE, { input: { corpus: CORPUS, k: 3, ...input } })).moreLikeThis.hits

  it('finds figures like a figure (without itself) and like an uploaded image', async () => {
    const near = await like({ figureKey: 'fig1', modalities: ['MRI'] })
    expect(near).toHaveLength(3)
    expect(near.some(({ figure }) => figure.key === 'fig1' || figure.modality !== 'MRI')).toBe(false)
    const imageBase64 = Buffer.from(pictureOf(5)).toString('base64')
    expect((await like({ imageBase64: `data:image/png;base64,${imageBase64}` }))[0]).toMatchObject({
      figure: { key: 'fig5' },
      similarity: expect.closeTo(1, 4),
    })
  })

  it('refuses what is no image, what is too large, and an unknown figure', async () => {
    const base = { corpus: CORPUS }
    const gif = Buffer.from('GIF89a and more').toString('base64')
    expect(await refused(LIKE, { ...base, imageBase64: gif })).toMatchObject({
      code: 'CORRUPT_IMAGE',
      field: 'imageBase64',
    })
    const broken = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(50)]).toString('base64')
    expect(await refused(LIKE, { ...base, imageBase64: broken })).toMatchObject({ code: 'CORRUPT_IMAGE' })
    expect(await refused(LIKE, { ...base, imageBase64: 'A'.repeat(900_000) })).toMatchObject({ code: 'BAD_INPUT' })
    expect(await refused(LIKE, { ...base, figureKey: 'fig99' })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await refused(LIKE, base)).toMatchObject({ code: 'BAD_INPUT' })
  })
})

describe('whatIf', () => {
  const WHAT_IF = `query ($input: WhatIfInput!) { whatIf(input: $input) { questions sameIndex common jaccard rankBiasedOverlap added removed
    before { settings size bags modalities { modality count } milliseconds } after { settings size bags milliseconds }
    addedPairs { figure { key } bag question rank visual } removedPairs { figure { key } } } }`
  type Answer = { whatIf: Record<string, never> & { added: number; before: { size: number } } }

  it('is the recorded set without changes, and shows what others would change', async () => {
    const run = await startRun(services, { method: 'primed-dyn' })
    await recordRetrieval(services, run.id)
    const runId = toGlobalId('Run', run.id)
    const same = (await ask<Answer>(WHAT_IF, { input: { runId, task: 1 } })).whatIf
    expect(same).toMatchObject({ sameIndex: true, jaccard: 1, added: 0, removed: 0, addedPairs: [] })
    expect(same.rankBiasedOverlap).toBeCloseTo(1, 9)
    const other = (await ask<Answer>(WHAT_IF, { input: { runId, task: 1, mode: 'lexical', size: 16 } })).whatIf
    expect(other).toMatchObject({ after: { settings: { mode: 'lexical', size: 16, k: 5 } } })
    expect(other.added).toBeGreaterThan(0)
    const figureIds = ['fig1', 'fig2', 'fig3']
    const recall = await services.recalls.recall({ kind: 'RETRACTED', reason: 'x', corpus: CORPUS, figureIds })
    const without = (await ask<Answer>(WHAT_IF, { input: { runId, task: 1 } })).whatIf
    expect(without).not.toMatchObject({ jaccard: 1 })
    const before = (await ask<Answer>(WHAT_IF, { input: { runId, task: 1, withRecalled: true } })).whatIf
    expect(before).toMatchObject({ jaccard: 1 })
    await services.recalls.lift(recall.id, null)
  })

  it('refuses a task without a record, a bad setting and an unknown run', async () => {
    const runId = toGlobalId('Run', (await startRun(services)).id)
    expect(await refused(WHAT_IF, { runId, task: 2 })).toMatchObject({ code: 'NOT_FOUND', field: 'task' })
    expect(await refused(WHAT_IF, { runId, task: 1, k: 0 })).toMatchObject({ code: 'BAD_INPUT', field: 'k' })
    expect(await refused(WHAT_IF, { runId: 'x', task: 1 })).toMatchObject({ code: 'NOT_FOUND', field: 'runId' })
  })
})

describe('review of pairs', () => {
  const QUEUE = `query ($input: ReviewQueueInput!) { reviewQueue(input: $input) { open items { key question caption imageUrl }
    noise { reviewed rate interval } } }`
  const REVIEW = `mutation ($input: ReviewPairInput!) { reviewPair(input: $input) { noise { reviewed rate interval accepted wrongDomain disputed }
    userErrors { code field } } }`
  type Queue = { reviewQueue: { open: number; items: { key: string }[]; noise: { rate: number | null } } }

  it('hands out blinded pairs, keeps the latest verdict of each reviewer and tells the noise rate', async () => {
    const run = await startRun(services, { method: 'primed-dyn' })
    await recordRetrieval(services, run.id)
    const where = { runId: toGlobalId('Run', run.id), task: 1 }
    const queue = async (reviewer: string) =>
      (await ask<Queue>(QUEUE, { input: { ...where, reviewer, count: 3 } })).reviewQueue
    const { items, open, noise } = await queue('ann')
    expect([items.length, open, noise.rate]).toEqual([3, 10, null])
    const say = async (key: string, reviewer: string, verdict: string) =>
      (await ask<{ reviewPair: unknown }>(REVIEW, { input: { ...where, key, reviewer, verdict } })).reviewPair
    await say(items[0]!.key, 'ann', 'wrong finding')
    await say(items[0]!.key, 'ann', 'accept')
    await say(items[1]!.key, 'ann', 'accept')
    expect(await say(items[1]!.key, 'bob', 'wrong domain')).toMatchObject({
      noise: { reviewed: 2, rate: 0.5, accepted: 1, wrongDomain: 1, disputed: 1 },
      userErrors: [],
    })
    expect((await queue('ann')).open).toBe(8)
    expect((await queue('ann')).items[0]!.key).toBe(items[2]!.key)
    expect(await say('nope', 'ann', 'accept')).toMatchObject({ userErrors: [{ code: 'NOT_FOUND', field: 'key' }] })
    expect(await say(items[0]!.key, 'ann', 'so-so')).toMatchObject({
      userErrors: [{ code: 'BAD_INPUT', field: 'verdict' }],
    })
  })
})

describe('leak guard', () => {
  const SEARCH = `mutation ($input: SearchLeaksInput!) { searchLeaks(input: $input) { search { id state } userErrors { code field } } }`
  const LEAKS = `query ($open: Boolean) { leakSearch(suite: "phantom-3") { state message done total similarity encoderId
    tasks { taskKey images suspects open dirty }
    pairs(first: 50, open: $open) { totalCount edges { node { taskKey sampleId figureKey similarity distance verdict sampleUrl figure { caption } } } } } }`
  const JUDGE = `mutation ($input: JudgeLeakInput!) { judgeLeak(input: $input) { pair { verdict } userErrors { code field } } }`
  interface Pair {
    taskKey: string
    sampleId: string
    figureKey: string
    similarity: number
    distance: number
    sampleUrl: string
  }
  type Leaks = {
    leakSearch: {
      state: string
      tasks: Record<string, unknown>[]
      pairs: { totalCount: number; edges: { node: Pair }[] }
    }
  }
  const leaks = async (open?: boolean) => (await ask<Leaks>(LEAKS, { open })).leakSearch

  it('finds test images that are in the literature, and counts what people judge', async () => {
    const input = { suite: 'phantom-3', similarity: 0.9999, distance: 0 }
    expect(await ask(SEARCH, { input })).toMatchObject({
      searchLeaks: { search: { state: 'RUNNING' }, userErrors: [] },
    })
    const found = await until(async () => {
      const now = await leaks()
      return now.state === 'RUNNING' ? null : now
    })
    expect(found).toMatchObject({ state: 'SUCCEEDED', done: 9, total: 9 })
    const pairs = found.pairs.edges.map(({ node }) => node)
    expect(pairs.map(({ sampleId, figureKey }) => [sampleId, figureKey]).sort()).toEqual([
      ['test/0', 'fig0'],
      ['test/0', 'fig1'],
      ['test/0', 'fig2'],
    ])
    expect(pairs[0]).toMatchObject({
      similarity: expect.closeTo(1, 4),
      distance: 0,
      figure: { caption: expect.any(String) },
    })
    expect(found.tasks).toContainEqual(expect.objectContaining({ images: 3, suspects: 1, open: 1, dirty: 0 }))
    const image = await fetch(`${api.server.url}${pairs[0]!.sampleUrl}`)
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect((await fetch(`${api.server.url}/tests/none/0.jpg`)).status).toBe(404)

    const { taskKey, sampleId, figureKey } = pairs[0]!
    const place = { corpus: CORPUS, taskKey, sampleId, figureKey }
    expect(await ask(JUDGE, { input: { ...place, verdict: 'LEAK' } })).toMatchObject({
      judgeLeak: { pair: { verdict: 'LEAK' } },
    })
    expect((await leaks(true)).pairs.totalCount).toBe(2)
    expect((await leaks()).tasks.find((task) => task.taskKey === taskKey)).toMatchObject({ open: 0, dirty: 1 })
    await ask(SEARCH, { input })
    await until(async () => (await leaks()).state === 'SUCCEEDED')
    expect((await leaks(true)).pairs.totalCount).toBe(2) // the verdict outlives the next search
    expect(await ask(JUDGE, { input: { ...place, figureKey: 'fig9', verdict: null } })).toMatchObject({
      judgeLeak: { pair: null, userErrors: [{ code: 'NOT_FOUND' }] },
    })
  })

  it('refuses an unknown suite, an unknown corpus and a silly threshold', async () => {
    const errors = async (input: Record<string, unknown>) =>
      (await ask<{ searchLeaks: { userErrors: unknown[] } }>(SEARCH, { input })).searchLeaks.userErrors
    expect(await errors({ suite: 'none' })).toMatchObject([{ code: 'UNKNOWN_SUITE' }])
    expect(await errors({ suite: 'phantom-3', corpus: 'none' })).toMatchObject([{ code: 'UNKNOWN_CORPUS' }])
    expect(await errors({ suite: 'phantom-3', similarity: 0.1 })).toMatchObject([
      { code: 'BAD_INPUT', field: 'similarity' },
    ])
    expect(await errors({ suite: 'phantom-6' })).toMatchObject([{ code: 'MISSING_DATA', field: 'suite' }])
  })
})
