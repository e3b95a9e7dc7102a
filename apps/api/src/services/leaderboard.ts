import { AnamnesisError } from '@anamnesis/core/contracts'
import { type Aggregate, aggregate, metricById, metrics } from '@anamnesis/core/metrics'
import type { Database, RunRow } from '../db/client.ts'

/** Runs that differ in nothing but the seed, with their metrics over the seeds. */
export interface BoardEntry {
  method: string
  runs: RunRow[]
  /** Number of seeds. */
  n: number
  metrics: { key: string; aggregate: Aggregate }[]
  /** Place by the mean from 1; null when the metric cannot be computed. */
  rank: number | null
  /** True when the place before this one is not established: an interval is missing or overlaps. */
  tied: boolean
}

/** Most runs that one board looks at. */
const LIMIT = 5000

/**
 * The board of a suite and order: finished runs, grouped by everything but the seed, ordered by the mean of `sortedBy`.
 * Of several runs with one seed the latest counts. @throws UNKNOWN_METRIC
 */
export async function readBoard(db: Database, suite: string, order: string, sortedBy: string): Promise<BoardEntry[]> {
  const better = named(sortedBy).better
  const rows = await db.run.findMany({
    where: { suite, order, state: 'SUCCEEDED' },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: LIMIT,
  })
  const groups = new Map<string, Map<number, RunRow>>()
  for (const row of rows) {
    const seeds = groups.get(row.comparisonHash) ?? new Map<number, RunRow>()
    groups.set(row.comparisonHash, seeds)
    if (!seeds.has(row.seed)) seeds.set(row.seed, row)
  }
  const chosen = [...groups.values()].flatMap((seeds) => [...seeds.values()].map((row) => row.id))
  const values = new Map<string, number | null>()
  for (const { runId, key, value } of await db.runMetric.findMany({ where: { runId: { in: chosen } } })) {
    values.set(`${runId}/${key}`, value)
  }
  const entries: BoardEntry[] = [...groups.values()].map((seeds) => {
    const runs = [...seeds.values()].sort((a, b) => a.seed - b.seed)
    return {
      method: runs[0]!.method,
      runs,
      n: runs.length,
      metrics: metrics.map(({ id }) => ({
        key: id,
        aggregate: aggregate(runs.map((run) => values.get(`${run.id}/${id}`) ?? null)),
      })),
      rank: null,
      tied: false,
    }
  })
  const scoreOf = (entry: BoardEntry) => entry.metrics.find(({ key }) => key === sortedBy)!.aggregate
  const sign = better === 'higher' ? -1 : 1
  entries.sort((a, b) => {
    const [x, y] = [scoreOf(a).mean, scoreOf(b).mean]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    return sign * (x - y) || (a.method < b.method ? -1 : 1)
  })
  for (const [i, entry] of entries.entries()) {
    const score = scoreOf(entry)
    if (score.mean === null) continue
    entry.rank = i + 1
    if (i > 0) entry.tied = undecided(score, scoreOf(entries[i - 1]!))
  }
  return entries
}

function named(id: string) {
  try {
    return metricById(id)
  } catch (error) {
    if (error instanceof AnamnesisError)
      throw new AnamnesisError(error.code, error.message, { field: 'sortBy', cause: error })
    throw error
  }
}

function undecided(a: Aggregate, b: Aggregate): boolean {
  if (!a.interval || !b.interval) return true
  return a.interval[0] <= b.interval[1] && b.interval[0] <= a.interval[1]
}
