/**
 * Stands in for the training process in tests of the worker: the same messages, made-up numbers that depend on nothing
 * but their place, so that an interrupted run must end with exactly the matrix of an uninterrupted one.
 * FAKE_TRAINING: JSON of Behaviour.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NewEvent } from '@anamnesis/core/contracts'
import type { TrainingRequest } from '@anamnesis/core/train'
import type { FromTraining, ToTraining } from '../jobs/protocol.ts'
import { cell } from './events.ts'

export interface Behaviour {
  /** Milliseconds a step takes. */
  stepMs?: number
  /** Fails with this code at step 2. */
  fail?: string
  /** Does not hear a stop. */
  deaf?: boolean
  /** Sends something that is no event. */
  nonsense?: boolean
}

const behaviour = JSON.parse(process.env.FAKE_TRAINING ?? '{}') as Behaviour
let stop = false

const tell = (message: FromTraining) => new Promise<void>((resolve) => process.send!(message, () => resolve()))
const emit = (event: NewEvent) => tell({ type: 'event', event })

async function train({ config, taskFolders, checkpointFolder, resumeFrom }: TrainingRequest): Promise<FromTraining> {
  const tasks = taskFolders.length
  const accuracy = (row: number, column: number) => ((row * 7 + column * 3) % 10) / 10
  const row = async (index: number) => {
    for (let column = 1; column <= tasks; column++) await emit(cell(index, column, accuracy(index, column)))
  }
  const done = resumeFrom === null ? 0 : Number(await readFile(join(resumeFrom, 'task'), 'utf8'))
  await tell({ type: 'provenance', provenance: { backend: { id: 'fake', version: '1' }, resumedAfter: done } })
  if (done === 0) await row(0)
  for (let task = done + 1; task <= tasks; task++) {
    await emit({ type: 'task.started', payload: { task, taskId: `task-${task}`, steps: config.stepsPerTask } })
    for (let i = 1; i <= config.stepsPerTask; i++) {
      if (stop) return { type: 'ended', outcome: 'stopped' }
      const step = (task - 1) * config.stepsPerTask + i
      await new Promise((resolve) => setTimeout(resolve, behaviour.stepMs ?? 1))
      await emit({ type: 'step', payload: { task, step, values: { 'loss.ce': 1 / step } } })
      if (behaviour.fail && step === 2) return { type: 'failed', code: behaviour.fail, message: 'as the test asked' }
      if (behaviour.nonsense && step === 2)
        await tell({ type: 'event', event: { type: 'step', payload: { step: 'x' } } })
    }
    await row(task)
    const path = join(checkpointFolder, `task-${task}`)
    await mkdir(path, { recursive: true })
    await writeFile(join(path, 'task'), String(task))
    const step = task * config.stepsPerTask
    await emit({
      type: 'checkpoint.saved',
      payload: { task, step, path, digest: `digest-${task}`, bytes: 1, state: ['task'] },
    })
  }
  return { type: 'ended', outcome: 'succeeded' }
}

process.on('message', (message: ToTraining) => {
  if (message.type === 'stop') stop = !behaviour.deaf
  else
    void train(message.request)
      .then(tell)
      .finally(() => process.exit())
})
process.on('disconnect', () => process.exit(1))
