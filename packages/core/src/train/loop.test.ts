import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../backend/index.ts'
import { type EventPayload, type EventType, eventPayloads, type NewEvent } from '../contracts/index.ts'
import { methodById, methods } from '../methods/index.ts'
import { runTraining } from './loop.ts'
import type { TrainingRequest } from './request.ts'
import { type TinyRun, tinyRun } from './testing/tinyRun.ts'

let tiny: TinyRun
beforeAll(async () => {
  tiny = await tinyRun()
})
afterAll(async () => tiny[Symbol.asyncDispose]())

async function collect(request: TrainingRequest, stopAfter = Number.POSITIVE_INFINITY): Promise<NewEvent[]> {
  const events: NewEvent[] = []
  await runTraining(request, {
    emit: (event) => {
      events.push(event)
    },
    stopRequested: () => events.length >= stopAfter,
  })
  return events
}

function payloads<T extends EventType>(events: readonly NewEvent[], type: T): EventPayload<T>[] {
  return events.flatMap((event) => (event.type === type ? [event.payload as EventPayload<T>] : []))
}

const weights = (request: TrainingRequest, task: number) =>
  readFile(join(request.checkpointFolder, `task-${task}`, 'model', 'weights.safetensors'))

/** Events without what a clock or a folder name puts in. */
const comparable = (events: readonly NewEvent[]) =>
  events.map((event) => {
    if (event.type === 'step') {
      const { imagesPerSecond: _speed, inputWait: _wait, ...values } = event.payload.values
      return { ...event, payload: { ...event.payload, values } }
    }
    if (event.type === 'reference.built') return { ...event, payload: { ...event.payload, milliseconds: 0 } }
    if (event.type === 'checkpoint.saved') return { ...event, payload: { ...event.payload, path: '', digest: '' } }
    return event
  })

/** Whatever a method stores, retrieves or samples, few of it. */
const SMALL: Record<string, number> = {
  referenceSize: 20,
  referenceBatch: 4,
  k: 10,
  exemplars: 8,
  exemplarBatch: 4,
  samples: 4,
  sentences: 6,
  sentenceTokens: 3,
  experts: 3,
  bottleneck: 4,
  autoencoderSteps: 5,
  units: 20,
  images: 6,
}

function smallParameters(id: string): Record<string, number> {
  const known = Object.keys(methodById(id).parametersSchema.properties as object)
  return Object.fromEntries(Object.entries(SMALL).filter(([name]) => known.includes(name)))
}

