import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Figure, figure, Random } from '../../contracts/index.ts'
import type { FacetCount, FacetField, IndexRow, StoreDefinition, StoreFilter } from '../index.ts'
import { FACET_FIELDS, matches } from '../index.ts'

const DIM = 16
export const CONTRACT_ENCODER = { encoderId: 'fake@000000000000', dim: DIM }

function unit(random: Random, dim = DIM): Float32Array {
  const vector = Float32Array.from({ length: dim }, () => random.normal())
  const norm = Math.hypot(...vector)
  return vector.map((value) => value / norm)
}

/** 300 figures of 100 captions: every caption vector occurs three times; every 25th is retracted when asked for. */
export function contractRows(retracted = false): IndexRow[] {
  const random = new Random('store contract')
  const captions = Array.from({ length: 100 }, (_, i) => ({ text: `finding ${i} in the o'lung`, vector: unit(random) }))
  return Array.from({ length: 300 }, (_, i) => ({
    figure: figure.parse({
      id: `fig${String((i * 7) % 300).padStart(4, '0')}`,
      caption: captions[i % 100]!.text,
      modality: i % 3 === 0 ? 'X-ray' : i % 3 === 1 ? 'CT' : "Crohn's view",
      licenceGroup: i % 2 === 0 ? 'commercial' : 'other',
      credit: 'Ärztin',
      anatomy: ['lung', '', 'bowel'][i % 3],
      articleId: `pmc${String(i % 40).padStart(2, '0')}`,
      journal: i % 5 === 0 ? "Annals of 'Tests'" : '',
      year: i % 10 === 0 ? null : 1990 + (i % 30),
      retracted: retracted && i % 25 === 0,
    }),
    captionVector: captions[i % 100]!.vector,
    imageVector: unit(random),
  }))
}

const brute = (all: IndexRow[], question: Float32Array, side: 'captionVector' | 'imageVector', limit: number) =>
  all
    .map((row) => {
      const dot = row[side].reduce((sum, value, i) => sum + value * question[i]!, 0)
      return { id: row.figure.id, score: Math.round(dot * 1e6) / 1e6 }
    })
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, limit)

const ids = (hits: { figure: Figure }[]) => hits.map((hit) => hit.figure.id)

/**
 * What every store promises, as test cases. `exact` is the reference: results of the other stores must be equal to it.
 * @param definition opens stores on a place that the cases may fill
 */
