import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunRow } from '../../db/client.ts'
import { rebuildProjection } from '../../events/store.ts'
import { type TestServer, testServer } from '../../testing/http.ts'
import { CORPUS, checkpointEvent, ledger, writeLiterature } from '../../testing/literature.ts'
import { append, startRun, type TestServices, testServices } from '../../testing/services.ts'
import { toGlobalId } from '../globalId.ts'

let services: TestServices
let api: TestServer
let one: RunRow
let two: RunRow
beforeAll(async () => {
  services = await testServices()
  api = await testServer(services)
  await writeLiterature(services, 9)
  one = await startRun(services, { method: 'primed-dyn' })
  two = await startRun(services, { method: 'primed-uni' })
  await append(services.db, one.id, ledger(1, 0, { fig0: 30, fig1: 10 }), ledger(1, 1, { fig1: 40 }))
  await append(services.db, one.id, checkpointEvent(1), ledger(2, 2, { fig0: 10, fig4: 20 }, 40), checkpointEvent(2))
  await append(services.db, two.id, ledger(1, 0, { fig4: 5, fig5: 15 }))
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

interface Page<T> {
  totalCount: number
  pageInfo: { endCursor: string; hasNextPage: boolean }
  edges: { node: T }[]
}
const GUIDANCE = `query ($id: ID!, $first: Int!, $after: String, $task: Int, $bag: String, $figureKey: String) {
  run(id: $id) { guidance(first: $first, after: $after, task: $task, bag: $bag, figureKey: $figureKey) {
    totalCount pageInfo { endCursor hasNextPage }
    edges { node { figureKey task fromStep toStep bag rank draws weight dense visual lexical figure { caption } } } } } }`
type Row = { figureKey: string; fromStep: number; weight: number }
const guidance = async (variables: Record<string, unknown> = {}) => {
  const all = { id: toGlobalId('Run', one.id), first: 10, ...variables }
  const { data, errors } = await api.query<{ run: { guidance: Page<Row> } }>(GUIDANCE, all)
  return { page: data?.run?.guidance, errors }
}

describe('the ledger of a run', () => {
  it('tells window by window which figures guided, with their share and scores', async () => {
    const { page } = await guidance()
    expect(page!.totalCount).toBe(5)
    expect(page!.edges.map(({ node }) => [node.figureKey, node.fromStep, node.weight])).toEqual([
      ['fig0', 1, 0.75],
      ['fig1', 1, 0.25],
      ['fig1', 26, 1],
      ['fig4', 51, 0.5], // 20 of 40 draws, also of figures that are not listed
      ['fig0', 51, 0.25],
    ])
    expect(page!.edges[0]!.node).toMatchObject({
      ...{ task: 1, toStep: 25, bag: 'general', rank: 1, draws: 30, dense: 0.5, visual: 0.25, lexical: null },
      figure: { caption: 'CT photo number 0' },
    })
  })

  it('pages, and filters by task, bag and figure', async () => {
    const keys = []
    let after: string | undefined
    for (;;) {
      const { page } = await guidance({ first: 2, after })
      keys.push(...page!.edges.map(({ node }) => `${node.figureKey}@${node.fromStep}`))
      if (!page!.pageInfo.hasNextPage) break
      after = page!.pageInfo.endCursor
    }
    expect(keys).toEqual(['fig0@1', 'fig1@1', 'fig1@26', 'fig4@51', 'fig0@51'])
    expect((await guidance({ task: 2 })).page!.totalCount).toBe(2)
    expect((await guidance({ figureKey: 'fig1' })).page!.totalCount).toBe(2)
    expect((await guidance({ bag: 'task' })).page!.edges).toEqual([])
    expect((await guidance({ bag: 'sack' })).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: 'bag' })
    expect((await guidance({ after: 'x' })).errors?.[0]?.extensions.code).toBe('BAD_INPUT')
  })

  it('replaces steps that are told again after a loss, and is the same when rebuilt from the events', async () => {
    const run = await startRun(services)
    await append(services.db, run.id, ledger(1, 0, { fig7: 1 }), ledger(1, 1, { fig7: 2 }), ledger(2, 2, { fig8: 3 }))
    await append(services.db, run.id, ledger(1, 1, { fig8: 4 }))
    const where = { where: { runId: run.id }, orderBy: { seq: 'asc' as const } }
    const rows = await services.db.guidedFigure.findMany(where)
    expect(rows.map(({ figureId, fromStep, draws }) => [figureId, fromStep, draws])).toEqual([
      ['fig7', 1, 1],
      ['fig8', 26, 4],
    ])
    await rebuildProjection(services.db, run.id)
    expect(await services.db.guidedFigure.findMany(where)).toEqual(rows)
    await services.db.run.delete({ where: { id: run.id } })
  })
})

describe('a figure', () => {
  const FIGURE = `query ($corpus: String!, $key: String!, $first: Int!, $after: String) { figure(corpus: $corpus, key: $key) {
    id key guidedRunCount recall { id } guidedRuns(first: $first, after: $after) { totalCount pageInfo { endCursor hasNextPage }
      edges { node { run { key } tasks taskNames firstStep lastStep windows figures draws weight checkpoints { task digest } } } } } }`
  type Answer = { figure: { id: string; guidedRunCount: number; guidedRuns: Page<Record<string, unknown>> } | null }
  const figure = async (key: string, variables: Record<string, unknown> = {}) =>
    (await api.query<Answer>(FIGURE, { corpus: CORPUS, key, first: 10, ...variables })).data.figure

  it('knows the runs, tasks, steps and checkpoints that it guided', async () => {
    const found = await figure('fig0')
    expect(found).toMatchObject({ guidedRunCount: 1, recall: null })
    expect(found!.guidedRuns.edges.map(({ node }) => node)).toEqual([
      {
        run: { key: one.key },
        tasks: [1, 2],
        taskNames: [expect.any(String), expect.any(String)],
        ...{ firstStep: 1, lastStep: 75, windows: 2, figures: 1, draws: 40 },
        weight: expect.closeTo((0.75 + 0 + 0.25) / 3, 12),
        checkpoints: [
          { task: 1, digest: 'd1' },
          { task: 2, digest: 'd2' },
        ],
      },
    ])
  })

  it('pages its runs, newest first, and is found again by its id', async () => {
    const first = await figure('fig4', { first: 1 })
    const { pageInfo, totalCount, edges } = first!.guidedRuns
    expect([totalCount, edges[0]!.node.run]).toEqual([2, { key: two.key }])
    const second = await figure('fig4', { first: 1, after: pageInfo.endCursor })
    expect(second!.guidedRuns.edges[0]!.node).toMatchObject({ run: { key: one.key }, tasks: [2] })
    const { data } = await api.query('query ($id: ID!) { node(id: $id) { ... on Figure { key corpusKey } } }', {
      id: first!.id,
    })
    expect(data).toEqual({ node: { key: 'fig4', corpusKey: CORPUS } })
  })

  it('is null where there is none, and has guided nothing at first', async () => {
    expect(await figure('fig99')).toBeNull()
    expect(await figure('fig0', { corpus: 'none' })).toBeNull()
    expect(await figure('fig8')).toMatchObject({ guidedRunCount: 0, guidedRuns: { totalCount: 0, edges: [] } })
  })

  it('is counted in one statement for a whole list', async () => {
    const figureIds = Array.from({ length: 9 }, (_, i) => `fig${i}`)
    const { id } = await services.recalls.recall({ kind: 'RETRACTED', reason: 'test', corpus: CORPUS, figureIds })
    const LIST = `query ($id: ID!) { node(id: $id) { ... on LiteratureRecall {
      figures(first: 9) { edges { node { guidedRunCount recall { id } } } } } } }`
    services.statements.length = 0
    type List = { node: { figures: Page<{ guidedRunCount: number }> } }
    const { data } = await api.query<List>(LIST, { id: toGlobalId('LiteratureRecall', id) })
    const counts = data.node.figures.edges.map(({ node }) => node.guidedRunCount)
    expect(counts).toEqual([1, 1, 0, 0, 2, 1, 0, 0, 0])
    expect(services.statements.filter((sql) => sql.includes('"GuidedFigure"'))).toHaveLength(1)
    expect(services.statements.filter((sql) => sql.includes('"LiteratureRecall"'))).toHaveLength(3) // with the node itself
  })
})
