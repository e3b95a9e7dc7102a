import { AnamnesisError, EVENT_TYPES, type EventPayload } from '@anamnesis/core/contracts'
import { metrics } from '@anamnesis/core/metrics'
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { z } from 'zod'
import type { RunEventRow, RunRow } from '../../db/client.ts'
import { metricsOf } from '../../events/projection.ts'
import { fromRow } from '../../events/store.ts'
import { suiteOrNull } from '../../services/catalog.ts'
import { reproduceCommand } from '../../services/reproduce.ts'
import { readSeries } from '../../services/series.ts'
import { checkFirst, fromCursor, pageOf, toCursor } from '../connection.ts'
import type { Context } from '../context.ts'
import { RunEventConnection, toEvent } from '../event/type.ts'
import { fromGlobalId, runIdOf } from '../globalId.ts'
import type { Loaders } from '../loaders.ts'
import { methodOf } from '../method/resolver.ts'
import { Method } from '../method/type.ts'
import { Model, toModel } from '../model/type.ts'
import { Suite, SuiteOrder, suiteOfRun, toOrder } from '../suite/type.ts'
import { withUserErrors } from '../userError.ts'
import { RunFilter, RunSort, StartRunInput, StartRunPayload, StopRunInput, StopRunPayload } from './input.ts'
import {
  Checkpoint,
  Matrix,
  MetricValue,
  ReferenceSummary,
  Run,
  RunConnection,
  Series,
  tasksOf,
  toRun,
} from './type.ts'

const runCursor = z.object({ value: z.iso.datetime().nullable(), id: z.uuid(), field: z.string() })
const MAX_POINTS = 5000
const MAX_SERIES = 50

@Resolver(() => Run)
export class RunResolver {
  @Query(() => RunConnection)
  async runs(
    @Ctx() { runs }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
    @Arg('filter', () => RunFilter, { nullable: true }) filter?: RunFilter,
    @Arg('sort', () => RunSort, { nullable: true }) sort: RunSort = { field: 'createdAt', descending: true },
  ) {
    checkFirst(first)
    const cursor = after
      ? fromCursor(
          after,
          runCursor.refine((value) => value.field === sort.field),
        )
      : null
    const { rows, totalCount } = await runs.list({ first, after: cursor, filter: filter ?? {}, sort })
    return pageOf(rows, first, totalCount, after ?? null, (row) => ({
      cursor: toCursor({ value: row[sort.field]?.toISOString() ?? null, id: row.id, field: sort.field }),
      node: toRun(row),
    }))
  }

  @Query(() => Run, { nullable: true })
  async run(@Arg('id', () => ID) id: string, @Ctx() { loaders }: Context): Promise<Run | null> {
    const parsed = fromGlobalId(id)
    const row = parsed?.type === 'Run' ? await loaders.run.load(parsed.key) : null
    return row && toRun(row)
  }

  @Query(() => Run, { nullable: true })
  async runByKey(@Arg('key', () => String) key: string, @Ctx() { runs }: Context): Promise<Run | null> {
    const row = await runs.byKey(key)
    return row && toRun(row)
  }

  @Mutation(() => StartRunPayload)
  async startRun(@Arg('input', () => StartRunInput) input: StartRunInput, @Ctx() { runs }: Context) {
    const { value, userErrors } = await withUserErrors(() => runs.start(input))
    return { run: value && toRun(value), userErrors }
  }

  @Mutation(() => StopRunPayload)
  async stopRun(@Arg('input', () => StopRunInput) { runId, reason }: StopRunInput, @Ctx() { runs }: Context) {
    const { value, userErrors } = await withUserErrors(async () => runs.stop(runIdOf(runId), reason ?? null))
    return { run: value && toRun(value), userErrors }
  }

  @FieldResolver(() => Suite)
  suite(@Root() { row }: Run): Suite {
    return suiteOfRun(row.suite, tasksOf(row))
  }

  @FieldResolver(() => SuiteOrder)
  order(@Root() { row }: Run): SuiteOrder {
    const found = suiteOrNull(row.suite)?.orders.find((order) => order.id === row.order)
    const taskKeys = tasksOf(row).map((task) => task.id)
    // The run's own order counts, also after the suite's was changed.
    return { ...(found ? toOrder(found) : { title: row.order }), key: row.order, taskKeys, hash: row.orderHash }
  }

  @FieldResolver(() => Method)
  method(@Root() { row }: Run): Method {
    return methodOf(row.method)
  }

