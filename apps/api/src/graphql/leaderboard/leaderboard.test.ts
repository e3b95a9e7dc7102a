import { metrics } from '@anamnesis/core/metrics'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunRow } from '../../db/client.ts'
import { stateEvent } from '../../jobs/lease.ts'
import { cell } from '../../testing/events.ts'
import { type TestServer, testServer } from '../../testing/http.ts'
import { append, startRun, type TestServices, testServices } from '../../testing/services.ts'

let services: TestServices
let api: TestServer
beforeAll(async () => {
  services = await testServices()
  api = await testServer(services)
  await fill()
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

interface Finished {
  method: string
  seed: number
  last: number
  order?: string
  steps?: number
  spread?: number
}

/** A finished run on phantom-6 whose cells are all near `last`; `spread` sets its tasks apart. */
async function finish({ method, seed, last, order = 'default', steps = 2, spread = 0.01 }: Finished): Promise<RunRow> {
  const row = await startRun(services, { suite: 'phantom-6', method, seed, order, settings: { stepsPerTask: steps } })
  const ids = (row.tasks as { id: string }[]).map(({ id }) => id).sort()
  const of = (id: string) => last + spread * (ids.indexOf(id) - 2.5)
  const cells = []
  for (let r = 0; r <= 6; r++) {
    for (const [c, { id }] of (row.tasks as { id: string }[]).entries()) cells.push(cell(r, c + 1, of(id)))
  }
  await append(services.db, row.id, stateEvent('RUNNING'), ...cells, stateEvent('SUCCEEDED'))
  return services.db.run.findUniqueOrThrow({ where: { id: row.id } })
}

async function fill() {
  for (const [seed, last] of [
    [1, 0.8],
    [2, 0.82],
    [3, 0.81],
  ] as const) {
    await finish({ method: 'l2', seed, last })
    await finish({ method: 'primed-uni', seed, last: last + (seed === 2 ? 0.01 : -0.006) })
    await finish({ method: 'fine-tune', seed, last: last - 0.5 })
    await finish({ method: 'fine-tune', seed, last: 0.6, steps: 3 })
  }
  await finish({ method: 'l2', seed: 1, last: 0.8 }) // a repeated seed replaces the earlier run and is not another sample
  await finish({ method: 'zero-shot', seed: 42, last: 0.1 })
  await finish({ method: 'primed-dyn', seed: 1, last: 0.9 })
  await finish({ method: 'primed-dyn', seed: 2, last: 0.9 })
  await startRun(services, { suite: 'phantom-6', method: 'l2', seed: 9, settings: { stepsPerTask: 2 } })
}

interface Entry {
  key: string
  n: number
  rank: number | null
  rankInterval: [number, number] | null
  tieGroup: number | null
  tied: boolean
  ranked: boolean
  reason: string | null
  method: { key: string }
  runs: { seed: number; key: string }[]
  metrics: { key: string; interval: { n: number; mean: number; low: number; deviation: number } }[]
  tasks: { taskKey: string; interval: { n: number; mean: number } }[]
  variance: { orders: number; order: number | null; seed: number | null }
}
interface Board {
  leaderboard: {
    unit: string
    scope: string
    orders: { key: string }[]
    group: { key: string; stepsPerTask: number; runs: number } | null
    groups: { key: string; stepsPerTask: number; runs: number }[]
    entries: Entry[]
    comparisons: {
      a: string
      b: string
      pairs: number
      separated: boolean
      better: string | null
      correctedP: number
    }[]
    leftOut: { reason: string; count: number; text: string; runs: { key: string; seed: number }[] }[]
  }
}
const BOARD = `query ($order: String, $orderSet: String, $sortBy: String, $scope: String, $group: String, $methods: [String!]) {
  leaderboard(suite: "phantom-6", order: $order, orderSet: $orderSet, sortBy: $sortBy, scope: $scope, group: $group, methods: $methods) {
    unit scope resamples seedsToRank sortedBy orders { key }
    group { key stepsPerTask runs } groups { key stepsPerTask runs }
    entries {
      key n rank rankInterval tieGroup tied ranked reason method { key } runs { seed key }
      metrics { key interval { n mean low high deviation standardError values } }
      tasks { taskKey interval { n mean } } variance { orders order seed }
    }
    comparisons { a b pairs difference low high p correctedP separated better reason }
    leftOut { reason count text runs { key seed } }
  }
}`
async function board(variables: Record<string, unknown> = {}): Promise<Board['leaderboard']> {
  const { data, errors } = await api.query<Board>(BOARD, variables)
  expect(errors).toBeUndefined()
  return data.leaderboard
}
const byMethod = (entries: Entry[], method: string) => entries.find((entry) => entry.method.key === method)!

describe('the leaderboard', () => {
  it('ranks with intervals, groups what cannot be told apart, and lists what has too few seeds', async () => {
    const { entries, unit, scope, comparisons } = await board({ scope: 'runs' })
    expect(
      entries.map(({ method, rank, tieGroup, ranked, reason }) => [method.key, rank, tieGroup, ranked, reason]),
    ).toEqual([
      ['l2', 1, 1, true, null],
      ['primed-uni', 2, 1, true, null],
      ['fine-tune', 3, 2, true, null],
      ['zero-shot', 4, 3, true, null], // no training, so the seed changes nothing and one run is exact
      ['primed-dyn', null, null, false, '2 of 3 seeds'],
    ])
    expect([unit, scope]).toEqual(['seed', 'runs'])
    expect(entries[1]).toMatchObject({ tied: true, rankInterval: [1, 2] })
    expect(entries[2]).toMatchObject({ tied: false, rankInterval: [3, 3] })
    const last = byMethod(entries, 'fine-tune').metrics.find(({ key }) => key === 'last')!.interval
    expect(last).toMatchObject({
      n: 3,
      mean: expect.closeTo(0.31, 10),
      deviation: expect.closeTo(0.01, 10),
      low: expect.closeTo(0.31 - 4.302653 * (0.01 / Math.sqrt(3)), 5),
    })
    expect(comparisons).toHaveLength(6)
    expect(comparisons[0]).toMatchObject({
      a: entries[0]!.key,
      b: entries[1]!.key,
      pairs: 3,
      separated: false,
      better: null,
    })
    expect(comparisons[1]).toMatchObject({ separated: true, better: entries[0]!.key })
  })

  it('shows the sorted metric task by task', async () => {
    const [best] = (await board()).entries
    expect(best!.tasks).toHaveLength(6)
    expect(best!.tasks.every(({ interval }) => interval.n === 3)).toBe(true)
    const means = best!.tasks.map(({ interval }) => interval.mean)
    expect(means.reduce((a, b) => a + b, 0) / 6).toBeCloseTo(0.81, 10)
    const transfer = await board({ sortBy: 'transfer' })
    expect(transfer.entries[0]!.tasks[0]!.interval.n).toBe(0) // the first task has no transfer
  })

  it('compares only runs of equal steps, and says where the others are', async () => {
    const { group, groups, leftOut } = await board()
    expect(groups.map(({ stepsPerTask, runs }) => [stepsPerTask, runs])).toEqual([
      [2, 13],
      [3, 4],
    ])
    expect(group).toEqual(groups[0])
    expect(leftOut.map(({ reason, count }) => [reason, count])).toEqual([
      ['group', 3],
      ['repeated', 1],
      ['state.QUEUED', 1],
    ])
    expect(leftOut[2]!.runs).toMatchObject([{ seed: 9 }])
    const other = await board({ group: groups[1]!.key })
    expect(other.entries.map(({ method }) => method.key)).toEqual(['fine-tune', 'zero-shot'])
  })

  it('takes several orders together, with the variance between them', async () => {
    for (const [o, order] of ['shift-1', 'shift-2'].entries()) {
      for (const seed of [1, 2, 3]) {
        await finish({ method: 'l2', seed, last: 0.7 + o / 10 + seed / 200, order })
        await finish({ method: 'fine-tune', seed, last: 0.3 + o / 10 + seed / 250, order })
      }
    }
    const all = await board({ orderSet: 'all', scope: 'runs' })
    expect(all.unit).toBe('order')
    expect(all.orders.map(({ key }) => key)).toEqual(['default', 'shift-1', 'shift-2'])
    expect(byMethod(all.entries, 'l2')).toMatchObject({ rank: 1, n: 3, reason: null })
    expect(byMethod(all.entries, 'l2').variance).toMatchObject({ orders: 3, order: expect.any(Number) })
    expect(byMethod(all.entries, 'primed-uni')).toMatchObject({ rank: null, reason: '1 of 3 orders' })
    expect((await board({ orderSet: 'shifts' })).orders).toHaveLength(3)
    // The same experiment has the same key whatever the order.
    expect(byMethod(all.entries, 'l2').key).toBe(byMethod((await board()).entries, 'l2').key)
  })

  it('costs the same few statements whatever there is, and nothing twice', async () => {
    const count = async (variables: Record<string, unknown>) => {
      services.statements.length = 0
      await board(variables)
      return services.statements.filter((sql) => !/^(BEGIN|COMMIT)/.test(sql)).length
    }
    expect(await count({ methods: ['zero-shot'] })).toBe(4)
    expect(await count({ orderSet: 'all' })).toBe(4)
  })

  it('says what every metric means', async () => {
    const { data } = await api.query<{ metrics: Record<string, string>[] }>(
      '{ metrics { key title definition formula convention source needs better unit } }',
    )
    expect(data.metrics.map(({ key }) => key)).toEqual(metrics.map(({ id }) => id))
    for (const metric of data.metrics) for (const text of Object.values(metric)) expect(text).not.toBe('')
  })

  it('is empty where nothing has finished', async () => {
    const { data } = await api.query<Board>(
      '{ leaderboard(suite: "real-6") { group { key } entries { key } leftOut { count } } }',
    )
    expect(data.leaderboard).toEqual({ group: null, entries: [], leftOut: [] })
  })

  it.each([
    ['{ leaderboard(suite: "x") { sortedBy } }', 'UNKNOWN_SUITE', undefined],
    ['{ leaderboard(suite: "phantom-3", sortBy: "beauty") { sortedBy } }', 'UNKNOWN_METRIC', 'sortBy'],
    ['{ leaderboard(suite: "phantom-3", order: "x") { sortedBy } }', 'BAD_INPUT', 'order'],
    ['{ leaderboard(suite: "phantom-3", orderSet: "x") { sortedBy } }', 'BAD_INPUT', 'orderSet'],
    ['{ leaderboard(suite: "phantom-3", order: "default", orderSet: "all") { sortedBy } }', 'BAD_INPUT', 'orderSet'],
    ['{ leaderboard(suite: "phantom-3", scope: "x") { sortedBy } }', 'BAD_INPUT', 'scope'],
    ['{ leaderboard(suite: "phantom-3", group: "x") { sortedBy } }', 'NOT_FOUND', 'group'],
  ])('refuses %s', async (document, code, field) => {
    const { errors } = await api.query(document)
    expect(errors![0]!.extensions.code).toBe(code)
    if (field) expect(errors![0]!.extensions.field).toBe(field)
  })
})

describe('compareMethods', () => {
  const compare = (args: string) =>
    api.query<{ compareMethods: Record<string, unknown> }>(
      `{ compareMethods(suite: "phantom-6", ${args}) { a b pairs difference low high p correctedP separated better reason } }`,
    )

  it('gives the difference of two methods and its interval, either way round', async () => {
    const { data } = await compare('a: "l2", b: "fine-tune", scope: "runs"')
    const { data: turned } = await compare('a: "fine-tune", b: "l2", scope: "runs"')
    expect(data.compareMethods).toMatchObject({ pairs: 3, difference: expect.closeTo(0.5, 10), separated: true })
    expect(data.compareMethods.better).toBe(data.compareMethods.a)
    expect(turned.compareMethods).toMatchObject({ difference: expect.closeTo(-0.5, 10), better: data.compareMethods.a })
    expect(turned.compareMethods.low).toBeCloseTo(-(data.compareMethods.high as number), 12)
  })

  it('compares what is not ranked over the seeds that both have', async () => {
    const { data } = await compare('a: "primed-dyn", b: "l2"')
    expect(data.compareMethods).toMatchObject({ pairs: 2, reason: null, low: expect.any(Number) })
    const lower = await compare('a: "l2", b: "fine-tune", metric: "forgetting.fromBest"')
    expect(lower.data.compareMethods).toMatchObject({ difference: 0, better: null })
  })

  it.each([
    ['a: "l2", b: "nope"', 'NOT_FOUND', 'b'],
    ['a: "l2", b: "l2"', 'BAD_INPUT', 'b'],
    ['a: "l2", b: "fine-tune", metric: "beauty"', 'UNKNOWN_METRIC', 'metric'],
  ])('refuses %s', async (args, code, field) => {
    expect((await compare(args)).errors![0]!.extensions).toMatchObject({ code, field })
  })

  it('asks which settings are meant where a method has several entries', async () => {
    await startRun(services, {
      suite: 'phantom-6',
      method: 'l2',
      seed: 1,
      settings: { stepsPerTask: 2, batchSize: 8 },
    }).then(({ id }) => append(services.db, id, stateEvent('RUNNING'), cell(6, 1), stateEvent('SUCCEEDED')))
    const { errors } = await compare('a: "l2", b: "fine-tune"')
    expect(errors![0]!.message).toMatch(/Method "l2" has 2 entries; name one: l2-\w+, l2-\w+\./)
  })
})
