import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stateEvent } from '../../jobs/lease.ts'
import { cell, stepEvent } from '../../testing/events.ts'
import { type TestServer, testServer } from '../../testing/http.ts'
import { append, startRun, type TestServices, testServices } from '../../testing/services.ts'
import { fromGlobalId, toGlobalId } from '../globalId.ts'

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

interface Payload {
  run: { id: string; key: string; state: string; stateReason: string | null; config: Record<string, unknown> } | null
  userErrors: { code: string; field: string | null; message: string }[]
}
const START = `mutation ($input: StartRunInput!) {
  startRun(input: $input) { run { id key state stateReason config } userErrors { code field message } }
}`
const STOP = `mutation ($input: StopRunInput!) {
  stopRun(input: $input) { run { id key state stateReason config } userErrors { code field message } }
}`

async function start(input: Record<string, unknown>): Promise<Payload> {
  const base = { suite: 'phantom-3', method: 'fine-tune', idempotencyKey: randomUUID() }
  const { data, errors } = await api.query<{ startRun: Payload }>(START, { input: { ...base, ...input } })
  expect(errors).toBeUndefined()
  return data.startRun
}

async function stop(runId: string, reason?: string): Promise<Payload> {
  return (await api.query<{ stopRun: Payload }>(STOP, { input: { runId, reason } })).data.stopRun
}

describe('startRun', () => {
  it('makes a waiting run with everything resolved', async () => {
    const { run, userErrors } = await start({
      seed: 7,
      settings: { stepsPerTask: 5 },
      method: 'primed-dyn',
      parameters: { alpha: 0.5 },
      addOns: { stress: { share: 0.5 }, relation: {} },
    })
    expect(userErrors).toEqual([])
    expect(run).toMatchObject({ state: 'QUEUED', key: expect.stringMatching(/^[a-z]+-[a-z]+-\d+$/) })
    expect(run!.config).toMatchObject({
      suite: 'phantom-3',
      order: 'default',
      method: 'primed-dyn',
      seed: 7,
      stepsPerTask: 5,
      model: 'tiny-phantom',
      parameters: { alpha: 0.5, temperature: expect.any(Number) },
      addOns: { stress: { share: 0.5, kind: 'noise' }, relation: { weight: 1, sameDomain: false } },
    })
  })

  it.each([
    [{ suite: 'no-such-suite' }, 'UNKNOWN_SUITE', 'suite', 'phantom-3'],
    [{ order: 'no-such-order' }, 'BAD_INPUT', 'order', 'default'],
    [{ method: 'no-such-method' }, 'UNKNOWN_METHOD', 'method', 'fine-tune'],
    [{ method: 'primed-dyn', parameters: { alpha: -1 } }, 'BAD_PARAMETERS', 'parameters.alpha', 'alpha'],
    [{ parameters: { colour: 'red' } }, 'BAD_PARAMETERS', 'parameters.colour', 'colour'],
    [{ addOns: { magic: {} } }, 'UNKNOWN_METHOD', 'addOns', 'stress'],
    [{ addOns: { 'ties-merge': { keep: 2 } } }, 'BAD_PARAMETERS', 'addOns.ties-merge.keep', 'keep'],
    [{ addOns: { stress: {} } }, 'BAD_PARAMETERS', 'addOns.stress', 'reference set'],
    [{ addOns: { stress: 1 } }, 'BAD_INPUT', 'addOns.stress', 'addOns'],
    [{ settings: { addOns: {} } }, 'BAD_INPUT', 'settings.addOns', 'addOns'],
    [{ settings: { stepsPerTask: 0 } }, 'BAD_INPUT', 'stepsPerTask', 'stepsPerTask'],
    [{ settings: { batchsize: 8 } }, 'BAD_INPUT', 'batchsize', 'batchsize'],
    [{ settings: { method: 'l2' } }, 'BAD_INPUT', 'settings.method', 'method'],
    [{ settings: [1] }, 'BAD_INPUT', 'settings', 'settings'],
    [{ seed: -1 }, 'BAD_INPUT', 'seed', 'seed'],
    [{ idempotencyKey: '' }, 'BAD_INPUT', 'idempotencyKey', 'idempotencyKey'],
  ])('refuses %j, naming field and way out', async (input, code, field, word) => {
    const { run, userErrors } = await start(input)
    expect(run).toBeNull()
    expect(userErrors).toEqual([{ code, field, message: expect.stringContaining(word) }])
  })

  it('says what a suite lacks', async () => {
    const { catalog } = services
    const original = catalog.unavailableReason
    catalog.unavailableReason = async () => 'Not here yet: its tasks. Run: npm run import -- suite real-6'
    try {
      const { userErrors } = await start({ suite: 'real-6' })
      expect(userErrors[0]).toMatchObject({
        code: 'MISSING_DATA',
        field: 'suite',
        message: expect.stringContaining('npm run import'),
      })
    } finally {
      catalog.unavailableReason = original
    }
  })

  it('makes one run of a retried start, also when both come at once, and refuses the key with other input', async () => {
    const input = { idempotencyKey: randomUUID(), seed: 3 }
    const [first, second] = await Promise.all([start(input), start(input)])
    expect(first!.run!.id).toBe(second!.run!.id)
    expect((await start(input)).run!.id).toBe(first!.run!.id)
    expect(await start({ ...input, seed: 4 })).toMatchObject({
      run: null,
      userErrors: [{ code: 'CONFLICT', field: 'idempotencyKey' }],
    })
  })
})

