import { findOrder, orderHash, type SuiteDefinition, type SuiteOrder } from '@anamnesis/core/benchmarks'
import { AnamnesisError, type RunState } from '@anamnesis/core/contracts'
import {
  type Aggregate,
  aggregatesOf,
  type Comparison,
  type Contender,
  type MetricDefinition,
  metricById,
  metrics,
  type RunMatrix,
  runMatrix,
  SCOPES,
  type Scope,
  type ScoredRun,
  type Standing,
  type Standings,
  scoreRun,
  standingsOf,
  type TaskScore,
  taskBreakdown,
  type Unit,
} from '@anamnesis/core/metrics'
import type { Database, RunRow } from '../../db/client.ts'
import { type ComparableGroup, comparableGroups, experimentOf, trains } from './comparable.ts'

export interface BoardQuery {
  suite: SuiteDefinition
  /** One order, by id; the suite's first by default. */
  order?: string | null
  /** Several orders together instead: one of ORDER_SETS. */
  orderSet?: string | null
  sortedBy: MetricDefinition
  /** One of SCOPES. */
  scope?: string | null
  /** Key of a comparable group; the largest by default. */
  group?: string | null
  methods?: readonly string[] | null
}

/** `all`: every order that has finished runs. `shifts`: the suite's first order and its cyclic shifts. */
export const ORDER_SETS = ['all', 'shifts'] as const

/** One method with fixed settings, over its seeds and orders. */
export interface BoardEntry {
  key: string
  method: string
  /** Without seed and order. */
  config: Record<string, unknown>
  runs: RunRow[]
  /** Over the board's units: mean, spread and 95 % t interval. */
  metrics: { key: string; aggregate: Aggregate }[]
  standing: Standing
  /** The metric of the board task by task. */
  tasks: TaskScore[]
  /** True when it is not established that the place before this one is better. */
  tied: boolean
}

/** Runs of the suite that are not on the board, and why. */
interface LeftOut {
  reason: string
  text: string
  count: number
  /** The newest of them. */
  runs: RunRow[]
}

export interface Board {
  /** Asked for; never empty. */
  wanted: readonly SuiteOrder[]
  /** Those of them that have runs on the board. */
  orders: SuiteOrder[]
  sortedBy: MetricDefinition
  unit: Unit
  scope: Scope
  resamples: number
  needed: number
  group: ComparableGroup | null
  groups: ComparableGroup[]
  entries: BoardEntry[]
  comparisons: Comparison[]
  leftOut: LeftOut[]
}

/** Most finished runs of a suite that one board looks at, the newest. */
const MOST_RUNS = 5000
/** Most runs of one experiment on one order that count, the newest. */
const MOST_SEEDS = 100
const MOST_NAMED = 20

/**
 * The board of a suite: finished runs that are comparable, by experiment, ranked by `sortedBy`. Of several runs with one
 * order and seed the latest counts. Costs the same few statements whatever there is.
 * @throws BAD_INPUT, NOT_FOUND, each naming the field
 */
