import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { EventPayload } from '@anamnesis/core/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readEvents } from '../events/store.ts'
import type { Behaviour } from '../testing/fakeTraining.ts'
import { startRun, type TestServices, testServices, until } from '../testing/services.ts'
import { changeHeldRun, claimRun, lineUpForgotten, lookAfterRuns } from './lease.ts'
import { RunWorker } from './worker.ts'

/** Far longer than a busy machine keeps a process waiting; tests that need silence pretend that time has passed. */
const times = { heartbeat: 100, stale: 20_000, lost: 40_000 }
let services: TestServices
let workers: RunWorker[] = []
let processes: ChildProcess[] = []

beforeEach(async () => {
  services = await testServices()
})
afterEach(async () => {
  for (const child of processes) child.kill('SIGKILL')
  for (const worker of workers) await worker.stop()
  workers = []
  processes = []
  delete process.env.FAKE_TRAINING
  await services[Symbol.asyncDispose]()
})

async function startWorker(behaviour: Behaviour = {}, stopGrace = 60_000): Promise<RunWorker> {
  process.env.FAKE_TRAINING = JSON.stringify(behaviour)
  const { db, queue, hub, log, env } = services
  const trainEntry = join(import.meta.dirname, '..', 'testing', 'fakeTraining.ts')
  const worker = new RunWorker({ db, queue, hub, log, home: env.home, backend: 'cpu', trainEntry, times, stopGrace })
  workers.push(worker)
  await worker.start()
  return worker
}

