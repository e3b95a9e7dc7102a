import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { measuredSuites, suiteOf } from './methodsPlaces.ts'

let work: string
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'anamnesis-places-'))
})
afterAll(() => rm(work, { recursive: true, force: true }))

const clustered = measuredSuites[0]!

async function samplesOf(split: 'val' | 'test') {
  const suite = suiteOf(clustered.place(work, 101, split))
  const opened = await suite.openTask(suite.taskIds[0]!, null)
  if (opened.kind !== 'task') throw new Error('not a task')
  const found: { id: string; split: string }[] = []
  for await (const { id, split } of opened.samples) found.push({ id, split })
  return found
}

test('learning rates are chosen without any test image', async () => {
  const own = await samplesOf('test')
  const held = await samplesOf('val')
  const ids = (samples: typeof own, split: string) => samples.filter((s) => s.split === split).map(({ id }) => id)
  expect(ids(held, 'test')).toEqual(ids(own, 'val'))
  expect(ids(held, 'train')).toEqual(ids(own, 'train'))
  expect(ids(held, 'val')).toEqual([])
  const tested = new Set(ids(own, 'test'))
  expect(held.some(({ id }) => tested.has(id))).toBe(false)
})

test('seeds of the reported results and held-out seeds have nothing in common', () => {
  for (const { heldOut, seeds } of measuredSuites) for (const seed of heldOut) expect(seed).toBeGreaterThan(seeds)
  const places = [1, 2, 101].map((seed) => clustered.place(work, seed, seed > 100 ? 'val' : 'test'))
  expect(new Set(places.map(({ tasks }) => tasks)).size).toBe(3)
  expect(new Set(places.map(({ model }) => model)).size).toBe(3)
})
