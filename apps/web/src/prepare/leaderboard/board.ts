import type { LeaderboardPageQuery } from '../../graphql/generated/graphql.ts'

export type Board = LeaderboardPageQuery['leaderboard']
export type Before = NonNullable<LeaderboardPageQuery['before']>
export type BoardEntry = Board['entries'][number]
export type BoardMetric = Board['metrics'][number]

/** The metric that the board is sorted by. The server always has it; an empty list of metrics is its error. */
export function sortedMetric(board: Board): BoardMetric {
  const found = board.metrics.find(({ key }) => key === board.sortedBy)
  if (!found) throw new Error(`The server sorted by "${board.sortedBy}" without describing it.`)
  return found
}

const NO_INTERVAL = { mean: null, low: null, high: null, deviation: null, standardError: null, n: 0, values: [] }

/** A metric of an entry; all null where the server has none. */
export const intervalOf = (entry: BoardEntry, key: string): BoardEntry['metrics'][number]['interval'] =>
  entry.metrics.find((metric) => metric.key === key)?.interval ?? NO_INTERVAL