export function storeContract(definition: StoreDefinition): void {
  describe(definition.id, () => {
    let folder: string
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'anamnesis-store-'))
    })
    afterEach(async () => rm(folder, { recursive: true, force: true }))

    it('answers an empty index with nothing', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      expect(await store.count()).toBe(0)
      expect(await store.nearestCaptions(unit(new Random(1)), 5)).toEqual([])
      expect(await store.upsert([])).toBe(0)
      expect((await store.lexicalStatistics()).meanLength).toBe(0)
    })

    it('finds the nearest captions and images as a brute-force search does, ties by figure id', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows()
      expect(await store.upsert(all)).toBe(300)
      const random = new Random(2)
      for (const limit of [1, 2, 7, 50, 299, 1000]) {
        const question = unit(random)
        const wanted = brute(all, question, 'captionVector', limit)
        const found = await store.nearestCaptions(question, limit)
        expect(found.map(({ figure: { id }, score }) => ({ id, score }))).toEqual(wanted)
        expect(ids(await store.nearestImages(question, limit))).toEqual(
          brute(all, question, 'imageVector', limit).map(({ id }) => id),
        )
      }
      expect(store.exact).toBe(true)
    })

    it('keeps the order of ties through repeated searches and another order of insertion', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows()
      await store.upsert(all.slice(150).reverse())
      await store.upsert(all.slice(0, 150))
      const question = all[0]!.captionVector
      const first = ids(await store.nearestCaptions(question, 8))
      expect(first).toEqual(brute(all, question, 'captionVector', 8).map(({ id }) => id))
      expect(ids(await store.nearestCaptions(question, 8))).toEqual(first)
      expect(ids(await store.nearestCaptions(question, 2))).toEqual(first.slice(0, 2))
    })

    it('keeps every field of a figure', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows()
      await store.upsert(all)
      const [hit] = await store.nearestImages(all[5]!.imageVector, 1)
      expect(hit).toEqual({ figure: all[5]!.figure, score: 1 })
    })

    it('replaces a row that is written again and changes nothing when it is equal', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows()
      await store.upsert(all)
      const before = await store.version()
      await store.upsert([all[3]!, all[3]!, all[4]!])
      expect(await store.count()).toBe(300)
      expect(await store.version()).toBe(before)
      const changed = { ...all[3]!, figure: { ...all[3]!.figure, caption: 'another caption' } }
      await store.upsert([changed])
      expect(await store.count()).toBe(300)
      expect(await store.version()).not.toBe(before)
      const [hit] = await store.nearestImages(changed.imageVector, 1)
      expect(hit!.figure.caption).toBe('another caption')
      expect((await store.lexicalStatistics()).documentFrequency('another')).toBe(1)
    })

    it('filters by modality and licence group, and counts what is left', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows()
      await store.upsert(all)
      const question = unit(new Random(3))
      const filter = { modalities: ['CT', "Crohn's view"], licenceGroups: ['commercial' as const] }
      const left = all.filter((r) => r.figure.modality !== 'X-ray' && r.figure.licenceGroup === 'commercial')
      expect(await store.count(filter)).toBe(left.length)
      expect(ids(await store.nearestCaptions(question, 20, filter))).toEqual(
        brute(left, question, 'captionVector', 20).map(({ id }) => id),
      )
      expect(await store.nearestImages(question, 20, { modalities: ['none'] })).toEqual([])
      expect(await store.count({ modalities: [], licenceGroups: [] })).toBe(300)
    })

    it('leaves out figures by id', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows()
      await store.upsert(all)
      const question = unit(new Random(3))
      const leaveOut = [...brute(all, question, 'captionVector', 3).map(({ id }) => id), "no'body"]
      const left = all.filter((r) => !leaveOut.includes(r.figure.id))
      expect(await store.count({ leaveOut })).toBe(297)
      expect(ids(await store.nearestCaptions(question, 20, { leaveOut }))).toEqual(
        brute(left, question, 'captionVector', 20).map(({ id }) => id),
      )
    })

    it('gives image vectors by id and leaves out unknown ones', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows()
      await store.upsert(all)
      const found = await store.imageVectors([all[9]!.figure.id, "no'body", all[0]!.figure.id])
      expect([...found.keys()].sort()).toEqual([all[0]!.figure.id, all[9]!.figure.id].sort())
      expect([...found.get(all[9]!.figure.id)!]).toEqual([...all[9]!.imageVector])
      expect((await store.imageVectors([])).size).toBe(0)
    })

    it('scans every row once in figure-id order, whatever the page size', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows()
      await store.upsert(all)
      const wanted = all.map((row) => row.figure.id).sort()
      for (const pageSize of [7, 300, 5000]) {
        const seen: string[] = []
        for await (const found of store.scan(pageSize)) seen.push(found.id)
        expect(seen).toEqual(wanted)
      }
    })

    it('keeps document frequency and mean length of the captions', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      await store.upsert(contractRows())
      const statistics = await store.lexicalStatistics()
      expect(statistics.documents).toBe(300)
      expect(statistics.meanLength).toBe(6) // finding, number, in, the, o, lung
      expect(statistics.documentFrequency('lung')).toBe(300)
      expect(statistics.documentFrequency('42')).toBe(3)
      expect(statistics.documentFrequency('__proto__')).toBe(0)
    })

    it('holds the same rows, version and statistics after it is opened again', async () => {
      const all = contractRows()
      let version: string
      {
        await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
        await store.upsert(all)
        version = await store.version()
      }
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      expect(await store.count()).toBe(300)
      expect(await store.version()).toBe(version)
      expect((await store.lexicalStatistics()).documentFrequency('42')).toBe(3)
      const question = unit(new Random(4))
      expect(ids(await store.nearestCaptions(question, 9))).toEqual(
        brute(all, question, 'captionVector', 9).map(({ id }) => id),
      )
      await store.upsert(all.slice(0, 2))
      expect(await store.version()).toBe(version)
    })

    it('lets several writers of one folder take turns, and shows their rows after a refresh', async () => {
      await using reader = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows()
      await Promise.all(
        [0, 1, 2].map(async (i) => {
          await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
          await store.upsert(all.slice(i * 50, 200 + i * 50))
        }),
      )
      expect(await reader.count()).toBe(0)
      await reader.refresh()
      expect(await reader.count()).toBe(300)
      await using fresh = await definition.open({ folder, ...CONTRACT_ENCODER })
      expect(await fresh.version()).toBe(await reader.version())
    })

    const FILTERS: StoreFilter[] = [
      {},
      { retracted: 'with' },
      { retracted: 'only' },
      { anatomies: ['bowel', ''] },
      { articles: ['pmc03', 'pmc25', 'no'] },
      { years: { from: 1995, to: 2000 } },
      { years: { from: 2010 } },
      { years: { to: 1999.5 }, modalities: ["Crohn's view"], licenceGroups: ['other'] },
      { years: { from: 2001, to: 1999 } },
      { leaveOut: ['fig0001', "fig'0", 'fig0008'], retracted: 'with', articles: ['pmc03', 'pmc04'] },
    ]

    it('leaves out retracted figures unless asked, and filters by anatomy, article, year and id as the rule says', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows(true)
      await store.upsert(all)
      const question = unit(new Random(6))
      expect(await store.count()).toBe(288)
      for (const filter of FILTERS) {
        const left = all.filter((row) => matches(row.figure, filter))
        expect(await store.count(filter), JSON.stringify(filter)).toBe(left.length)
        expect(ids(await store.nearestCaptions(question, 40, filter)), JSON.stringify(filter)).toEqual(
          brute(left, question, 'captionVector', 40).map(({ id }) => id),
        )
        const images = await store.nearestImages(question, 500, filter)
        expect(ids(images)).toEqual(brute(left, question, 'imageVector', 500).map(({ id }) => id))
      }
      const found = ids(await store.nearestCaptions(question, 500))
      expect(found).toHaveLength(288)
    })

    it('counts figures per value of every facet, page after page', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows(true)
      await store.upsert(all)
      const wanted = (field: FacetField, filter?: StoreFilter): FacetCount[] => {
        const counts = new Map<string, number>()
        for (const { figure } of all) {
          const value = String(figure[field] ?? '')
          if (matches(figure, filter)) counts.set(value, (counts.get(value) ?? 0) + 1)
        }
        return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, count]) => ({ value, count }))
      }
      for (const field of FACET_FIELDS) {
        const seen: FacetCount[] = []
        for (let after: string | undefined; ; ) {
          const page = await store.facets(field, { limit: 7, ...(after === undefined ? {} : { after }) })
          seen.push(...page)
          if (page.length < 7) break
          after = page.at(-1)!.value
        }
        expect(seen, field).toEqual(wanted(field))
      }
      const filter = { modalities: ['CT'], retracted: 'with' as const }
      expect(await store.facets('anatomy', { filter })).toEqual(wanted('anatomy', filter))
      expect(await store.facets('year', { filter: { modalities: ['none'] } })).toEqual([])
    })

    it('gives records and caption vectors by id, and says which rows are written', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows(true)
      await store.upsert(all.slice(0, 200))
      const asked = all.map((row) => row.figure.id)
      const there = all.slice(0, 200)
      const records = await store.figuresById(asked)
      expect(records.size).toBe(200)
      for (const { figure } of there) expect(records.get(figure.id)).toEqual(figure)
      const vectors = await store.captionVectors(asked)
      expect(vectors.size).toBe(200)
      for (const row of there) expect([...vectors.get(row.figure.id)!]).toEqual([...row.captionVector])
      expect([...(await store.written([...asked, "no'body"]))].sort()).toEqual(there.map((row) => row.figure.id).sort())
      expect((await store.written([])).size).toBe(0)
    })

    it('reads all vectors of a side in blocks', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows(true)
      await store.upsert(all)
      for (const [rows, filter] of [
        [64, undefined],
        [1000, { modalities: ['CT'] }],
      ] as const) {
        const seen = new Map<string, number[]>()
        for await (const block of store.vectorBlocks('image', rows, filter)) {
          expect(block.rows).toBeLessThanOrEqual(rows)
          for (let i = 0; i < block.rows; i++) {
            expect(seen.has(block.id(i))).toBe(false)
            seen.set(block.id(i), [...block.vectors.subarray(i * DIM, (i + 1) * DIM)])
          }
        }
        const left = all.filter((row) => matches(row.figure, filter))
        expect(seen.size).toBe(left.length)
        for (const row of left) expect(seen.get(row.figure.id)).toEqual([...row.imageVector])
      }
    })

    it('finds captions by their words where it has a text index, and says null where it has none', async () => {
      await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
      const all = contractRows(true)
      await store.upsert(all)
      const found = await store.matchCaptions('42? LUNG', 5, { retracted: 'with' })
      if (found === null) return
      expect(found).toHaveLength(5)
      const words = (figure: Figure) => figure.caption.split(/[^a-z0-9]+/)
      expect(found.filter((figure) => words(figure).includes('42'))).toHaveLength(3) // the rarer word weighs more
      expect(await store.matchCaptions('finding', 500)).toHaveLength(288)
      expect(await store.matchCaptions('nowhere', 5)).toEqual([])
      expect(await store.matchCaptions('...', 5)).toEqual([])
    })

    it('refuses another encoder, another dimension and vectors of another length', async () => {
      {
        await using store = await definition.open({ folder, ...CONTRACT_ENCODER })
        const all = contractRows()
        await store.upsert(all.slice(0, 2))
        const short = { ...all[3]!, imageVector: unit(new Random(5), DIM - 1) }
        await expect(store.upsert([short])).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' })
        const long = unit(new Random(5), DIM + 1)
        await expect(store.nearestCaptions(long, 3)).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' })
        await expect(store.nearestImages(long, 3)).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' })
        expect(await store.count()).toBe(2)
      }
      const other = { folder, encoderId: 'other@000000000000', dim: DIM }
      await expect(definition.open(other)).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' })
      await expect(definition.open({ folder, ...CONTRACT_ENCODER, dim: DIM * 2 })).rejects.toMatchObject({
        code: 'ENCODER_MISMATCH',
      })
    })
  })
}
