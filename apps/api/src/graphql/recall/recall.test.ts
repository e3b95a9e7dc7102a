import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunRow } from '../../db/client.ts'
import { type RecallInput, recalledFigures } from '../../services/recalls.ts'
import { type TestServer, testServer } from '../../testing/http.ts'
import { CORPUS, checkpointEvent, ledger, writeLiterature } from '../../testing/literature.ts'
import { append, startRun, type TestServices, testServices } from '../../testing/services.ts'
import { toGlobalId } from '../globalId.ts'

let services: TestServices
let api: TestServer
let touched: RunRow
beforeAll(async () => {
  services = await testServices()
  api = await testServer(services)
  await writeLiterature(services, 9)
  await writeLiterature(services, 3, 'other')
  touched = await startRun(services, { method: 'primed-dyn' })
  const spared = await startRun(services, { method: 'primed-uni' })
  await append(services.db, touched.id, ledger(1, 0, { fig0: 10, fig1: 10, fig8: 20 }), checkpointEvent(1))
  await append(services.db, spared.id, ledger(1, 0, { fig8: 20 }))
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

const FIELDS = `id kind reason selector liftedAt liftReason figureCount figures(first: 10) { totalCount edges { node { key corpusKey recall { reason } } } }
  touchedRuns(first: 10) { totalCount edges { node { run { key } tasks figures draws weight checkpoints { task } } } }`
const RECALL = `mutation ($input: RecallLiteratureInput!) { recallLiterature(input: $input) {
  recall { ${FIELDS} } userErrors { code field message } } }`
const LIFT = `mutation ($id: ID!, $reason: String) { liftRecall(id: $id, reason: $reason) {
  recall { ${FIELDS} } userErrors { code field message } } }`
interface Recall {
  id: string
  figureCount: number
  liftedAt: string | null
  figures: { edges: { node: { key: string; corpusKey: string } }[] }
  touchedRuns: { totalCount: number; edges: { node: Record<string, unknown> }[] }
}
interface Payload {
  recall: Recall | null
  userErrors: { code: string; field: string | null; message: string }[]
}
const recall = async (input: Partial<RecallInput>) => {
  const full = { kind: 'RETRACTED', reason: 'Image manipulation', ...input }
  const { data, errors } = await api.query<{ recallLiterature: Payload }>(RECALL, { input: full })
  expect(errors).toBeUndefined()
  return data.recallLiterature
}
const lift = async (id: string, reason?: string) =>
  (await api.query<{ liftRecall: Payload }>(LIFT, { id, reason })).data.liftRecall

describe('a recalled article', () => {
  it('is left out in every corpus from then on, and lists what it touched with its weight', async () => {
    const { recall: made, userErrors } = await recall({ doi: 'https://doi.org/10.1/A0' })
    expect(userErrors).toEqual([])
    expect(made).toMatchObject({ figureCount: 6, selector: { by: 'doi', value: '10.1/a0' }, liftedAt: null })
    expect(new Set(made!.figures.edges.map(({ node }) => node.corpusKey))).toEqual(new Set([CORPUS, 'other']))
    expect(made!.touchedRuns.edges.map(({ node }) => node)).toEqual([
      { run: { key: touched.key }, tasks: [1], figures: 2, draws: 20, weight: 0.5, checkpoints: [{ task: 1 }] },
    ])
    expect(await recalledFigures(services.db, CORPUS)).toEqual(['fig0', 'fig1', 'fig2'])
    const alarm = await services.db.runEvent.findFirstOrThrow({ where: { runId: touched.id, type: 'alarm' } })
    expect(alarm.payload).toMatchObject({ name: 'literature.recalled', text: expect.stringContaining('50.00 %') })
    expect(await services.db.runEvent.count({ where: { type: 'alarm' } })).toBe(1)
    await lift(made!.id)
  })

  it('is one recall however often it is asked for, and takes in what was imported since', async () => {
    const [first, again] = await Promise.all([recall({ pmid: '101' }), recall({ pmid: '101', reason: 'Other words' })])
    expect(again.recall!.id).toBe(first.recall!.id)
    expect(first.recall!.figureCount).toBe(3)
    await writeLiterature(services, 6, 'other')
    expect((await recall({ pmid: '101' })).recall).toMatchObject({ id: first.recall!.id, figureCount: 6 })
    const { recall: lifted } = await lift(first.recall!.id, 'Journal withdrew the notice')
    expect(lifted).toMatchObject({ liftedAt: expect.any(String), liftReason: 'Journal withdrew the notice' })
    expect((await lift(first.recall!.id)).recall!.liftedAt).toBe(lifted!.liftedAt)
    expect(await recalledFigures(services.db, CORPUS)).toEqual([])
    expect((await recall({ pmid: '101' })).recall!.id).not.toBe(first.recall!.id)
  })

  it('is found by any of its ids', async () => {
    for (const input of [{ articleId: 'PMC902' }, { pmcid: '902' }, { pmid: '102' }, { doi: '10.1/a2' }]) {
      const { recall: made } = await recall({ ...input, kind: 'LICENCE_CHANGED' })
      expect(made!.figures.edges.map(({ node }) => node.key)).toEqual(['fig6', 'fig7', 'fig8'])
    }
  })
})

it('recalls single figures of a corpus', async () => {
  const { recall: made } = await recall({ corpus: 'other', figureIds: ['fig1', 'fig0', 'fig1'] })
  expect(made!.figures.edges.map(({ node }) => [node.corpusKey, node.key])).toEqual([
    ['other', 'fig0'],
    ['other', 'fig1'],
  ])
  expect(made!.touchedRuns.totalCount).toBe(0)
})

it.each([
  [{}, 'BAD_INPUT', 'articleId'],
  [{ pmid: '100', doi: '10.1/a0' }, 'BAD_INPUT', 'doi'],
  [{ pmid: '100', reason: ' ' }, 'BAD_INPUT', 'reason'],
  [{ pmid: '4711' }, 'NOT_FOUND', 'pmid'],
  [{ figureIds: ['fig0'] }, 'BAD_INPUT', 'corpus'],
  [{ figureIds: ['fig0'], corpus: 'none' }, 'UNKNOWN_CORPUS', 'corpus'],
  [{ figureIds: ['fig0', 'fig99'], corpus: CORPUS }, 'NOT_FOUND', 'figureIds'],
])('refuses %j with %s', async (input, code, field) => {
  expect(await recall(input)).toMatchObject({ recall: null, userErrors: [{ code, field }] })
})

it('knows no other recall', async () => {
  const id = toGlobalId('LiteratureRecall', '00000000-0000-4000-8000-000000000000')
  expect((await lift(id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
  expect((await lift('nonsense')).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: 'id' }])
})

it('lists recalls newest first, with the same number of statements for one as for many', async () => {
  const LIST = `query ($first: Int!, $after: String, $inForce: Boolean) { recalls(first: $first, after: $after, inForce: $inForce) {
    totalCount pageInfo { endCursor } edges { node { id reason figureCount } } } }`
  type Answer = { recalls: { totalCount: number; pageInfo: { endCursor: string }; edges: { node: Recall }[] } }
  const list = async (variables: Record<string, unknown>) => (await api.query<Answer>(LIST, variables)).data.recalls
  services.statements.length = 0
  const all = await list({ first: 50 })
  const many = services.statements.length
  services.statements.length = 0
  const first = await list({ first: 1 })
  expect(services.statements.length).toBe(many)
  const second = await list({ first: 1, after: first.pageInfo.endCursor })
  expect([first.edges[0]!.node.id, second.edges[0]!.node.id]).toEqual(all.edges.slice(0, 2).map(({ node }) => node.id))
  expect((await list({ first: 1, inForce: true })).totalCount).toBeLessThan(all.totalCount)
})