export async function readBoard(db: Database, query: BoardQuery): Promise<Board> {
  const { sortedBy } = query
  const scope = scopeNamed(query.scope)
  const wanted = wantedOrders(query)
  const where = {
    suite: query.suite.id,
    order: { in: wanted.map(({ id }) => id) },
    ...(query.methods ? { method: { in: [...query.methods] } } : {}),
  }
  const newestFirst = [{ createdAt: 'desc' as const }, { id: 'desc' as const }]
  const [finished, unfinished, states] = await Promise.all([
    db.run.findMany({ where: { ...where, state: 'SUCCEEDED' }, orderBy: newestFirst, take: MOST_RUNS }),
    db.run.findMany({ where: { ...where, state: { not: 'SUCCEEDED' } }, orderBy: newestFirst, take: 5 * MOST_NAMED }),
    db.run.groupBy({ by: ['state'], where, _count: true }),
  ])
  const counts = new Map(states.map(({ state, _count }) => [state as RunState, _count]))
  const hashes = new Map(wanted.map((order) => [order.id, orderHash(order)]))
  const sameOrder = finished.filter((row) => hashes.get(row.order) === row.orderHash)
  const groups = comparableGroups(sameOrder)
  const group = groupNamed(groups, query.group)
  const { kept, repeated, surplus } = latest(group?.rows ?? [])
  const onBoard = new Set((group?.rows ?? []).map(({ id }) => id))
  const matrices = await readMatrices(db, [...kept.values()].flat())

  const ids = [...kept.keys()]
  const contendersBy = (metric: MetricDefinition): Contender[] =>
    ids.map((id) => {
      const runs = kept.get(id)!
      return { id, deterministic: !trains(runs[0]!.method), runs: runs.map((row) => scored(metric, row)) }
    })
  const scored = (metric: MetricDefinition, row: RunRow): ScoredRun =>
    scoreRun(metric, matrices.get(row.id)!, { seed: row.seed, order: row.order, taskIds: taskIdsOf(row) })

  const orders = wanted.filter(({ id }) => [...kept.values()].flat().some(({ order }) => order === id))
  const contenders = contendersBy(sortedBy)
  const standings = remembered(
    [sortedBy.id, scope, ...[...kept].flatMap(([id, runs]) => [id, ...runs.map((run) => run.id)])].join(),
    () => standingsOf(contenders, { better: sortedBy.better, scope, orders: orders.map(({ id }) => id) }),
  )
  const aggregates = new Map(metrics.map((metric) => [metric.id, aggregatesOf(contendersBy(metric))]))
  const byId = new Map(contenders.map((contender, index) => [contender.id, { contender, index }]))
  const entries = standings.standings.map((standing, place): BoardEntry => {
    const { contender, index } = byId.get(standing.id)!
    const runs = kept.get(standing.id)!
    const before = standings.standings[place - 1]
    return {
      key: standing.id,
      method: runs[0]!.method,
      config: experimentOf(runs[0]!).config,
      runs,
      metrics: metrics.map(({ id }) => ({ key: id, aggregate: aggregates.get(id)![index]! })),
      standing,
      tasks: taskBreakdown(contender.deterministic ? contender.runs.slice(0, 1) : contender.runs, query.suite.taskIds),
      tied: standing.tieGroup !== null && before !== undefined && before.tieGroup === standing.tieGroup,
    }
  })
  return {
    wanted,
    orders,
    sortedBy,
    unit: standings.unit,
    scope: standings.scope,
    resamples: standings.resamples,
    needed: standings.needed,
    group,
    groups,
    entries,
    comparisons: standings.comparisons,
    leftOut: leftOutOf({
      unfinished,
      counts,
      moved: finished.filter((row) => hashes.get(row.order) !== row.orderHash),
      elsewhere: sameOrder.filter(({ id }) => !onBoard.has(id)),
      repeated,
      surplus,
      unread: Math.max(0, (counts.get('SUCCEEDED') ?? 0) - finished.length),
    }),
  }
}

/** The difference `a` - `b` of two experiments on a board. */
export interface BoardComparison {
  board: Board
  /** Keys of the entries. */
  a: string
  b: string
  comparison: Comparison
}

/**
 * Compares two entries of a board, ranked or not. @param a key of an entry, or of a method that has one entry
 * @throws NOT_FOUND, BAD_INPUT when a method has several entries, and what `readBoard` throws
 */