describe('stopRun', () => {
  it('stops a waiting run at once, and hears a second request as the same', async () => {
    const { run } = await start({})
    expect(await stop(run!.id, 'not needed')).toMatchObject({
      run: { state: 'STOPPED', stateReason: 'not needed' },
      userErrors: [],
    })
    expect(await stop(run!.id)).toMatchObject({
      run: null,
      userErrors: [{ code: 'CONFLICT', message: expect.stringContaining('STOPPED') }],
    })
  })

  it.each([[toGlobalId('Run', randomUUID())], [toGlobalId('Suite', 'phantom-3')], ['nonsense'], ['']])(
    'finds no run with id %j',
    async (id) => {
      expect(await stop(id)).toMatchObject({ run: null, userErrors: [{ code: 'NOT_FOUND' }] })
    },
  )
})

describe('a run', () => {
  it('gives matrix, metrics, curves, events, references and checkpoints', async () => {
    const { db } = services
    const { id } = await startRun(services)
    await append(
      db,
      id,
      stateEvent('RUNNING'),
      cell(0, 1, 0.25),
      stepEvent(1, { a: 1 }),
      stepEvent(2, { a: null, b: 3 }),
    )
    const payload = {
      task: 1,
      taskId: 'task-1',
      size: 10,
      bags: { task: 6, domain: 2, general: 2 },
      questions: 5,
      indexVersion: 'v',
      milliseconds: 2,
    }
    await append(db, id, { type: 'reference.built', payload })
    await append(db, id, {
      type: 'checkpoint.saved',
      payload: { task: 1, step: 2, path: 'x', digest: 'd', bytes: 9, state: ['model weights'] },
    })
    const { data, errors } = await api.query<{ run: Record<string, unknown> }>(
      `query ($id: ID!) { run(id: $id) {
        state seriesNames lastSeq task step order { key taskKeys } suite { key } method { key } reproduce
        matrix { taskKeys taskNames cells { row column taskKey accuracy low high confusion } }
        metrics { key value } series(names: ["a", "b", "c"]) { name steps values points }
        references { task taskKey size bags questions } checkpoints { task step digest bytes state }
        events(first: 2, types: ["step"]) { totalCount pageInfo { hasNextPage endCursor } edges { node { seq type payload } } }
      } }`,
      { id: toGlobalId('Run', id) },
    )
    expect(errors).toBeUndefined()
    expect(data.run).toMatchObject({
      state: 'RUNNING',
      seriesNames: ['a', 'b'],
      lastSeq: 7,
      step: 2,
      reproduce: 'npm run benchmark -- --suite phantom-3 --methods fine-tune --seeds 42 --set stepsPerTask=4',
      matrix: { cells: [{ row: 0, column: 1, accuracy: 0.25, low: 0.15, high: 0.35 }] },
      series: [
        { name: 'a', steps: [1, 2], values: [1, null], points: 2 },
        { name: 'b', steps: [2], values: [3], points: 1 },
        { name: 'c', steps: [], values: [], points: 0 },
      ],
      references: [{ task: 1, taskKey: 'task-1', bags: payload.bags }],
      checkpoints: [{ task: 1, step: 2, digest: 'd' }],
      events: { totalCount: 2, pageInfo: { hasNextPage: false }, edges: [{ node: { seq: 4 } }, { node: { seq: 5 } }] },
    })
  })

  it('is null for an id of nothing', async () => {
    for (const id of [toGlobalId('Run', randomUUID()), 'x', toGlobalId('Task', 'y')]) {
      expect((await api.query('query ($id: ID!) { run(id: $id) { id } }', { id })).data).toEqual({ run: null })
    }
  })

  it('is found by node and by its readable key', async () => {
    const row = await startRun(services)
    const id = toGlobalId('Run', row.id)
    const { data } = await api.query(
      'query ($id: ID!, $key: String!) { node(id: $id) { id ... on Run { key } } runByKey(key: $key) { id } suite: node(id: "U3VpdGU6cGhhbnRvbS0z") { ... on Suite { key } } }',
      { id, key: row.key },
    )
    expect(data).toEqual({ node: { id, key: row.key }, runByKey: { id }, suite: { key: 'phantom-3' } })
    expect(fromGlobalId('U3VpdGU6cGhhbnRvbS0z')).toEqual({ type: 'Suite', key: 'phantom-3' })
  })
})