function startWorkerProcess(behaviour: Behaviour): ChildProcess {
  const child = fork(join(import.meta.dirname, '..', 'testing', 'workerProcess.ts'), [], {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      FAKE_TRAINING: JSON.stringify(behaviour),
      DATABASE_URL: services.databaseUrl,
      ANAMNESIS_HOME: services.env.home,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  processes.push(child)
  return child
}

const inState = (id: string, ...states: string[]) =>
  until(async () => {
    const run = await services.db.run.findUniqueOrThrow({ where: { id } })
    return states.includes(run.state) ? run : null
  })

const events = (id: string) => readEvents(services.db, id, 0, 10_000)

async function states(id: string): Promise<string[]> {
  return (await events(id)).flatMap((event) => (event.type === 'run.state' ? [event.payload.state] : []))
}

const matrix = async (id: string) =>
  (await services.db.matrixCell.findMany({ where: { runId: id }, orderBy: [{ row: 'asc' }, { column: 'asc' }] })).map(
    ({ row, column, accuracy }) => [row, column, accuracy],
  )

/** What every run must look like afterwards: dense numbers, all cells, each step of the final attempt once. */
async function expectComplete(id: string) {
  const all = await events(id)
  expect(all.map((event) => event.seq)).toEqual(all.map((_, i) => i + 1))
  const expected = []
  for (let row = 0; row <= 3; row++) {
    for (let column = 1; column <= 3; column++) expected.push([row, column, ((row * 7 + column * 3) % 10) / 10])
  }
  expect(await matrix(id)).toEqual(expected)
}

/** Resolves when the run has a checkpoint after its first task and is at work on the second. */
const inSecondTask = (id: string) =>
  until(async () => {
    const all = await events(id)
    const saved = all.find((event) => event.type === 'checkpoint.saved')
    return saved && all.some((event) => event.type === 'step' && event.seq > saved.seq)
  })

describe('a worker', () => {
  it('trains a waiting run to its end and stores where it came from', async () => {
    await startWorker()
    const { id } = await startRun(services)
    const run = await inState(id, 'SUCCEEDED', 'FAILED')
    expect(run).toMatchObject({ state: 'SUCCEEDED', attempt: 1, losses: 0, step: 12, totalSteps: 12, leaseOwner: null })
    expect(run.provenance).toMatchObject({ backend: { id: 'fake' } })
    expect(await states(id)).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED'])
    await expectComplete(id)
    const checkpoint = (await events(id)).find((event) => event.type === 'checkpoint.saved')
    expect((checkpoint!.payload as EventPayload<'checkpoint.saved'>).path).toBe(
      join('runs', id, 'checkpoints', 'task-1'),
    )
  })

  it('takes runs in the order in which they were started', async () => {
    const first = await startRun(services)
    const second = await startRun(services)
    await startWorker()
    await inState(second.id, 'SUCCEEDED')
    const [a, b] = await Promise.all(
      [first.id, second.id].map((id) => services.db.run.findUniqueOrThrow({ where: { id } })),
    )
    expect(a!.finishedAt!.getTime()).toBeLessThanOrEqual(b!.startedAt!.getTime())
  })

  it('goes on from the last checkpoint when its training process is killed', async () => {
    const worker = await startWorker({ stepMs: 20 })
    const { id } = await startRun(services, { settings: { stepsPerTask: 20 } })
    await inSecondTask(id)
    process.kill(worker.trainingPid!, 'SIGKILL')
    const run = await inState(id, 'SUCCEEDED', 'FAILED')
    expect(run).toMatchObject({ state: 'SUCCEEDED', attempt: 2, losses: 1 })
    const all = await events(id)
    const lostAt = all.findIndex((event) => event.type === 'run.state' && event.payload.state === 'LOST')
    const saved = all.slice(0, lostAt).filter((event) => event.type === 'checkpoint.saved')
    expect(run.provenance).toMatchObject({ resumedAfter: saved.length })
    expect(await states(id)).toEqual(['QUEUED', 'RUNNING', 'LOST', 'QUEUED', 'RUNNING', 'SUCCEEDED'])
    expect(all[lostAt]!.payload).toMatchObject({ reason: expect.stringContaining('SIGKILL'), errorCode: 'WORKER_LOST' })
    await expectComplete(id)
  })

  it('loses no run when the worker itself is killed: another one goes on from the checkpoint', async () => {
    const child = startWorkerProcess({ stepMs: 20 })
    const { id } = await startRun(services, { settings: { stepsPerTask: 20 } })
    await inSecondTask(id)
    child.kill('SIGKILL')
    await startWorker({ stepMs: 1 })
    const run = await inState(id, 'SUCCEEDED', 'FAILED')
    expect(run).toMatchObject({ state: 'SUCCEEDED', attempt: 2, losses: 1 })
    expect((await states(id)).filter((state) => state !== 'STALE')).toEqual([
      'QUEUED',
      'RUNNING',
      'LOST',
      'QUEUED',
      'RUNNING',
      'SUCCEEDED',
    ])
    await expectComplete(id)
  })

  it('hands its run back when it is shut down, without counting a loss', async () => {
    const worker = await startWorker({ stepMs: 20 })
    const { id } = await startRun(services, { settings: { stepsPerTask: 20 } })
    await inSecondTask(id)
    await worker.stop()
    expect(await inState(id, 'QUEUED')).toMatchObject({
      losses: 0,
      leaseOwner: null,
      stateReason: expect.stringContaining('shut down'),
    })
    await startWorker()
    expect(await inState(id, 'SUCCEEDED')).toMatchObject({ attempt: 2, losses: 0 })
    await expectComplete(id)
  })

  it('gives up after three losses, and says so', async () => {
    const worker = await startWorker({ stepMs: 50 })
    const { id } = await startRun(services, { settings: { stepsPerTask: 500 } })
    for (let loss = 1; loss <= 3; loss++) {
      await until(
        async () => (await states(id)).filter((state) => state === 'RUNNING').length === loss && worker.trainingPid,
      )
      process.kill(worker.trainingPid!, 'SIGKILL')
      await until(async () => (await states(id)).filter((state) => state === 'LOST').length === loss)
    }
    const run = await inState(id, 'FAILED')
    expect(run).toMatchObject({ errorCode: 'WORKER_LOST', losses: 3, stateReason: expect.stringContaining('given up') })
  })

  it('stops a run at work in two phases', async () => {
    await startWorker({ stepMs: 20 })
    const { id } = await startRun(services, { settings: { stepsPerTask: 1000 } })
    await until(async () => (await events(id)).some((event) => event.type === 'step'))
    expect(await services.runs.stop(id, 'seen enough')).toMatchObject({ state: 'STOP_REQUESTED' })
    expect(await inState(id, 'STOPPED')).toMatchObject({ stateReason: 'seen enough', leaseOwner: null })
    expect(await states(id)).toEqual(['QUEUED', 'RUNNING', 'STOP_REQUESTED', 'STOPPED'])
  })

  it('ends a training process by force that does not hear a stop', async () => {
    await startWorker({ stepMs: 20, deaf: true }, 300)
    const { id } = await startRun(services, { settings: { stepsPerTask: 1000 } })
    await until(async () => (await events(id)).some((event) => event.type === 'step'))
    await services.runs.stop(id, null)
    await inState(id, 'STOPPED')
  })

  it('fails a run with the code of its error', async () => {
    await startWorker({ fail: 'DISK_FULL' })
    const { id } = await startRun(services)
    expect(await inState(id, 'FAILED')).toMatchObject({ errorCode: 'DISK_FULL', stateReason: 'as the test asked' })
  })

  it('fails a run whose training process tells nonsense', async () => {
    await startWorker({ nonsense: true })
    const { id } = await startRun(services)
    expect(await inState(id, 'FAILED')).toMatchObject({ errorCode: 'INTERNAL' })
  })
})

describe('a lease', () => {
  it('belongs to one worker: of many that claim one run at once only one gets it', async () => {
    const { id } = await startRun(services)
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, i) => claimRun(services.db, id, `other/1/${i}`, times)),
    )
    expect(claims.filter(Boolean)).toHaveLength(1)
  })

  it('goes RUNNING, STALE, LOST, QUEUED when its worker is silent, and refuses that worker afterwards', async () => {
    const { db, queue } = services
    const { id } = await startRun(services)
    const claim = (await claimRun(db, id, 'another-machine/1/x', times))!
    const now = Date.now()
    await lookAfterRuns(db, queue, times, now + times.stale + 1000)
    expect(await inState(id, 'STALE')).toBeTruthy()
    await lookAfterRuns(db, queue, times, now + times.lost + 1000)
    expect(await states(id)).toEqual(['QUEUED', 'RUNNING', 'STALE', 'LOST', 'QUEUED'])
    const late = changeHeldRun(db, claim, () => ({ events: [] }))
    await expect(late).rejects.toMatchObject({ code: 'WORKER_LOST' })
    const next = (await claimRun(db, id, 'third/1/y', times))!
    expect(next.attempt).toBe(2)
    await expect(changeHeldRun(db, claim, () => ({ events: [] }))).rejects.toMatchObject({ code: 'WORKER_LOST' })
  })

  it('brings a run back to the queue that no job points to', async () => {
    const { db, queue } = services
    const { id } = await startRun(services)
    expect(await queue.take()).toBe(id) // taken by a worker that then died before it claimed the run
    expect(await queue.take()).toBeNull()
    await lineUpForgotten(db, queue, times)
    await lineUpForgotten(db, queue, times)
    expect(await queue.take()).toBe(id)
    expect(await queue.take()).toBeNull()
  })

  it('stops a run whose worker was lost after the stop was asked', async () => {
    const { db, queue, runs } = services
    const { id } = await startRun(services)
    await claimRun(db, id, 'another-machine/1/x', times)
    await runs.stop(id, 'enough')
    await lookAfterRuns(db, queue, times, Date.now() + times.lost + 1000)
    expect(await states(id)).toEqual(['QUEUED', 'RUNNING', 'STOP_REQUESTED', 'LOST', 'STOPPED'])
  })
})