export async function compareOnBoard(db: Database, query: BoardQuery, a: string, b: string): Promise<BoardComparison> {
  const board = await readBoard(db, query)
  const [first, second] = [entryNamed(board, a, 'a'), entryNamed(board, b, 'b')]
  if (first === second) throw badInput('b', 'Name two different entries; a difference to itself is zero.')
  const found = board.comparisons.find(
    (pair) => (pair.a === first.key && pair.b === second.key) || (pair.a === second.key && pair.b === first.key),
  )
  if (found) return { board, a: first.key, b: second.key, comparison: found.a === first.key ? found : turned(found) }
  // One of them is not ranked: the two alone, whatever their number of seeds.
  const matrices = await readMatrices(db, [...first.runs, ...second.runs])
  const contenders = [first, second].map(({ key, method, runs }): Contender => {
    return {
      id: key,
      deterministic: !trains(method),
      runs: runs.map((row) =>
        scoreRun(board.sortedBy, matrices.get(row.id)!, { seed: row.seed, order: row.order, taskIds: taskIdsOf(row) }),
      ),
    }
  })
  const { comparisons } = standingsOf(contenders, {
    better: board.sortedBy.better,
    scope: board.scope,
    needed: 1,
    orders: [],
  })
  const pair = comparisons[0]
  if (!pair) throw badInput('metric', `${board.sortedBy.title} cannot be computed from the runs of both.`)
  return { board, a: first.key, b: second.key, comparison: pair.a === first.key ? pair : turned(pair) }
}

function turned(pair: Comparison): Comparison {
  const { a, b, difference, interval } = pair
  return {
    ...pair,
    a: b,
    b: a,
    difference: difference === null ? null : 0 - difference,
    interval: interval && [0 - interval[1], 0 - interval[0]],
  }
}

function entryNamed({ entries }: Board, name: string, field: string): BoardEntry {
  const exact = entries.find(({ key }) => key === name)
  if (exact) return exact
  const ofMethod = entries.filter(({ method }) => method === name)
  if (ofMethod.length === 1) return ofMethod[0]!
  const keys = (list: readonly BoardEntry[]) => list.map(({ key }) => key).join(', ')
  if (ofMethod.length > 1) {
    throw badInput(field, `Method "${name}" has ${ofMethod.length} entries; name one: ${keys(ofMethod)}.`)
  }
  const known = entries.length === 0 ? 'The board is empty.' : `Known: ${keys(entries)}.`
  throw new AnamnesisError('NOT_FOUND', `There is no entry "${name}" on this board. ${known}`, { field })
}

/** @param field the argument that named it @throws UNKNOWN_METRIC */
export function metricNamed(id: string, field: string): MetricDefinition {
  try {
    return metricById(id)
  } catch (error) {
    if (error instanceof AnamnesisError) throw new AnamnesisError(error.code, error.message, { field, cause: error })
    throw error
  }
}

function scopeNamed(id: string | null | undefined): Scope {
  if (id === null || id === undefined) return 'tasksAndRuns'
  const found = SCOPES.find((scope) => scope === id)
  if (!found) throw badInput('scope', `There is no scope "${id}". Known: ${SCOPES.join(', ')}.`)
  return found
}

function wantedOrders({ suite, order, orderSet }: BoardQuery): readonly SuiteOrder[] {
  if (orderSet === null || orderSet === undefined) return [findOrder(suite, order ?? suite.orders[0]!.id)]
  if (order) throw badInput('orderSet', 'Say either "order" or "orderSet", not both.')
  if (orderSet === 'all') return suite.orders
  if (orderSet === 'shifts') return suite.orders.filter((one) => isShift(one.taskIds, suite.orders[0]!.taskIds))
  throw badInput('orderSet', `There is no set of orders "${orderSet}". Known: ${ORDER_SETS.join(', ')}.`)
}

function isShift(order: readonly string[], first: readonly string[]): boolean {
  const at = first.indexOf(order[0]!)
  return order.length === first.length && order.every((task, i) => task === first[(at + i) % first.length])
}

function groupNamed(groups: readonly ComparableGroup[], key: string | null | undefined): ComparableGroup | null {
  if (key === null || key === undefined) return groups[0] ?? null
  const found = groups.find((group) => group.key === key)
  if (found) return found
  const known = groups.map((group) => group.key).join(', ') || 'none yet'
  throw new AnamnesisError('NOT_FOUND', `There is no group "${key}" of comparable runs. Known: ${known}.`, {
    field: 'group',
  })
}

