import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tf } from '../backend/index.ts'
import { type EventPayload, eventPayloads, type NewEvent } from '../contracts/index.ts'
import { describeAddOns } from '../methods/index.ts'
import { runTraining } from './loop.ts'
import type { TrainingRequest } from './request.ts'
import { type TinyRun, tinyRun } from './testing/tinyRun.ts'

let tiny: TinyRun
beforeAll(async () => {
  tiny = await tinyRun()
})
afterAll(async () => tiny[Symbol.asyncDispose]())

/** Every add-on at once, with little to do. */
const addOns: Record<string, Record<string, unknown>> = {
  ...Object.fromEntries(describeAddOns().map(({ id }) => [id, {}])),
  mds: { rounds: 1 },
  'lora-redistil': { steps: 2, batch: 4 },
  'ra-moe': { memory: 6 },
  'query-filter': { support: 2, similarity: -1 },
}
const run = (name: string, more: Partial<TrainingRequest> = {}) =>
  tiny.request(
    { method: 'primed-dyn', parameters: { referenceSize: 24, referenceBatch: 4, k: 20 }, addOns, stepsPerTask: 3 },
    { checkpointFolder: join(tiny.folder, name), ...more },
  )

async function collect(request: TrainingRequest): Promise<NewEvent[]> {
  const events: NewEvent[] = []
  await runTraining(request, { emit: (event) => void events.push(event), stopRequested: () => false })
  return events
}

const weights = (request: TrainingRequest) =>
  readFile(join(request.checkpointFolder, 'task-2', 'model', 'weights.safetensors'))

it('all add-ons join one run, which goes on from its checkpoint to the same bits and leaves no tensor', async () => {
  const before = tf.memory().numTensors
  const whole = run('whole')
  const events = await collect(whole)
  for (const { type, payload } of events) expect(eventPayloads[type].safeParse(payload).error).toBeUndefined()
  const resumed = run('resumed', { resumeFrom: join(whole.checkpointFolder, 'task-1') })
  const rest = await collect(resumed)
  expect(tf.memory().numTensors).toBe(before)
  expect(await weights(resumed)).toEqual(await weights(whole))
  const cells = (all: readonly NewEvent[]) =>
    all.flatMap(({ type, payload }) => (type === 'eval.cell' ? [payload as EventPayload<'eval.cell'>] : []))
  expect(cells(rest)).toEqual(cells(events).slice(-2))
  const step = events.find(({ type }) => type === 'step')!.payload as EventPayload<'step'>
  expect(Object.keys(step.values)).toEqual(
    expect.arrayContaining(['loss.relation', 'loss.decorrelation', 'loss.pairwise', 'loss.ckt']),
  )
})
