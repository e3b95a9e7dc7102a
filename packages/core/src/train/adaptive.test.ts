import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../backend/index.ts'
import { type EventPayload, type EventType, eventPayloads, type NewEvent } from '../contracts/index.ts'
import { methodById } from '../methods/index.ts'
import { runTraining } from './loop.ts'
import type { TrainingRequest } from './request.ts'
import { type TinyRun, tinyRun } from './testing/tinyRun.ts'

let tiny: TinyRun
beforeAll(async () => {
  tiny = await tinyRun()
})
afterAll(async () => tiny[Symbol.asyncDispose]())

async function collect(request: TrainingRequest): Promise<NewEvent[]> {
  const events: NewEvent[] = []
  await runTraining(request, { emit: (event) => void events.push(event), stopRequested: () => false })
  return events
}

function payloads<T extends EventType>(events: readonly NewEvent[], type: T): EventPayload<T>[] {
  return events.flatMap((event) => (event.type === type ? [event.payload as EventPayload<T>] : []))
}

const SMALL = { referenceSize: 20, referenceBatch: 4, k: 20 }
const ADAPTIVE = { ...SMALL, profile: 'adaptive', refreshSteps: 4, trustFloor: 0 }

const run = (name: string, parameters: Record<string, unknown>, more: Partial<TrainingRequest> = {}) =>
  tiny.request({ method: 'primed-dyn', parameters }, { checkpointFolder: join(tiny.folder, name), ...more })

const weights = (request: TrainingRequest) =>
  readFile(join(request.checkpointFolder, 'task-2', 'model', 'weights.safetensors'))

/** All switches of the profile. */
function switches(on: boolean, which: (name: string) => boolean = () => true): Record<string, boolean> {
  const known = Object.keys(methodById('primed-dyn').parametersSchema.properties as object)
  const names = known.filter((name) => name.startsWith('adapt') || name.endsWith('Signal'))
  return Object.fromEntries(names.filter(which).map((name) => [name, on]))
}

describe('the adaptive profile', () => {
  it('is the published method, bit for bit, with every switch off, and with every knob off while it measures', async () => {
    const paper = run('paper', SMALL)
    const off = run('off', { ...ADAPTIVE, ...switches(false) })
    const measuring = run('measuring', {
      ...ADAPTIVE,
      ...switches(false, (name) => name.startsWith('adapt')),
      trustSignal: false,
    })
    await collect(paper)
    const silent = await collect(off)
    const told = await collect(measuring)
    expect(await weights(off)).toEqual(await weights(paper))
    expect(await weights(measuring)).toEqual(await weights(paper))
    expect(payloads(silent, 'guidance.signals')).toEqual([])
    expect(payloads(told, 'guidance.signals')).toHaveLength(6)
  })

  it('tells every signal and knob at the start of a task and at each measurement, and leaves no tensor', async () => {
    const before = tf.memory().numTensors
    const events = await collect(run('adaptive', ADAPTIVE))
    expect(tf.memory().numTensors).toBe(before)
    for (const { type, payload } of events) expect(eventPayloads[type].safeParse(payload).error).toBeUndefined()
    const told = payloads(events, 'guidance.signals')
    expect(told.map(({ task, step }) => [task, step])).toEqual([
      [1, 0],
      [1, 4],
      [1, 8],
      [2, 12],
      [2, 16],
      [2, 20],
    ])
    expect(told[0]!.signals).toMatchObject({ gap: 1, risk: null, need: null, drift: null })
    expect(told[1]!.signals.drift).toBeGreaterThan(0)
    expect(told[3]!.signals).toMatchObject({ drift: null, 'risk.warm': 0 })
    expect(told[3]!.signals['need.warm/red']).toBeGreaterThan(0)
    for (const { signals } of told) {
      for (const value of Object.values(signals)) {
        if (value !== null) expect(value).toBeGreaterThanOrEqual(0)
        if (value !== null) expect(value).toBeLessThanOrEqual(1)
      }
    }
    for (const { knobs, signals } of told) {
      expect(knobs.temperature).toBeCloseTo(2 - (signals.detail ?? 0), 5)
      expect(knobs.lambda).toBeCloseTo(0.5 + signals.gap!, 5)
      if (signals.detail === null) expect(knobs).not.toHaveProperty('hardNegatives')
      else expect(knobs.hardNegatives).toBeCloseTo(0.25 + 0.5 * signals.detail!, 5)
      expect(knobs.alpha).toBeGreaterThanOrEqual(0.5)
      expect(knobs.alpha).toBeLessThanOrEqual(2)
    }
    const [first, second] = payloads(events, 'reference.built')
    expect(first!.bags).toMatchObject({ task: 0, domain: 0 })
    expect(second!.size).toBe(20)
    expect(second!.bags.task).toBeGreaterThan(0)
    const names = Object.keys(payloads(events, 'step')[0]!.values)
    expect(names).toEqual(expect.arrayContaining(['loss.features', 'loss.relations', 'guidance.drift']))
  })

  it('goes on from a checkpoint to the same bits, probes included', async () => {
    const whole = run('whole', ADAPTIVE)
    const resumed = run('resumed', ADAPTIVE, { resumeFrom: join(whole.checkpointFolder, 'task-1') })
    const events = await collect(whole)
    const rest = await collect(resumed)
    expect(await weights(resumed)).toEqual(await weights(whole))
    expect(payloads(rest, 'guidance.signals')).toEqual(payloads(events, 'guidance.signals').slice(3))
    const state = async (request: TrainingRequest) =>
      JSON.parse(await readFile(join(request.checkpointFolder, 'task-2/state.json'), 'utf8'))
    expect(await state(resumed)).toEqual(await state(whole))
    expect((await state(whole)).probes).toMatchObject([{ taskId: 'warm' }])
  })

  it('works on the uniform set, where no earlier label is asked', async () => {
    const { k: _k, ...parameters } = ADAPTIVE
    const events = await collect(
      tiny.request({ method: 'primed-uni', parameters }, { checkpointFolder: join(tiny.folder, 'uniform') }),
    )
    expect(payloads(events, 'guidance.signals')[3]!.signals).toMatchObject({ need: null, risk: null })
  })
})
