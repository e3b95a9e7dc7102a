import {
  AnamnesisError,
  type EventType,
  eventPayloads,
  FINAL_RUN_STATES,
  type NewEvent,
  type RunEvent,
  type RunState,
} from '@anamnesis/core/contracts'
import type { Database, Prisma, RunEventRow, RunRow, Transaction } from '../db/client.ts'
import { storeGuidance } from './guidance.ts'
import { applyEvent, type Cell, cellOf, emptyProjection, metricsOf, type Projection } from './projection.ts'

/** PostgreSQL channel on which every stored batch of events is told. */
export const CHANNEL = 'anamnesis_runs'

export const NEWS = ['created', 'state', 'task', 'metrics', 'step', 'other'] as const
/** What a batch of events changed, for those who watch lists. */
export type News = (typeof NEWS)[number]

/** What travels on the channel. The events themselves are read from the store. */
export interface Notice {
  runId: string
  seq: number
  news: News[]
}

/** What a change does to a run: events to store, and columns that are no projection (lease, provenance). */
export interface Change {
  events: NewEvent[]
  columns?: Prisma.RunUpdateInput
}

/** The run and its projection as they are while the change holds the row. */
export interface LockedRun {
  row: RunRow
  state: RunState
  final: boolean
}

/**
 * The one way to change a run: locks its row, asks `decide` what to do, stores the events with the next numbers,
 * brings the projections up to date and tells the channel, all in one transaction.
 * @param decide null leaves everything alone @returns the stored events, null when nothing was done
 * @throws NOT_FOUND
 */
export async function changeRun(
  db: Database,
  runId: string,
  decide: (run: LockedRun, tx: Transaction) => Change | null | Promise<Change | null>,
): Promise<RunEvent[] | null> {
  return db.$transaction(
    async (tx) => {
      const row = await lock(tx, runId)
      const state = row.state as RunState
      const change = await decide({ row, state, final: FINAL_RUN_STATES.includes(state) }, tx)
      if (!change) return null
      return store(tx, row, change)
    },
    { timeout: 30_000, maxWait: 30_000 },
  )
}

/** Stores the first events of a run that was made in the same transaction. */
export async function storeFirst(tx: Transaction, row: RunRow, events: NewEvent[]): Promise<RunEvent[]> {
  return store(tx, row, { events }, ['created'])
}

async function lock(tx: Transaction, runId: string): Promise<RunRow> {
  await tx.$queryRaw`select 1 from "Run" where id = ${runId}::uuid for update`
  const row = await tx.run.findUnique({ where: { id: runId } })
  if (!row) throw new AnamnesisError('NOT_FOUND', `There is no run ${runId}.`)
  return row
}

async function store(tx: Transaction, row: RunRow, change: Change, also: News[] = []): Promise<RunEvent[]> {
  const at = new Date().toISOString()
  const events = change.events.map(
    (event, i) => ({ ...event, runId: row.id, seq: row.lastSeq + i + 1, at }) as RunEvent,
  )
  if (events.length > 0) {
    await tx.runEvent.createMany({
      data: events.map(({ runId, seq, type, at, payload }) => ({ runId, seq, type, at, payload })),
    })
  }
  const projection = events.reduce(applyEvent, projectionOf(row))
  await tx.run.update({ where: { id: row.id }, data: { ...projection, ...change.columns } })
  const cells = events.map(cellOf).filter((cell) => cell !== null)
  for (const cell of cells) {
    const place = { runId: row.id, row: cell.row, column: cell.column }
    await tx.matrixCell.upsert({
      where: { runId_row_column: place },
      create: { ...place, ...cell },
      update: cell,
    })
  }
  if (cells.length > 0) await storeMetrics(tx, row, await cellsOf(tx, row.id))
  await storeGuidance(tx, row, events)
  if (events.length > 0) {
    const notice: Notice = {
      runId: row.id,
      seq: projection.lastSeq,
      news: [...new Set([...also, ...events.map(newsOf)])],
    }
    await tx.$queryRaw`select pg_notify(${CHANNEL}, ${JSON.stringify(notice)})::text`
  }
  return events
}