describe('a training run', () => {
  it('evaluates every task before training and after every task, and learns', async () => {
    const request = tiny.request(
      { stepsPerTask: 30, learningRate: 0.005 },
      { checkpointFolder: join(tiny.folder, 'learns') },
    )
    const before = tf.memory().numTensors
    const events = await collect(request)
    expect(tf.memory().numTensors).toBe(before)
    for (const { type, payload } of events) expect(eventPayloads[type].safeParse(payload).error).toBeUndefined()
    const cells = payloads(events, 'eval.cell')
    expect(cells.map(({ row, column }) => [row, column])).toEqual([
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ])
    expect(cells.map(({ n }) => n)).toEqual([10, 15, 10, 15, 10, 15])
    expect(cells.at(-1)!.accuracy).toBeGreaterThan(0.9)
    const steps = payloads(events, 'step')
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
    expect(steps[29]!.values['loss.ce']).toBeLessThan(steps[0]!.values['loss.ce']!)
    expect(payloads(events, 'checkpoint.saved').map(({ task, step }) => [task, step])).toEqual([
      [1, 30],
      [2, 60],
    ])
  })

  it('gives the same events and weights for the same seed, others for another', async () => {
    const one = tiny.request({}, { checkpointFolder: join(tiny.folder, 'one') })
    const two = tiny.request({}, { checkpointFolder: join(tiny.folder, 'two') })
    const other = tiny.request({ seed: 7 }, { checkpointFolder: join(tiny.folder, 'other') })
    const [first, second] = [await collect(one), await collect(two)]
    await collect(other)
    expect(comparable(second)).toEqual(comparable(first))
    expect(await weights(two, 2)).toEqual(await weights(one, 2))
    expect(await weights(other, 2)).not.toEqual(await weights(one, 2))
  })

  it('learns the same when it saves memory', async () => {
    const losses = async (checkpointing: boolean) => {
      const checkpointFolder = join(tiny.folder, `checkpointing-${checkpointing}`)
      const events = await collect(tiny.request({ checkpointing }, { checkpointFolder }))
      return payloads(events, 'step').map(({ values }) => values['loss.total']!)
    }
    const plain = await losses(false)
    const saving = await losses(true)
    expect(plain.length).toBeGreaterThan(4)
    for (const [step, loss] of plain.entries()) expect(saving[step]).toBeCloseTo(loss, 3)
  })

  it.each(methods.filter(({ trains }) => trains).map(({ id }) => [id, smallParameters(id)] as const))(
    'goes on from a checkpoint to the same bits (%s)',
    async (method, parameters) => {
      const whole = tiny.request({ method, parameters }, { checkpointFolder: join(tiny.folder, `whole-${method}`) })
      const resumed = tiny.request(
        { method, parameters },
        {
          checkpointFolder: join(tiny.folder, `resumed-${method}`),
          resumeFrom: join(whole.checkpointFolder, 'task-1'),
        },
      )
      const events = await collect(whole)
      const rest = await collect(resumed)
      const saved = events.findIndex(({ type }) => type === 'checkpoint.saved')
      expect(comparable(rest)).toEqual(comparable(events.slice(saved + 1)))
      expect(await weights(resumed, 2)).toEqual(await weights(whole, 2))
      const state = async (request: TrainingRequest) =>
        JSON.parse(await readFile(join(request.checkpointFolder, 'task-2/state.json'), 'utf8'))
      expect(await state(resumed)).toEqual(await state(whole))
    },
  )

  it('guides every step with pairs of the literature and tells which', async () => {
    const parameters = { referenceSize: 20, referenceBatch: 4, k: 10 }
    const before = tf.memory().numTensors
    const events = await collect(
      tiny.request(
        { method: 'primed-dyn', parameters, stepsPerTask: 30 },
        { checkpointFolder: join(tiny.folder, 'guided') },
      ),
    )
    expect(tf.memory().numTensors).toBe(before)
    for (const { type, payload } of events) expect(eventPayloads[type].safeParse(payload).error).toBeUndefined()
    const [first, second] = payloads(events, 'reference.built')
    expect(first!.bags).toMatchObject({ task: 0, domain: 0, general: first!.size })
    expect(second!.bags.task).toBeGreaterThan(0)
    const ledgers = payloads(events, 'ledger.written')
    expect(ledgers.map(({ fromStep, toStep }) => [fromStep, toStep])).toEqual([
      [1, 25],
      [26, 30],
      [31, 55],
      [56, 60],
    ])
    for (const { figures, fromStep, toStep } of ledgers) {
      expect(figures.reduce((sum, { draws }) => sum + draws, 0)).toBe(4 * (toStep - fromStep + 1))
    }
    const names = Object.keys(payloads(events, 'step')[0]!.values)
    expect(names).toEqual(
      expect.arrayContaining([
        'loss.total',
        'loss.ce',
        'loss.ckt',
        'loss.cmc',
        'loss.guard',
        'gradient.norm',
        'learningRate',
      ]),
    )
    expect(payloads(events, 'step')[0]!.values['loss.ckt']).toBeCloseTo(0, 5) // the student is still the teacher
    expect(payloads(events, 'step')[0]!.values['loss.guard']).toBe(0)
  })

  it('stops before the next step when asked, with nothing left over', async () => {
    const before = tf.memory().numTensors
    const request = tiny.request({}, { checkpointFolder: join(tiny.folder, 'stopped') })
    await expect(collect(request, 8)).rejects.toMatchObject({ code: 'STOPPED' })
    expect(tf.memory().numTensors).toBe(before)
  })

  it('repeats row 0 for a method that does not train', async () => {
    const events = await collect(tiny.request({ method: 'zero-shot' }))
    const cells = payloads(events, 'eval.cell')
    expect(cells).toHaveLength(6)
    for (const row of [1, 2]) {
      for (const column of [1, 2]) {
        const find = (at: number) => cells.find((cell) => cell.row === at && cell.column === column)
        expect(find(row)).toEqual({ ...find(0), row })
      }
    }
    expect(payloads(events, 'step')).toEqual([])
  })

  it('evaluates at most evalLimit images, spread over the classes', async () => {
    const events = await collect(tiny.request({ method: 'zero-shot', evalLimit: 6 }))
    for (const cell of payloads(events, 'eval.cell')) {
      expect(cell.n).toBe(6)
      expect(cell.confusion.every((row) => row.some((count) => count > 0))).toBe(true)
    }
  })

  it('refuses a checkpoint of other settings, a damaged one and a missing one', async () => {
    const request = tiny.request({ stepsPerTask: 2 }, { checkpointFolder: join(tiny.folder, 'refused') })
    await collect(request)
    const resumeFrom = join(request.checkpointFolder, 'task-1')
    await expect(collect(tiny.request({ stepsPerTask: 3 }, { resumeFrom }))).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(
      collect(tiny.request({ stepsPerTask: 2 }, { resumeFrom, taskFolders: [...request.taskFolders].reverse() })),
    ).rejects.toMatchObject({ code: 'CONFLICT' })
    await writeFile(join(resumeFrom, 'model', 'weights.safetensors'), 'cut')
    await expect(collect(tiny.request({ stepsPerTask: 2 }, { resumeFrom }))).rejects.toMatchObject({
      code: 'CORRUPT_WEIGHTS',
    })
    await expect(collect(tiny.request({}, { resumeFrom: join(tiny.folder, 'nowhere') }))).rejects.toMatchObject({
      code: 'MISSING_DATA',
    })
  })

  it('says which method is unknown', async () => {
    await expect(collect(tiny.request({ method: 'magic' }))).rejects.toMatchObject({ code: 'UNKNOWN_METHOD' })
  })
})
