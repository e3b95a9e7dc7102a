import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { figure, Random } from '../contracts/index.ts'
import { exactStore } from './exact.ts'
import { lancedbStoreWith } from './lancedb.ts'
import type { IndexRow } from './store.ts'

const DIM = 16
const ENCODER = { encoderId: 'fake@000000000000', dim: DIM }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anamnesis-lance-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

function near(random: Random, centre: Float32Array, deviation: number): Float32Array {
  const vector = centre.map((value) => value + random.normal(0, deviation))
  const norm = Math.hypot(...vector)
  return vector.map((value) => value / norm)
}

/** 2,000 figures in ten clusters. */
function rows(): IndexRow[] {
  const random = new Random('lancedb')
  const centres = Array.from({ length: 10 }, () => near(random, new Float32Array(DIM), 1))
  return Array.from({ length: 2_000 }, (_, i) => {
    const captionVector = near(random, centres[i % 10]!, 0.1)
    const about = { id: `fig${i}`, caption: `caption ${i}`, modality: `domain ${i % 10}` }
    return { figure: figure.parse(about), captionVector, imageVector: near(random, captionVector, 0.05) }
  })
}

it('answers from an approximate index above the flat limit, says so, and comes close to exact search', async () => {
  const temporary = join(folder, 'temporary') // Lance must not leave its scratch files there
  await mkdir(temporary)
  vi.stubEnv('TMPDIR', temporary)
  await using exact = await exactStore.open({ folder: join(folder, 'exact'), ...ENCODER })
  await using lance = await lancedbStoreWith(500).open({ folder: join(folder, 'lance'), ...ENCODER })
  const all = rows()
  for (const store of [exact, lance]) await store.upsert(all.slice(0, 1_500))
  expect(lance.exact).toBe(false)
  expect((await readdir(join(folder, 'lance'))).sort()).toEqual(['contents.json', 'lance', 'store.json'])
  expect((await readdir(temporary, { recursive: true })).filter((name) => name.includes('shuffle'))).toEqual([])
  for (const store of [exact, lance]) await store.upsert(all.slice(1_500)) // after the index was built
  const random = new Random(1)
  let found = 0
  for (let i = 0; i < 20; i++) {
    const question = near(random, all[random.int(2_000)]!.captionVector, 0.05)
    const wanted = await exact.nearestCaptions(question, 50)
    const hits = await lance.nearestCaptions(question, 50)
    const ids = new Set(hits.map((hit) => hit.figure.id))
    found += wanted.filter((hit) => ids.has(hit.figure.id)).length
    expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).toSorted((a, b) => b - a))
  }
  expect(found / (20 * 50)).toBeGreaterThan(0.95)
})

it('is exact where the filter leaves few rows', async () => {
  await using exact = await exactStore.open({ folder: join(folder, 'exact'), ...ENCODER })
  await using lance = await lancedbStoreWith(500).open({ folder: join(folder, 'lance'), ...ENCODER })
  const all = rows()
  for (const store of [exact, lance]) await store.upsert(all)
  const filter = { modalities: ['domain 3'] }
  const question = all[0]!.captionVector // of another domain: its neighbours lie in partitions that are not read
  expect(await lance.nearestCaptions(question, 200, filter)).toEqual(await exact.nearestCaptions(question, 200, filter))
})

it('finds captions by their words in the text index of a large table, with filters', async () => {
  await using lance = await lancedbStoreWith(500).open({ folder: join(folder, 'lance'), ...ENCODER })
  expect(await lance.matchCaptions('caption', 10)).toBeNull()
  await lance.upsert(rows())
  const found = await lance.matchCaptions('Which CAPTION is 7, or 12?', 10)
  expect(
    found!
      .slice(0, 2)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['fig12', 'fig7'])
  const filtered = await lance.matchCaptions('caption 7 12', 10, { modalities: ['domain 2'] })
  expect(filtered![0]!.id).toBe('fig12')
  expect(filtered!.every(({ modality }) => modality === 'domain 2')).toBe(true)
  expect(await lance.matchCaptions('?!', 10)).toEqual([])
})

it('shows an earlier content as long as it is asked, while a newer one is built', async () => {
  await using pinned = await lancedbStoreWith(500).open({ folder, ...ENCODER })
  const all = rows()
  await pinned.upsert(all.slice(0, 600))
  const first = await pinned.version()
  const question = all[1_000]!.captionVector
  const before = await pinned.nearestCaptions(question, 20)
  {
    await using writer = await lancedbStoreWith(500).open({ folder, ...ENCODER })
    await writer.upsert(all.slice(600))
    expect(await writer.version()).not.toBe(first)
  }
  expect(await pinned.nearestCaptions(question, 20)).toEqual(before) // what is open stays as it was
  await using later = await lancedbStoreWith(500).open({ folder, ...ENCODER })
  expect(await later.count()).toBe(2_000)
  expect(await later.show(first)).toBe(true)
  expect([await later.version(), await later.count()]).toEqual([first, 600])
  expect(await later.nearestCaptions(question, 20)).toEqual(before)
  expect(await later.show('0'.repeat(16))).toBe(false)
  await later.refresh()
  expect(await later.count()).toBe(2_000)
})
