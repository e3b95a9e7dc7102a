import { metrics } from '@anamnesis/core/metrics'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestServer, testServer } from '../../testing/http.ts'
import { type TestServices, testServices } from '../../testing/services.ts'

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

const QUERY = `query ($suite: String!, $order: String, $orders: [String!]) {
  leaderboard(suite: $suite, order: $order) {
    entries { key }
    publishedRows(orders: $orders) {
      orderKey table title variant confidence source remarks
      method { key } values { key value recomputed } tasks { key taskKey value }
    }
  }
}`

interface Board {
  entries: unknown[]
  publishedRows: {
    orderKey: string
    table: string
    values: { key: string; recomputed: boolean }[]
    tasks: unknown[]
  }[]
}

const ask = async (variables: Record<string, unknown>) =>
  (await api.query<{ leaderboard: Board }>(QUERY, variables)).data!.leaderboard

describe('published rows', () => {
  it('stand beside the board, not on it', async () => {
    const board = await ask({ suite: 'hiera-med-transfer' })
    expect(board.entries).toEqual([])
    const main = board.publishedRows.filter(({ table }) => table === 'main')
    expect(main.length).toBe(13)
    expect(main.at(-1)).toMatchObject({
      orderKey: 'order-1',
      title: 'PRIMED_dyn',
      method: { key: 'primed-dyn' },
      variant: '',
      confidence: 'published',
      values: [
        { key: 'transfer', value: 0.583, recomputed: false },
        { key: 'avg', value: 0.731, recomputed: false },
        { key: 'last', value: 0.821, recomputed: false },
      ],
    })
    expect(main.at(-1)!.tasks).toContainEqual({ key: 'last', taskKey: 'ranzcr', value: 0.4707 })
  })

  it('are those of the order of the board, or of the orders asked for', async () => {
    const orderOf = (board: Board) => [...new Set(board.publishedRows.map(({ orderKey }) => orderKey))]
    expect(orderOf(await ask({ suite: 'med-xtreme', order: 'order-2' }))).toEqual(['order-2'])
    expect(orderOf(await ask({ suite: 'med-xtreme', orders: ['order-1', 'order-2'] }))).toEqual(['order-1', 'order-2'])
    expect(orderOf(await ask({ suite: 'med-xtreme', order: 'shift-1' }))).toEqual([])
    expect(orderOf(await ask({ suite: 'phantom-3' }))).toEqual([])
  })

  it('speak of metrics that there are, and say which numbers were computed', async () => {
    const known = new Set(metrics.map(({ id }) => id))
    const { publishedRows } = await ask({ suite: 'mtil' })
    const values = publishedRows.flatMap(({ values }) => values)
    for (const { key } of values) expect(known).toContain(key)
    expect(values.filter(({ recomputed }) => recomputed).length).toBe(8)
  })
})