describe('the list of runs', () => {
  it('costs as many statements for fifty runs as for two', async () => {
    for (let i = 0; i < 50; i++) {
      const { id } = await startRun(services, { name: `list ${i}` })
      await append(services.db, id, cell(0, 1))
    }
    const LIST = `query ($first: Int!) { runs(first: $first, filter: { text: "list" }) { totalCount edges { node {
      id state suite { key tasks { key } } method { key } metrics { key value } matrix { cells { accuracy } } references { size } checkpoints { step }
    } } } }`
    const count = async (first: number) => {
      services.statements.length = 0
      const { data } = await api.query<{ runs: { totalCount: number; edges: unknown[] } }>(LIST, { first })
      expect(data.runs).toMatchObject({ totalCount: 50 })
      expect(data.runs.edges).toHaveLength(first)
      return services.statements.length
    }
    const two = await count(2)
    expect(await count(50)).toBe(two)
    expect(two).toBeLessThanOrEqual(8)
  })

  it.each([
    ['CREATED_AT', true],
    ['CREATED_AT', false],
    ['FINISHED_AT', true],
    ['FINISHED_AT', false],
  ])('pages by %s (descending: %s) through every run once', async (field, descending) => {
    const name = `page ${field} ${descending}`
    for (let i = 0; i < 7; i++) {
      const { id } = await startRun(services, { name })
      if (i % 2 === 0) await append(services.db, id, stateEvent('SUCCEEDED'))
    }
    const seen: string[] = []
    let after: string | null = null
    do {
      const answer: {
        data: { runs: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } }
      } = await api.query(
        `query ($after: String, $sort: RunSort, $name: String) { runs(first: 3, after: $after, sort: $sort, filter: { text: $name, suite: "phantom-3" }) {
            edges { node { id } } pageInfo { hasNextPage endCursor } } }`,
        { after, sort: { field, descending }, name },
      )
      seen.push(...answer.data.runs.edges.map(({ node }) => node.id))
      after = answer.data.runs.pageInfo.hasNextPage ? answer.data.runs.pageInfo.endCursor : null
    } while (after)
    expect(seen).toHaveLength(7)
    expect(new Set(seen).size).toBe(7)
  })

  it.each([
    ['first: 0', 'first'],
    ['first: 101', 'first'],
    ['first: 5, after: "nonsense"', 'after'],
  ])('refuses %s', async (args, field) => {
    const { errors } = await api.query(`{ runs(${args}) { totalCount } }`)
    expect(errors![0]!.extensions).toMatchObject({ code: 'BAD_INPUT', field })
  })
})

it('knows the metrics of a run that was measured before a metric was added', async () => {
  const { id } = await startRun(services, { name: 'measured early' })
  const cells = []
  for (let row = 0; row <= 3; row++) for (let column = 1; column <= 3; column++) cells.push(cell(row, column, 0.5))
  await append(services.db, id, stateEvent('RUNNING'), ...cells, stateEvent('SUCCEEDED'))
  await services.db.runMetric.deleteMany({ where: { runId: id, key: 'zeroShot.drop' } })
  const { data } = await api.query<{ run: { metrics: { key: string; value: number | null }[] } }>(
    'query ($id: ID!) { run(id: $id) { metrics { key value } } }',
    { id: toGlobalId('Run', id) },
  )
  expect(data.run.metrics).toContainEqual({ key: 'zeroShot.drop', value: 0 })
})
