import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type NewFigureRecord, Random, type Sample } from '../../contracts/index.ts'
import type { OpenedSource } from '../importer.ts'
import { drain } from '../testing/sources.ts'
import { SIZE } from './canvas.ts'
import { openPhantomFigures } from './figures.ts'
import { drawPhantom, type Phantom } from './phantom.ts'
import { phantoms } from './registry.ts'
import { HOSPITAL, LITERATURE, type Scanner } from './scanner.ts'
import { openPhantomTask } from './tasks.ts'

/** 24 x 24 grey levels of a drawn picture: what a coarse look sees. */
function coarse(phantom: Phantom, findingId: string, scanner: Scanner, random: Random): number[] {
  const { pixels, channels } = drawPhantom(phantom, findingId, scanner, random)
  const step = SIZE / 24
  const levels = new Array<number>(24 * 24 * channels).fill(0)
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const cell = Math.floor(y / step) * 24 + Math.floor(x / step)
      for (let c = 0; c < channels; c++) levels[cell * channels + c]! += pixels[(y * SIZE + x) * channels + c]!
    }
  }
  return levels
}

describe.each(phantoms.map((phantom) => [phantom.id, phantom] as const))('%s', (_, phantom) => {
  test('draws every finding, the same for the same seed and another for another', () => {
    expect(phantom.findings.length).toBeGreaterThanOrEqual(3)
    for (const { id } of phantom.findings) {
      const draw = (seed: number) => drawPhantom(phantom, id, HOSPITAL, new Random(seed))
      const { pixels, channels } = draw(1)
      expect(pixels.length).toBe(SIZE * SIZE * channels)
      expect(draw(1).pixels).toEqual(pixels)
      expect(draw(2).pixels).not.toEqual(pixels)
      expect(new Set(pixels).size).toBeGreaterThan(60)
    }
  })

  test('a finding changes the picture: the same patient with and without differ', () => {
    const [normal, ...findings] = phantom.findings
    const calm: Scanner = { ...LITERATURE, artefacts: 0, severity: [1, 1] }
    for (const { id } of findings) {
      const without = coarse(phantom, normal!.id, calm, new Random(5))
      const withIt = coarse(phantom, id, calm, new Random(5))
      const changed = without.filter((level, i) => Math.abs(level - withIt[i]!) > 16 * 20).length
      expect(changed, id).toBeGreaterThan(5)
    }
  })

  test('another exposure of the same state is a near-duplicate', () => {
    const id = phantom.findings[1]!.id
    const one = drawPhantom(phantom, id, LITERATURE, new Random(3), new Random(10)).pixels
    const two = drawPhantom(phantom, id, LITERATURE, new Random(3), new Random(11)).pixels
    expect(two).not.toEqual(one)
    expect(correlation(one, two)).toBeGreaterThan(0.8)
  })
})

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
  const [ma, mb] = [mean(a), mean(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb)
    aa += (a[i]! - ma) ** 2
    bb += (b[i]! - mb) ** 2
  }
  return ab / Math.sqrt(aa * bb)
}

test('a task has its splits per class, reads the same twice and decodes', async () => {
  const open = () =>
    openPhantomTask('phantom-fundus', { train: 2, val: 1, test: 1, seed: 3 }) as OpenedSource & { kind: 'task' }
  const samples: Sample[] = await drain(open().samples)
  expect(open().task).toMatchObject({ synthetic: true, modality: 'fundus' })
  expect(samples.map(({ split }) => split).join()).toBe(
    [...Array(10).fill('train'), ...Array(5).fill('val'), ...Array(5).fill('test')].join(),
  )
  expect(samples.length).toBe(open().total)
  expect(await drain(open().samples)).toEqual(samples)
  expect(await sharp(samples[0]!.image).metadata()).toMatchObject({ format: 'jpeg', width: SIZE, height: SIZE })
})

test('an unknown phantom is named with those that exist', () => {
  expect(() => openPhantomTask('phantom-x')).toThrow(/phantom-x.*phantom-fundus/)
})

test('the literature has shared captions, traps, every domain and every licence group, and reads the same twice', async () => {
  const read = (count: number) =>
    drain((openPhantomFigures({ count, seed: 5 }) as OpenedSource & { kind: 'corpus' }).records)
  const records: NewFigureRecord[] = await read(600)
  expect(await read(20)).toEqual(records.slice(0, 20))
  const figures = records.map(({ figure }) => figure)
  expect(new Set(figures.map(({ id }) => id)).size).toBe(600)
  const repeated = 1 - new Set(figures.map(({ caption }) => caption)).size / 600
  expect(repeated).toBeGreaterThan(0.2)
  expect(repeated).toBeLessThan(0.45)
  expect(new Set(figures.map(({ modality }) => modality)).size).toBe(phantoms.length)
  expect(new Set(figures.map(({ licenceGroup }) => licenceGroup)).size).toBe(3)
  for (const { caption } of figures) expect(caption).toMatch(/^[A-Z].*\.$/)
  const trapped = figures.filter(({ modality, caption }) =>
    phantoms.some((other) => other.modality !== modality && other.pictureWords.some((word) => caption.includes(word))),
  )
  expect(trapped.length).toBeGreaterThan(10)
})
