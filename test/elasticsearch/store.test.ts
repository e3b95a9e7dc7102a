import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '@anamnesis/core/contracts'
import { type IndexRow, storeById } from '@anamnesis/core/stores'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ElasticsearchNode, startNode } from './node.ts'
import { buildOrSkip, storeOn } from './place.ts'
import { clusteredRows, DIM, ENCODER, near } from './rows.ts'

const build = await buildOrSkip()

describe.skipIf(build === null)('the Elasticsearch store', () => {
  let node: ElasticsearchNode
  let folder: string
  beforeAll(async () => {
    node = await startNode(build!)
  })
  afterAll(async () => node?.[Symbol.asyncDispose]())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'anamnesis-elastic-'))
  })
  afterEach(async () => rm(folder, { recursive: true, force: true }))

  const url = () => node.url
  /** Opens the store as one of several machines, each with a folder of its own. */
  const open = (definition: ReturnType<typeof storeOn>, name: string, machine = 'a') =>
    definition.open({ folder: join(folder, machine), name, ...ENCODER })
  const exactOf = async (rows: IndexRow[]) => {
    const store = await storeById('exact').open({ folder: join(folder, 'exact'), ...ENCODER })
    await store.upsert(rows)
    return store
  }

  it.each(['int8_hnsw', 'bbq_hnsw'])(
    'answers from the approximate index %s above the flat limit, says so, comes close to exact search, and is exact where a filter leaves few rows',
    async (type) => {
      const rows = clusteredRows(2_000)
      await using exact = await exactOf(rows)
      await using store = await open(storeOn(url, { ELASTICSEARCH_VECTOR_INDEX: type }, 500), type)
      await store.upsert(rows.slice(0, 400))
      expect(store.exact).toBe(true)
      await store.upsert(rows.slice(400, 1_500))
      expect(store.exact).toBe(false)
      await store.upsert(rows.slice(1_500)) // after the approximate index was made
      expect(store.exact).toBe(false)
      const random = new Random(1)
      let found = 0
      for (let i = 0; i < 20; i++) {
        const question = near(random, rows[random.int(2_000)]!.captionVector, 0.05)
        const wanted = await exact.nearestCaptions(question, 50)
        const hits = await store.nearestCaptions(question, 50)
        const ids = new Set(hits.map((hit) => hit.figure.id))
        found += wanted.filter((hit) => ids.has(hit.figure.id)).length
        expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).toSorted((a, b) => b - a))
      }
      expect(found / (20 * 50)).toBeGreaterThan(0.98)
      const filter = { modalities: ['domain 3'], years: { to: 2005 } }
      const question = rows[0]!.captionVector // of another domain: the graph leads elsewhere
      for (const limit of [5, 90, 500]) {
        expect(await store.nearestCaptions(question, limit, filter)).toEqual(
          await exact.nearestCaptions(question, limit, filter),
        )
      }
    },
  )

  it('shows another machine the same rows under the same name, without writing them again', async () => {
    const rows = clusteredRows(50)
    const definition = storeOn(url)
    await using first = await open(definition, 'shared', 'a')
    await first.upsert(rows)
    await using second = await open(definition, 'shared', 'b')
    expect(await second.version()).toBe(await first.version())
    expect((await second.written(rows.map((row) => row.figure.id))).size).toBe(50)
    const other = { folder: join(folder, 'c'), name: 'shared', encoderId: 'other@000000000000', dim: DIM }
    await expect(definition.open(other)).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' })
  })

  it('lets a reader go on with the index it opened while it is written again, and moves it when that one is removed', async () => {
    const rows = clusteredRows(60)
    const definition = storeOn(url)
    await using writer = await open(definition, 'rewritten', 'a')
    await writer.upsert(rows.slice(0, 20))
    await using reader = await open(definition, 'rewritten', 'b')
    const before = await reader.version()
    await writer.upsert(rows.slice(20, 40))
    expect(await reader.count()).toBe(20)
    expect(await reader.version()).toBe(before)
    await writer.upsert(rows.slice(40)) // removes the first index
    expect(await reader.nearestCaptions(rows[50]!.captionVector, 1)).toMatchObject([
      { figure: { id: 'fig50' }, score: 1 },
    ])
    expect(await reader.version()).toBe(await writer.version())
  })

  it('shows nothing of an import that stopped, and goes on with what it had written', async () => {
    const rows = clusteredRows(1_200)
    const definition = storeOn(url)
    await using store = await open(definition, 'stopped', 'a')
    const broken = (function* () {
      yield* rows.slice(0, 1_100)
      throw new Error('the power is out')
    })()
    await expect(store.upsert(broken)).rejects.toThrow('the power is out')
    await using reader = await open(definition, 'stopped', 'b')
    expect(await reader.count()).toBe(0)
    const written = await reader.written(rows.map((row) => row.figure.id))
    expect(written.size).toBeGreaterThanOrEqual(1_000)
    await reader.upsert(rows.filter((row) => !written.has(row.figure.id)))
    expect(await reader.count()).toBe(1_200)
    await using exact = await exactOf(rows)
    expect(await reader.version()).toBe(await exact.version())
  })

  it('goes on with an import when the server comes back', async () => {
    const rows = clusteredRows(3_000)
    await using store = await open(storeOn(url, { ELASTICSEARCH_PATIENCE: '100' }), 'away')
    const slow = async function* () {
      for (const [i, row] of rows.entries()) {
        if (i === 1_500) {
          await node.kill()
          void sleep(2_000).then(() => node.restart())
        }
        yield row
      }
    }
    expect(await store.upsert(slow())).toBe(3_000)
    expect(await store.count()).toBe(3_000)
    await using exact = await exactOf(rows)
    expect(await store.version()).toBe(await exact.version())
  })

  it('stops resumably when the server stays away', async () => {
    const rows = clusteredRows(2_500)
    await using store = await open(storeOn(url, { ELASTICSEARCH_PATIENCE: '2' }), 'gone')
    const cut = async function* () {
      for (const [i, row] of rows.entries()) {
        if (i === 1_500) {
          await sleep(3_000) // what is under way arrives
          await node.kill()
        }
        yield row
      }
    }
    await expect(store.upsert(cut())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await node.restart()
    await using next = await open(storeOn(url), 'gone', 'b')
    expect(await next.count()).toBe(0)
    const written = await next.written(rows.map((row) => row.figure.id))
    expect(written.size).toBeGreaterThanOrEqual(1_000)
    await next.upsert(rows.filter((row) => !written.has(row.figure.id)))
    await using exact = await exactOf(rows)
    expect(await next.version()).toBe(await exact.version())
  })
})
