'use client'

import { CombinedError } from '@urql/core'
import { print } from 'graphql'
import { useCallback, useEffect, useRef, useState } from 'react'
import { type Client, useClient } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import type {
  RunEventsSubscription,
  RunHistoryQuery,
  RunMetricsQuery,
  RunPageQuery,
} from '../../graphql/generated/graphql.ts'
import { RunEvents, RunHistory, RunMetrics, RunPage, RunSeries } from '../../graphql/run.ts'
import { backoff, type Connection } from '../../graphql/useProjectEvents.ts'
import { counts, isFinal, type LiveRun, LOG_LIMIT, type RunEvent, reduceEvents } from '../../prepare/liveRun.ts'

type RunDetails = NonNullable<RunPageQuery['run']>
/** What later events cannot tell and is read again when cells or checkpoints land. */
type RunFigures = NonNullable<RunMetricsQuery['run']>

export interface RunView {
  details: RunDetails
  metrics: RunPageQuery['metrics']
  runSettings: unknown
  run: LiveRun
  figures: RunFigures
  connection: Connection | 'ended'
}

type Loaded =
  | { kind: 'loading' }
  | { kind: 'missing' }
  | { kind: 'failed'; message: string }
  | { kind: 'ready'; view: RunView }

const LOGGED = ['run.state', 'task.started', 'reference.built', 'eval.cell', 'checkpoint.saved', 'alarm', 'log', 'gap']
const POINTS = 1000
/** The API's largest page. */
const PAGE = 100

/** A run's page, complete and live: one snapshot, then every event since, in order, without loss or doubles. */
export function useLiveRun(id: string): { loaded: Loaded; reload: () => void } {
  const client = useClient()
  const { base, socket } = useApi()
  const [loaded, setLoaded] = useState<Loaded>({ kind: 'loading' })
  const current = useRef<LiveRun | null>(null)

  const change = useCallback((patch: (view: RunView) => RunView) => {
    setLoaded((old) => (old.kind === 'ready' ? { kind: 'ready', view: patch(old.view) } : old))
  }, [])

  const load = useCallback(async () => {
    const { data, error } = await client.query(RunPage, { id }, { requestPolicy: 'network-only' }).toPromise()
    if (error || !data) {
      setLoaded({ kind: 'failed', message: error ? messageOf(error, base) : 'No answer.' })
      return
    }
    if (!data.run) {
      setLoaded({ kind: 'missing' })
      return
    }
    let run: LiveRun
    try {
      run = await snapshot(client, data.run)
    } catch (cause) {
      setLoaded({ kind: 'failed', message: cause instanceof CombinedError ? messageOf(cause, base) : String(cause) })
      return
    }
    current.current = run
    const { metrics, checkpoints, heartbeatAt } = data.run
    setLoaded((old) => ({
      kind: 'ready',
      view: {
        details: data.run!,
        metrics: data.metrics,
        runSettings: data.runSettings,
        run,
        figures: { id, metrics, checkpoints, heartbeatAt },
        connection: old.kind === 'ready' ? old.view.connection : 'connecting',
      },
    }))
  }, [client, base, id])

  useEffect(() => {
    current.current = null
    setLoaded({ kind: 'loading' })
    void load()
  }, [load])

  const ready = loaded.kind === 'ready'
  useEffect(() => {
    if (!ready) return
    let closed = false
    let failures = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let flushing: ReturnType<typeof setTimeout> | undefined
    let queue: RunEvent[] = []
    let stop = () => {}
    const connected = (connection: RunView['connection']) =>
      change((view) => (view.connection === connection ? view : { ...view, connection }))

    const flush = () => {
      flushing = undefined
      const events = queue
      queue = []
      if (!current.current || closed) return
      const run = reduceEvents(current.current, events)
      current.current = run
      change((view) => ({ ...view, run }))
      if (run.missing) {
        stop()
        void load().then(() => connect())
      }
    }

    const connect = () => {
      clearTimeout(timer)
      if (closed || !current.current) return
      const retry = () => {
        if (closed) return
        if (current.current && isFinal(current.current.state)) {
          connected('ended')
          return
        }
        failures++
        connected('reconnecting')
        timer = setTimeout(connect, backoff(failures))
      }
      const unsubscribe = socket.subscribe<RunEventsSubscription>(
        { query: print(RunEvents), variables: { runId: id, sinceSeq: current.current.lastSeq } },
        {
          next: ({ data }) => {
            if (!data) return
            failures = 0
            queue.push(data.runEvents)
            flushing ??= setTimeout(flush, 60)
          },
          error: retry,
          complete: () => {
            if (!current.current?.missing) retry()
          },
        },
      )
      stop = unsubscribe
    }
    const offConnected = socket.on('connected', () => connected('live'))
    connected('live')
    connect()
    return () => {
      closed = true
      clearTimeout(timer)
      clearTimeout(flushing)
      offConnected()
      stop()
    }
  }, [ready, id, socket, change, load])

  useFigures(client, id, loaded, change)
  return { loaded, reload: () => void load() }
}

