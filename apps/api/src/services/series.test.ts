import { afterAll, beforeAll, expect, it } from 'vitest'
import { stepEvent } from '../testing/events.ts'
import { append, startRun, type TestServices, testServices } from '../testing/services.ts'
import { downsample, readSeries } from './series.ts'

let services: TestServices
beforeAll(async () => {
  services = await testServices()
})
afterAll(() => services[Symbol.asyncDispose]())

it('keeps every peak, the first and the last point', () => {
  const steps = Array.from({ length: 1000 }, (_, i) => i + 1)
  const values = steps.map((step) => (step === 137 ? 99 : step === 612 ? -99 : Math.sin(step)))
  const kept = downsample(steps, values, 100)
  expect(kept.steps.length).toBeLessThanOrEqual(100)
  expect(kept.values).toEqual(expect.arrayContaining([99, -99]))
  expect([kept.steps[0], kept.steps.at(-1)]).toEqual([1, 1000])
  expect(kept.steps).toEqual([...kept.steps].sort((a, b) => a - b))
  for (const [i, step] of kept.steps.entries()) expect(kept.values[i]).toBe(values[step - 1])
})

it('keeps unknown values as holes and short curves as they are', () => {
  expect(downsample([1, 2, 3], [1, null, 3], 10)).toEqual({ steps: [1, 2, 3], values: [1, null, 3] })
  const holes = downsample(
    Array.from({ length: 100 }, (_, i) => i),
    new Array(100).fill(null),
    10,
  )
  expect(holes.values.every((value) => value === null)).toBe(true)
})

it('replaces what was told after the checkpoint that a run went back to', async () => {
  const { db } = services
  const { id } = await startRun(services)
  await append(db, id, ...[1, 2, 3, 4].map((step) => stepEvent(step, { loss: step })))
  await append(db, id, ...[3, 4, 5].map((step) => stepEvent(step, { loss: -step })))
  const [series] = await readSeries(db, id, ['loss'], 400)
  expect(series).toEqual({ name: 'loss', steps: [1, 2, 3, 4, 5], values: [1, 2, -3, -4, -5], points: 5 })
})

it("takes a series' name as a value, whatever it holds", async () => {
  const { db } = services
  const { id } = await startRun(services)
  const name = `a'"\\;drop table "Run"--`
  await append(db, id, stepEvent(1, { [name]: 7 }))
  expect((await readSeries(db, id, [name, 'other'], 10)).map(({ values }) => values)).toEqual([[7], []])
})