  @FieldResolver(() => Model, {
    nullable: true,
    description: 'The base model as it is now; null when it is gone. Compare its encoderId with that of the run.',
  })
  async baseModel(@Root() { modelKey }: Run, @Ctx() { catalog }: Context): Promise<Model | null> {
    const found = await catalog.models.find(modelKey)
    return found && toModel(found)
  }

  @FieldResolver(() => Matrix)
  async matrix(@Root() { row }: Run, @Ctx() { loaders }: Context): Promise<Matrix> {
    const tasks = tasksOf(row)
    return {
      taskKeys: tasks.map((task) => task.id),
      taskNames: tasks.map((task) => task.name),
      cells: await cellsOf(row, loaders),
    }
  }

  @FieldResolver(() => [MetricValue])
  async metrics(@Root() { row }: Run, @Ctx() { loaders }: Context): Promise<MetricValue[]> {
    const values = await loaders.metrics.load(row.id)
    // A run that was measured before a metric was added has its cells, and so the metric.
    const isOld = values.size > 0 && metrics.some(({ id }) => !values.has(id))
    const later = isOld ? metricsOf(tasksOf(row).length, await cellsOf(row, loaders)) : {}
    return metrics.map(({ id }) => ({ key: id, value: values.get(id) ?? later[id] ?? null }))
  }

  @FieldResolver(() => [Series])
  async series(
    @Root() { row }: Run,
    @Ctx() { db }: Context,
    @Arg('names', () => [String]) names: string[],
    @Arg('maxPoints', () => Int, { nullable: true, defaultValue: 400 }) maxPoints: number | null,
  ): Promise<Series[]> {
    const limit = maxPoints ?? 400
    if (!(limit >= 4 && limit <= MAX_POINTS))
      throw badInput('maxPoints', `"maxPoints" must be between 4 and ${MAX_POINTS}.`)
    if (names.length > MAX_SERIES) throw badInput('names', `At most ${MAX_SERIES} series at once.`)
    return readSeries(db, row.id, names, limit)
  }

  @FieldResolver(() => [ReferenceSummary])
  async references(@Root() { row }: Run, @Ctx() { loaders }: Context): Promise<ReferenceSummary[]> {
    const events = await loaders.references.load(row.id)
    const summaries = events.map((event) => {
      const { taskId, ...rest } = event.payload as EventPayload<'reference.built'>
      return { ...rest, taskKey: taskId }
    })
    return latestPerTask(summaries)
  }

  @FieldResolver(() => [Checkpoint])
  async checkpoints(@Root() { row }: Run, @Ctx() { loaders }: Context): Promise<Checkpoint[]> {
    return checkpointsOf(await loaders.checkpoints.load(row.id))
  }

  @FieldResolver(() => RunEventConnection)
  async events(
    @Root() { row }: Run,
    @Ctx() { db }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
    @Arg('types', () => [String], { nullable: true }) types?: string[],
  ) {
    checkFirst(first)
    const unknown = types?.find((type) => !(EVENT_TYPES as string[]).includes(type))
    if (unknown) throw badInput('types', `There is no event type "${unknown}". Known: ${EVENT_TYPES.join(', ')}.`)
    const where = { runId: row.id, ...(types ? { type: { in: types } } : {}) }
    const since = after ? fromCursor(after, z.number().int()) : 0
    const [rows, totalCount] = await Promise.all([
      db.runEvent.findMany({ where: { ...where, seq: { gt: since } }, orderBy: { seq: 'asc' }, take: first + 1 }),
      db.runEvent.count({ where }),
    ])
    return pageOf(rows, first, totalCount, after ?? null, (event) => ({
      cursor: toCursor(event.seq),
      node: toEvent(fromRow(event)),
    }))
  }

  @FieldResolver(() => String, { description: 'The command that starts the same run again.' })
  reproduce(@Root() { row }: Run): string {
    return reproduceCommand(row)
  }
}

/** Checkpoints of a run from their events, by task. */
export function checkpointsOf(events: readonly RunEventRow[]): Checkpoint[] {
  return latestPerTask(
    events.map((event) => {
      const { path: _, ...rest } = event.payload as EventPayload<'checkpoint.saved'>
      return { ...rest, at: event.at }
    }),
  )
}

/** Of a task that was begun again after a loss, the last attempt counts. */
async function cellsOf(row: RunRow, loaders: Loaders) {
  const cells = await loaders.cells.load(row.id)
  return cells.map((cell) => ({ ...cell, confusion: cell.confusion as number[][] }))
}

function latestPerTask<T extends { task: number }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.task, item])).values()].sort((a, b) => a.task - b.task)
}

function badInput(field: string, message: string): AnamnesisError {
  return new AnamnesisError('BAD_INPUT', message, { field })
}
