/**
 * A stand-in for the API while working on the dashboard alone: `npm run dev:api -w @anamnesis/web`, PORT (default 4100).
 * It serves apps/api/schema.graphql with generated data and is no part of the product.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { buildSchema, graphql } from 'graphql'
import { useServer as serveSubscriptions } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import {
  addOns,
  corpora,
  digest,
  figureOf,
  figureSvg,
  generator,
  methodByKey,
  methods,
  metrics,
  runSettings,
  suiteByKey,
  suites,
  tasks,
} from './data.ts'
import { leaderboard } from './leaderboard.ts'
import { followImport, modelImports, modelSources, models, startImport } from './models.ts'
import { DevRun, type RunInput } from './runs.ts'

const schema = buildSchema(readFileSync(new URL('../../api/schema.graphql', import.meta.url), 'utf8'))
const port = Number(process.env.PORT ?? 4100)
const many = Number(process.env.DEV_RUNS ?? 0)

const runs: DevRun[] = []
const watchers = new Set<(event: unknown) => void>()
const changed = (run: DevRun, kind: string) => {
  for (const send of watchers) send({ kind, run: run.view() })
}
const add = (input: Partial<RunInput>, createdAt = new Date().toISOString()) => {
  const run = new DevRun(
    {
      suite: 'phantom-3',
      order: 'default',
      method: 'primed-dyn',
      seed: 1,
      name: '',
      parameters: {},
      settings: {},
      ...input,
    },
    createdAt,
    changed,
  )
  runs.unshift(run)
  return run
}

const hour = 3_600_000
let at = Date.now() - 60 * hour
for (const suite of ['phantom-6', 'phantom-3']) {
  for (const seed of [1, 2, 3]) {
    for (const method of methods) {
      at += hour * 1.7
      const run = add({ suite, method: method.key, seed }, new Date(at).toISOString())
      run.playBack(5000, 420, at + 6 * 60_000)
    }
  }
}
for (let i = 0; i < many; i++)
  add({ seed: 100 + i, method: 'fine-tune', suite: 'phantom-3' }, new Date(at - i * 1000).toISOString()).playBack(
    20_000,
    100,
    at,
  )
const failed = add({ suite: 'phantom-6', method: 'l2', seed: 4 }, new Date(at + hour).toISOString())
failed.playBack(140, 420, at + hour * 1.2)
failed.emit(
  'run.state',
  {
    state: 'FAILED',
    reason: 'The disk is full. Free some space (or move ANAMNESIS_HOME) and start the run again.',
    errorCode: 'DISK_FULL',
  },
  new Date(at + hour * 1.2).toISOString(),
)
const stale = add(
  { suite: 'phantom-6', method: 'primed-uni', seed: 4, parameters: { alpha: 2 } },
  new Date(Date.now() - 900_000).toISOString(),
)
stale.playBack(90, 420, Date.now() - 95_000)
stale.emit(
  'run.state',
  { state: 'STALE', reason: 'No heartbeat for 90 s', errorCode: null },
  new Date(Date.now() - 5000).toISOString(),
)
stale.heartbeatAt = new Date(Date.now() - 95_000).toISOString()
const live = add(
  {
    suite: 'phantom-6',
    method: 'primed-dyn',
    seed: 5,
    name: 'overnight check',
    parameters: { alpha: 2 },
    settings: { learningRate: 0.001 },
  },
  new Date(Date.now() - 240_000).toISOString(),
)
live.playBack(300, 420, Date.now())
add({ suite: 'phantom-3', method: 'fine-tune', seed: 6 })

const speed = Number(process.env.DEV_SPEED ?? 350)
let tick = 0
setInterval(() => {
  tick++
  const busy = runs.filter((r) => ['RUNNING', 'STOP_REQUESTED'].includes(r.state))
  if (busy.length === 0) runs.findLast((r) => r.state === 'QUEUED')?.advance()
  for (const run of busy) run.advance()
}, speed)

const finished = (state: string) => ['SUCCEEDED', 'FAILED', 'STOPPED'].includes(state)
const page = <T extends { id: string }>(all: T[], first: number, after?: string | null) => {
  const from = after ? all.findIndex((x) => x.id === after) + 1 : 0
  const nodes = all.slice(from, from + first)
  return {
    edges: nodes.map((node) => ({ cursor: node.id, node })),
    pageInfo: {
      hasNextPage: from + first < all.length,
      hasPreviousPage: from > 0,
      startCursor: nodes[0]?.id ?? null,
      endCursor: nodes.at(-1)?.id ?? null,
    },
    totalCount: all.length,
  }
}
const keys = new Map<string, DevRun>()

const root = {
  status: () => ({
    version: '0.1.0',
    ready: true,
    workers: 1,
    queued: runs.filter((r) => r.state === 'QUEUED').length,
    running: runs.filter((r) => r.state === 'RUNNING').length,
    backend: 'onnx',
    setup: setupSteps(),
  }),
  tasks: (a: { first: number; after?: string }) => page(tasks, a.first, a.after),
  models: (a: { first: number; after?: string }) => page(models, a.first, a.after),
  modelSources: (a: { first: number; after?: string }) => page(modelSources, a.first, a.after),
  modelImports: (a: { first: number; after?: string }) => page(modelImports, a.first, a.after),
  importModel: (a: { input: { key: string; source: string } }) => startImport(a.input),
  modelImport: (a: { id: string }) => followImport(a.id),
  suites: (a: { first: number; after?: string }) => page(suites, a.first, a.after),
  suite: (a: { key: string }) => suiteByKey(a.key) ?? null,
  addOns,
  corpora,
  facets: ({ input }: { input: { corpus: string } }) => [
    {
      field: 'modality',
      values: (corpora.find(({ key }) => key === input.corpus)?.modalities ?? []).map((value, i) => ({
        value,
        count: 400 - 60 * i,
      })),
    },
  ],
  recalls: (a: { first: number; after?: string }) => page([], a.first, a.after),
  methods,
  metrics,
  runSettings,
  runs: ({
    first,
    after,
    filter,
    sort,
  }: {
    first: number
    after?: string
    filter?: { suite?: string; methods?: string[]; states?: string[]; text?: string }
    sort?: { field: string; descending: boolean }
  }) => {
    const text = filter?.text?.toLowerCase()
    const field = sort?.field === 'FINISHED_AT' ? 'finishedAt' : 'createdAt'
    const list = runs
      .filter(
        (r) =>
          (!filter?.suite || r.input.suite === filter.suite) &&
          (!filter?.methods?.length || filter.methods.includes(r.input.method)) &&
          (!filter?.states?.length || filter.states.includes(r.state)) &&
          (!text || `${r.key} ${r.input.name}`.toLowerCase().includes(text)),
      )
      .sort(
        (x, y) =>
          (Date.parse(y[field] ?? '1970') - Date.parse(x[field] ?? '1970')) * (sort?.descending === false ? -1 : 1),
      )
    const connection = page(list, first, after)
    return { ...connection, edges: connection.edges.map((e) => ({ ...e, node: e.node.view() })) }
  },
  run: ({ id }: { id: string }) => runs.find((r) => r.id === id)?.view() ?? null,
  runByKey: ({ key }: { key: string }) => runs.find((r) => r.key === key)?.view() ?? null,
  retrieve: ({
    input,
  }: {
    input: {
      question: string
      corpus: string
      k: number
      mode?: string
      modalities?: string[]
      licenceGroups?: string[]
    }
  }) => {
    const corpus = corpora.find((c) => c.key === input.corpus)
    if (!corpus)
      throw new Error(`There is no corpus "${input.corpus}". Known: ${corpora.map((c) => c.key).join(', ')}.`)
    const random = generator([...input.question].reduce((s, c) => s * 31 + c.charCodeAt(0), 3))
    const found = Array.from({ length: 400 }, () => figureOf(corpus.key, Math.floor(random() * corpus.figures))).filter(
      (f) =>
        (!input.modalities?.length || input.modalities.includes(f.modality)) &&
        (!input.licenceGroups?.length || input.licenceGroups.includes(f.licenceGroup)),
    )
    const hybrid = input.mode === 'hybrid'
    const hit = (figure: ReturnType<typeof figureOf>, i: number, dropped: string | null) => ({
      figure,
      fused: hybrid ? { score: 2 / (61 + i), rank: i + 1 } : null,
      rank: dropped ? null : i + 1,
      dense: { score: 0.71 - i * 0.008 - random() * 0.03, rank: 1 + Math.floor(i + random() * 6) },
      visual: dropped === 'tie cut' ? null : { score: 0.42 - i * 0.006 - random() * 0.04, rank: i + 1 },
      lexical: dropped ? null : { score: 14 - i * 0.4 - random() * 2, rank: 1 + Math.floor(i + random() * 3) },
      dropped,
    })
    const hits = found.slice(0, input.k).map((f, i) => hit(f, i, null))
    const reasons = hybrid
      ? Array(5).fill('limit')
      : ['tie cut', 'visual group cut', 'lexical gate', 'duplicate', 'limit']
    const dropped = found.slice(input.k, input.k + 24).map((f, i) => hit(f, input.k + i, reasons[i % 5]!))
    return {
      question: input.question,
      hits,
      dropped,
      counts: {
        corpus: corpus.figures,
        dense: Math.min(found.length, 128),
        visual: Math.min(found.length, 52),
        kept: hits.length,
        distinctScores: 61,
      },
      time: { encode: 14.2, dense: 3.8, visual: 2.1, lexical: 1.4, total: 22.6 },
      indexVersion: `v3-${digest(corpus.key).slice(0, 8)}`,
      encoderId: `sha256:${digest('tiny').slice(0, 24)}`,
      store: 'lancedb',
      exact: corpus.index.exact,
      recall: corpus.index.honesty?.recall ?? null,
      rankConstant: hybrid ? 60 : null,
    }
  },
  leaderboard: (args: Parameters<typeof leaderboard>[1]) => leaderboard(runs, args),
  startRun: ({
    input,
  }: {
    input: {
      suite: string
      order?: string
      method: string
      seed?: number
      name?: string
      idempotencyKey: string
      parameters?: Record<string, unknown>
      settings?: Record<string, unknown>
    }
  }) => {
    const old = keys.get(input.idempotencyKey)
    if (old) return { run: old.view(), userErrors: [] }
    const suite = suiteByKey(input.suite)
    if (!suite?.available || !methodByKey(input.method))
      return {
        run: null,
        userErrors: [{ code: 'UNKNOWN_SUITE', field: 'suite', message: `Suite "${input.suite}" cannot run here.` }],
      }
    if (input.parameters?.alpha === 13)
      return {
        run: null,
        userErrors: [{ code: 'BAD_PARAMETERS', field: 'parameters.alpha', message: 'Alpha must not be 13.' }],
      }
    const run = add({
      ...input,
      order: input.order ?? 'default',
      seed: input.seed ?? 42,
      name: input.name ?? '',
      parameters: input.parameters ?? {},
      settings: input.settings ?? {},
    } as RunInput)
    keys.set(input.idempotencyKey, run)
    changed(run, 'created')
    return { run: run.view(), userErrors: [] }
  },
  stopRun: ({ input }: { input: { runId: string } }) => {
    const run = runs.find((r) => r.id === input.runId)
    if (!run)
      return { run: null, userErrors: [{ code: 'NOT_FOUND', field: 'runId', message: 'There is no such run.' }] }
    if (finished(run.state))
      return {
        run: run.view(),
        userErrors: [{ code: 'CONFLICT', field: null, message: `The run has already ended (${run.state}).` }],
      }
    run.emit('run.state', {
      state: run.state === 'QUEUED' ? 'STOPPED' : 'STOP_REQUESTED',
      reason: 'Requested in the dashboard',
      errorCode: null,
    })
    return { run: run.view(), userErrors: [] }
  },
  runEvents: async function* ({ runId, sinceSeq }: { runId: string; sinceSeq: number }) {
    for await (const event of runs.find((r) => r.id === runId)!.since(sinceSeq)) yield { runEvents: event }
  },
  projectEvents: async function* () {
    const queue: unknown[] = []
    let wake: () => void = () => {}
    const send = (event: unknown) => {
      queue.push(event)
      wake()
    }
    watchers.add(send)
    try {
      for (;;) {
        while (queue.length) yield { projectEvents: queue.shift() }
        await new Promise<void>((done) => {
          wake = done
        })
      }
    } finally {
      watchers.delete(send)
    }
  },
}

function setupSteps() {
  if (!process.env.DEV_SETUP)
    return [{ key: 'phantom', title: 'Phantom suite', state: 'done', done: 6, total: 6, message: null }]
  return [
    { key: 'phantom', title: 'Phantom suite', state: 'done', done: 6, total: 6, message: null },
    {
      key: 'figures',
      title: 'Phantom figures',
      state: 'running',
      done: Math.min(6144, tick * 90),
      total: 6144,
      message: null,
    },
    { key: 'index', title: 'Index', state: 'waiting', done: null, total: null, message: 'after the figures' },
  ]
}

const http = createServer(async (request, response) => {
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-allow-headers', '*')
  if (request.method === 'OPTIONS') return response.end()
  if (request.url?.startsWith('/figures/')) {
    response.setHeader('content-type', 'image/svg+xml')
    return response.end(figureSvg(request.url))
  }
  let body = ''
  for await (const chunk of request) body += chunk
  const { query, variables } = JSON.parse(body || '{}')
  if (process.env.DEV_DELAY) await new Promise((done) => setTimeout(done, Number(process.env.DEV_DELAY)))
  const result = await graphql({ schema, source: query ?? '', variableValues: variables, rootValue: root })
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(result))
})
serveSubscriptions(
  { schema, roots: { subscription: root } } as never,
  new WebSocketServer({ server: http, path: '/graphql' }),
)
http.listen(port, () => console.log(`Generated data on http://localhost:${port}/graphql`))
