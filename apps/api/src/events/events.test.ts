import type { RunEvent } from '@anamnesis/core/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stateEvent } from '../jobs/lease.ts'
import { cell, stepEvent } from '../testing/events.ts'
import { append, startRun, type TestServices, testServices, until } from '../testing/services.ts'
import { followProject, followRun } from './follow.ts'
import { changeRun, type Notice, parseEvent, readEvents, rebuildProjection } from './store.ts'

let services: TestServices
beforeAll(async () => {
  services = await testServices()
})
afterAll(() => services[Symbol.asyncDispose]())

/** Everything stored about a run besides its events, as bytes. */
async function projections(runId: string): Promise<string> {
  const { db } = services
  const where = { runId }
  return JSON.stringify([
    await db.run.findUniqueOrThrow({ where: { id: runId } }),
    await db.matrixCell.findMany({ where, orderBy: [{ row: 'asc' }, { column: 'asc' }] }),
    await db.runMetric.findMany({ where, orderBy: { key: 'asc' } }),
  ])
}

describe('the event store', () => {
  it('numbers events densely when many write at once', async () => {
    const { db } = services
    const run = await startRun(services)
    await Promise.all(Array.from({ length: 30 }, (_, i) => append(db, run.id, stepEvent(i + 1), stepEvent(i + 100))))
    const events = await readEvents(db, run.id, 0, 1000)
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 61 }, (_, i) => i + 1))
  })

  it('makes the same bytes of state, matrix and metrics from the events alone', async () => {
    const { db } = services
    const run = await startRun(services)
    await append(db, run.id, stateEvent('RUNNING'), cell(0, 1, 0.2), cell(0, 2, 0.3), cell(0, 3, 0.1))
    for (let row = 1; row <= 3; row++) {
      await append(db, run.id, { type: 'task.started', payload: { task: row, taskId: `task-${row}`, steps: 4 } })
      await append(db, run.id, stepEvent(row, { 'loss.ce': 0.5, 'loss.ckt': null }))
      for (let column = 1; column <= 3; column++) await append(db, run.id, cell(row, column, 0.1 * (row + column)))
      if (row === 2) {
        // Lost and taken up again: the task is learned anew, its cells come twice.
        await append(
          db,
          run.id,
          stateEvent('STALE'),
          stateEvent('LOST'),
          stateEvent('QUEUED', 'again'),
          stateEvent('RUNNING'),
        )
        for (let column = 1; column <= 3; column++) await append(db, run.id, cell(2, column, 0.05 * column))
      }
    }
    await append(db, run.id, stateEvent('SUCCEEDED'))
    const before = await projections(run.id)
    expect(JSON.parse(before)[0]).toMatchObject({ state: 'SUCCEEDED', attempt: 2, losses: 1, step: 3 })
    await db.matrixCell.deleteMany({ where: { runId: run.id, row: 1 } })
    await db.runMetric.updateMany({ where: { runId: run.id }, data: { value: 99 } })
    await db.run.update({
      where: { id: run.id },
      data: { state: 'FAILED', lastSeq: 1, startedAt: null, seriesNames: [] },
    })
    await rebuildProjection(db, run.id)
    expect(await projections(run.id)).toBe(before)
  })

  it('stores nothing of a change that fails', async () => {
    const { db } = services
    const run = await startRun(services)
    const failing = changeRun(db, run.id, async (_, tx) => {
      await tx.run.update({ where: { id: run.id }, data: { name: 'changed' } })
      throw new Error('in the middle')
    })
    await expect(failing).rejects.toThrow('in the middle')
    expect((await db.run.findUniqueOrThrow({ where: { id: run.id } })).name).not.toBe('changed')
    await expect(append(db, run.id, cell(9, 9))).rejects.toThrow(RangeError)
    expect(await readEvents(db, run.id, 0, 10)).toHaveLength(1)
  })

  it('refuses what is no event', () => {
    expect(() => parseEvent({ type: 'step', payload: { step: 'one' } })).toThrow('step')
    expect(() => parseEvent({ type: 'holiday', payload: {} })).toThrow('holiday')
    expect(() => parseEvent(null)).toThrow('unknown event type')
  })
})

describe('following a run', () => {
  it('replays and goes live without loss or doubles, from any cursor, while events are written', async () => {
    const { db, hub } = services
    const run = await startRun(services)
    const TOTAL = 400
    const writing = (async () => {
      for (let i = 1; i < TOTAL - 1; i += 3) await append(db, run.id, stepEvent(i), stepEvent(i + 1), stepEvent(i + 2))
      await append(db, run.id, stateEvent('SUCCEEDED'))
    })()
    const read = async (since: number, pause: number) => {
      const events: RunEvent[] = []
      for await (const event of followRun(db, hub, run.id, since)) {
        events.push(event)
        if (pause) await new Promise((resolve) => setTimeout(resolve, pause))
      }
      return events
    }
    const readers = await Promise.all([read(0, 0), read(0, 2), read(100, 0), read(7, 1)])
    await writing
    const { lastSeq } = await db.run.findUniqueOrThrow({ where: { id: run.id } })
    for (const [i, since] of [0, 0, 100, 7].entries()) {
      expect(readers[i]!.map((event) => event.seq)).toEqual(
        Array.from({ length: lastSeq - since }, (_, k) => since + k + 1),
      )
    }
    expect(await read(lastSeq, 0)).toEqual([]) // a finished run ends at once
  })

  it('goes on after its database connection was cut', async () => {
    const { db, hub } = services
    const run = await startRun(services)
    const seen: number[] = []
    const reading = (async () => {
      for await (const event of followRun(db, hub, run.id, 0)) seen.push(event.seq)
    })()
    await until(async () => seen.length === 1)
    await db.$queryRaw`select pg_terminate_backend(pid)::text from pg_stat_activity where datname = current_database() and query like 'listen%'`
    await append(db, run.id, stepEvent(1))
    await append(db, run.id, stateEvent('STOPPED'))
    await reading
    expect(seen).toEqual([1, 2, 3])
  })

  it('ends at once when its reader leaves while nothing happens', async () => {
    const { db, hub } = services
    const run = await startRun(services)
    const following = followRun(db, hub, run.id, 0)
    await following.next()
    const waiting = following.next()
    await following.return()
    expect(await waiting).toEqual({ done: true, value: undefined })
  })

  it('tells lists of new runs and changed states', async () => {
    const { db, hub } = services
    const notices: Notice[] = []
    const following = followProject(hub)
    const reading = (async () => {
      for await (const notice of following) notices.push(notice)
    })()
    const run = await startRun(services)
    await append(db, run.id, stateEvent('RUNNING'))
    await append(db, run.id, stateEvent('SUCCEEDED'))
    const news = () => new Set(notices.filter((notice) => notice.runId === run.id).flatMap((notice) => notice.news))
    await until(async () => news().has('created') && notices.at(-1)?.seq === 3)
    expect(news()).toEqual(new Set(['created', 'state']))
    await following.return(undefined)
    await reading
  })
})