function newsOf(event: RunEvent): News {
  if (event.type === 'run.state') return 'state'
  if (event.type === 'task.started') return 'task'
  if (event.type === 'eval.cell') return 'metrics'
  return event.type === 'step' ? 'step' : 'other'
}

function projectionOf(row: RunRow): Projection {
  return {
    state: row.state as RunState,
    stateReason: row.stateReason,
    errorCode: row.errorCode,
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    attempt: row.attempt,
    losses: row.losses,
    task: row.task,
    step: row.step,
    lastSeq: row.lastSeq,
    seriesNames: row.seriesNames,
  }
}

async function cellsOf(tx: Transaction, runId: string): Promise<Cell[]> {
  const rows = await tx.matrixCell.findMany({ where: { runId }, orderBy: [{ row: 'asc' }, { column: 'asc' }] })
  return rows.map((row) => ({ ...row, confusion: row.confusion as number[][] }))
}

async function storeMetrics(tx: Transaction, row: RunRow, cells: Cell[]): Promise<void> {
  const tasks = (row.tasks as unknown[]).length
  for (const [key, value] of Object.entries(metricsOf(tasks, cells))) {
    const place = { runId: row.id, key }
    await tx.runMetric.upsert({ where: { runId_key: place }, create: { ...place, value }, update: { value } })
  }
}

/** Makes state, matrix, metrics and ledger of a run anew from its events alone. */
export async function rebuildProjection(db: Database, runId: string): Promise<void> {
  await db.$transaction(
    async (tx) => {
      const row = await lock(tx, runId)
      let projection = emptyProjection
      const cells = new Map<string, Cell>()
      await tx.guidedFigure.deleteMany({ where: { runId } })
      for await (const event of allEvents(tx, runId)) {
        projection = applyEvent(projection, event)
        const cell = cellOf(event)
        if (cell) cells.set(`${cell.row}/${cell.column}`, cell)
        await storeGuidance(tx, row, [event])
      }
      await tx.matrixCell.deleteMany({ where: { runId } })
      await tx.runMetric.deleteMany({ where: { runId } })
      await tx.matrixCell.createMany({ data: [...cells.values()].map((cell) => ({ runId, ...cell })) })
      if (cells.size > 0) await storeMetrics(tx, row, [...cells.values()])
      await tx.run.update({ where: { id: runId }, data: projection })
    },
    { timeout: 120_000, maxWait: 30_000 },
  )
}

async function* allEvents(tx: Transaction, runId: string): AsyncGenerator<RunEvent> {
  for (let cursor = 0; ; ) {
    const page = await readEvents(tx, runId, cursor, 5000)
    yield* page
    if (page.length < 5000) return
    cursor = page.at(-1)!.seq
  }
}

/** Events after `since` in order, at most `limit`. */
export async function readEvents(db: Transaction, runId: string, since: number, limit: number): Promise<RunEvent[]> {
  const rows = await db.runEvent.findMany({
    where: { runId, seq: { gt: since } },
    orderBy: { seq: 'asc' },
    take: limit,
  })
  return rows.map(fromRow)
}

/** A stored row as an event. */
export function fromRow(row: RunEventRow): RunEvent {
  return { runId: row.runId, seq: row.seq, type: row.type, at: row.at.toISOString(), payload: row.payload } as RunEvent
}

/** Checks what another process calls an event. @throws INTERNAL naming what is wrong */
export function parseEvent(value: unknown): NewEvent {
  const { type, payload } = (value ?? {}) as { type?: unknown; payload?: unknown }
  if (typeof type !== 'string' || !(type in eventPayloads)) {
    throw new AnamnesisError('INTERNAL', `The training process sent an unknown event type "${String(type)}".`)
  }
  const parsed = eventPayloads[type as EventType].safeParse(payload)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new AnamnesisError(
      'INTERNAL',
      `Event ${type} is wrong at ${issue.path.join('.') || 'its root'}: ${issue.message}`,
    )
  }
  return { type, payload: parsed.data } as NewEvent
}
