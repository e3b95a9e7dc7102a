import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stateEvent } from '../../jobs/lease.ts'
import { stepEvent } from '../../testing/events.ts'
import { type TestServer, testServer } from '../../testing/http.ts'
import { append, startRun, type TestServices, testServices, until } from '../../testing/services.ts'
import { toGlobalId } from '../globalId.ts'

let services: TestServices
let api: TestServer
beforeAll(async () => {
  services = await testServices()
  api = await testServer(services)
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

const EVENTS =
  'subscription ($id: ID!, $since: Int!) { runEvents(runId: $id, sinceSeq: $since) { runId seq type at payload } }'
interface Event {
  runEvents: { runId: string; seq: number; type: string; at: string; payload: Record<string, unknown> }
}

it('replays a run over the socket, goes live, survives a reload in the middle, and ends with the run', async () => {
  const { db } = services
  const run = await startRun(services)
  const id = toGlobalId('Run', run.id)
  const writing = (async () => {
    for (let i = 1; i <= 120; i++) await append(db, run.id, stepEvent(i))
    await append(db, run.id, stateEvent('SUCCEEDED'))
  })()
  const first = await api.subscribe<Event>(EVENTS, { id, since: 0 }, ({ length }) => length === 25)
  const rest = await api.subscribe<Event>(EVENTS, { id, since: first.at(-1)!.runEvents.seq })
  await writing
  const all = [...first, ...rest].map((result) => result.runEvents)
  expect(all.map((event) => event.seq)).toEqual(Array.from({ length: 122 }, (_, i) => i + 1))
  expect(all[0]).toMatchObject({ runId: id, type: 'run.state', payload: { state: 'QUEUED' } })
  expect(all.at(-1)).toMatchObject({ type: 'run.state', payload: { state: 'SUCCEEDED' } })
})

it('answers a subscription it cannot serve with a coded error', async () => {
  const ask = (id: string, since: number) => api.subscribe(EVENTS, { id, since })
  await expect(ask(toGlobalId('Run', randomUUID()), 0)).rejects.toMatchObject({
    errors: [{ extensions: { code: 'NOT_FOUND' } }],
  })
  await expect(ask('nonsense', 0)).rejects.toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] })
  const run = await startRun(services)
  await expect(ask(toGlobalId('Run', run.id), -1)).rejects.toMatchObject({
    errors: [{ extensions: { code: 'BAD_INPUT' } }],
  })
  await expect(api.subscribe('subscription { nothing }', {})).rejects.toMatchObject([
    { extensions: { code: 'BAD_INPUT' } },
  ])
})

it('tells lists about every run', async () => {
  const PROJECT = 'subscription { projectEvents { kind run { key state metrics { key value } } } }'
  type Told = { projectEvents: { kind: string; run: { key: string; state: string } } }
  const marker = await startRun(services)
  const seen: Told[] = []
  const watching = api.subscribe<Told>(PROJECT, {}, (results) => {
    seen.splice(0, seen.length, ...results)
    return results.some(({ projectEvents: { kind, run } }) => kind === 'state' && run.state === 'STOPPED')
  })
  // The subscription is up when it tells something.
  await until(async () => {
    await append(services.db, marker.id, { type: 'alarm', payload: { name: 'x', text: 'y' } })
    return seen.length > 0
  })
  const run = await startRun(services)
  await until(async () => seen.some(({ projectEvents }) => projectEvents.run.key === run.key))
  await append(services.db, run.id, stateEvent('STOPPED'))
  const own = (await watching).map(({ projectEvents }) => projectEvents).filter((event) => event.run.key === run.key)
  expect(own).toMatchObject([
    { kind: 'created', run: { state: 'QUEUED' } },
    { kind: 'state', run: { state: 'STOPPED' } },
  ])
})

it('lets go of a quiet subscription when its client leaves', async () => {
  const run = await startRun(services)
  const listeners = () => (services.hub as unknown as { listeners: Set<unknown> }).listeners.size
  const before = listeners()
  await api.subscribe<Event>(EVENTS, { id: toGlobalId('Run', run.id), since: 0 }, () => true)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(listeners()).toBe(before)
})