/** The latest run of each experiment, order and seed; sorted by order and seed. @param rows newest first */
function latest(rows: readonly RunRow[]) {
  const kept = new Map<string, RunRow[]>()
  const seen = new Set<string>()
  const onOrder = new Map<string, number>()
  const repeated: RunRow[] = []
  const surplus: RunRow[] = []
  for (const row of rows.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1))) {
    const { key } = experimentOf(row)
    const place = `${key}/${row.order}`
    const count = onOrder.get(place) ?? 0
    if (seen.has(`${place}/${row.seed}`)) repeated.push(row)
    else if (count >= MOST_SEEDS) surplus.push(row)
    else {
      seen.add(`${place}/${row.seed}`)
      onOrder.set(place, count + 1)
      kept.set(key, [...(kept.get(key) ?? []), row])
    }
  }
  for (const runs of kept.values())
    runs.sort((a, b) => (a.order === b.order ? a.seed - b.seed : a.order < b.order ? -1 : 1))
  return { kept, repeated, surplus }
}

function leftOutOf(groups: {
  unfinished: readonly RunRow[]
  counts: ReadonlyMap<RunState, number>
  moved: readonly RunRow[]
  elsewhere: readonly RunRow[]
  repeated: readonly RunRow[]
  surplus: readonly RunRow[]
  unread: number
}): LeftOut[] {
  const { unfinished, counts, moved, elsewhere, repeated, surplus, unread } = groups
  const of = (reason: string, text: string, runs: readonly RunRow[], count = runs.length): LeftOut => ({
    ...{ reason, text, count },
    runs: runs.slice(0, MOST_NAMED),
  })
  const byState = [...counts]
    .filter(([state]) => state !== 'SUCCEEDED')
    .map(([state, count]) =>
      of(
        `state.${state}`,
        STATE_TEXTS[state],
        unfinished.filter((row) => row.state === state),
        count,
      ),
    )
  return [
    of('group', 'Made under other conditions (steps, test images, base model or data); see the groups.', elsewhere),
    of('repeated', 'A later run has the same settings, order and seed; the later one counts.', repeated),
    of('order', 'The order of the tasks has changed since.', moved),
    of('surplus', `Only the newest ${MOST_SEEDS} runs of an experiment on one order count.`, surplus),
    of('unread', `Only the newest ${MOST_RUNS} finished runs of a suite are looked at.`, [], unread),
    ...byState,
  ].filter(({ count }) => count > 0)
}

const STATE_TEXTS: Record<RunState, string> = {
  QUEUED: 'Waiting for a worker.',
  RUNNING: 'Not finished yet.',
  STOP_REQUESTED: 'About to be stopped.',
  STOPPED: 'Stopped before it was finished.',
  STALE: 'Its worker has not been heard of for a while.',
  LOST: 'Lost with its worker; it will be tried again.',
  SUCCEEDED: 'Finished.',
  FAILED: 'Failed.',
}

async function readMatrices(db: Database, rows: readonly RunRow[]): Promise<Map<string, RunMatrix>> {
  const cells = await db.matrixCell.findMany({
    where: { runId: { in: rows.map(({ id }) => id) } },
    select: { runId: true, row: true, column: true, accuracy: true, balancedAccuracy: true, auc: true },
  })
  const byRun = Map.groupBy(cells, ({ runId }) => runId)
  return new Map(rows.map((row) => [row.id, runMatrix(taskIdsOf(row).length, byRun.get(row.id) ?? [])]))
}

const taskIdsOf = (row: RunRow) => (row.tasks as { id: string }[]).map(({ id }) => id)

/** Standings of finished runs never change, so those asked for again are not resampled again. Newest last. */
const known = new Map<string, Standings>()
const MOST_KNOWN = 64

function remembered(key: string, make: () => Standings): Standings {
  const found = known.get(key) ?? make()
  known.delete(key)
  known.set(key, found)
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!)
  return found
}

function badInput(field: string, message: string): AnamnesisError {
  return new AnamnesisError('BAD_INPUT', message, { field })
}