/** Metrics follow cells with a short delay; the heartbeat is read every 15 s while the run is alive. */
function useFigures(client: Client, id: string, loaded: Loaded, change: (patch: (view: RunView) => RunView) => void) {
  const run = loaded.kind === 'ready' ? loaded.view.run : null
  const stale = run ? run.stale.metrics + run.stale.checkpoints : 0
  const alive = run !== null && !isFinal(run.state)
  const read = useCallback(async () => {
    const { data } = await client.query(RunMetrics, { id }, { requestPolicy: 'network-only' }).toPromise()
    if (data?.run) change((view) => ({ ...view, figures: data.run! }))
  }, [client, id, change])
  useEffect(() => {
    if (stale === 0) return
    const timer = setTimeout(() => void read(), 400)
    return () => clearTimeout(timer)
  }, [stale, read])
  useEffect(() => {
    if (!alive) return
    const timer = setInterval(() => void read(), 15_000)
    return () => clearInterval(timer)
  }, [alive, read])
}

/** The stored projection of a run as the live model; events after its `lastSeq` are still to come. */
async function snapshot(client: Client, details: RunDetails): Promise<LiveRun> {
  const [series, log] = await Promise.all([readSeries(client, details), readLog(client, details.id)])
  return {
    runId: details.id,
    lastSeq: details.lastSeq,
    state: details.state,
    stateReason: details.stateReason ?? null,
    task: details.task,
    step: details.step,
    totalSteps: details.totalSteps,
    startedAt: details.startedAt ?? null,
    finishedAt: details.finishedAt ?? null,
    heartbeatAt: details.heartbeatAt ?? null,
    cells: details.matrix.cells.map((cell) => ({
      ...cell,
      balancedAccuracy: cell.balancedAccuracy ?? null,
      auc: cell.auc ?? null,
    })),
    landedAt: {},
    series,
    references: details.references.map((reference) => ({ ...reference, bags: counts(reference.bags) })),
    log: log.filter((event) => event.seq <= details.lastSeq),
    stale: { metrics: 0, checkpoints: 0 },
    missing: null,
  }
}

async function readSeries(client: Client, details: RunDetails): Promise<LiveRun['series']> {
  if (details.seriesNames.length === 0) return {}
  const variables = { id: details.id, names: details.seriesNames, maxPoints: POINTS }
  const { data, error } = await client.query(RunSeries, variables, { requestPolicy: 'network-only' }).toPromise()
  if (error) throw error
  return Object.fromEntries(
    (data?.run?.series ?? []).map((one) => [
      one.name,
      { name: one.name, steps: one.steps, values: one.values.map((value) => value ?? null) },
    ]),
  )
}

async function readLog(client: Client, id: string): Promise<RunEvent[]> {
  const log: RunEvent[] = []
  let after: string | null = null
  while (log.length < LOG_LIMIT) {
    const page: HistoryPage = await historyPage(client, id, after, LOGGED, PAGE)
    log.push(...page.edges.map((edge) => edge.node))
    if (!page.pageInfo.hasNextPage) break
    after = page.pageInfo.endCursor ?? null
  }
  return log
}

type HistoryPage = NonNullable<RunHistoryQuery['run']>['events']
const NO_EVENTS: HistoryPage = { edges: [], pageInfo: { hasNextPage: false, endCursor: null } }

/** One page of stored events. @throws CombinedError when it could not be read */
export async function historyPage(client: Client, id: string, after: string | null, types: string[], first: number) {
  const { data, error } = await client
    .query(RunHistory, { id, first, after, types }, { requestPolicy: 'network-only' })
    .toPromise()
  if (error) throw error
  return data?.run?.events ?? NO_EVENTS
}
