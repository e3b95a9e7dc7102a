import type { SuiteDefinition } from '@anamnesis/core/benchmarks'
import type { Aggregate, Comparison } from '@anamnesis/core/metrics'
import type { Board, BoardEntry } from '../../services/leaderboard/board.ts'
import type { ComparableGroup } from '../../services/leaderboard/comparable.ts'
import { methodOf } from '../method/resolver.ts'
import { allMetrics } from '../metric/resolver.ts'
import { toRun } from '../run/type.ts'
import { toOrder, toSuite } from '../suite/type.ts'
import type { ComparableRuns, Interval, Leaderboard, LeaderboardEntry, MethodComparison } from './type.ts'

export function toLeaderboard(suite: SuiteDefinition, board: Board): Leaderboard {
  return {
    suite: toSuite(suite),
    order: toOrder(board.wanted[0]!),
    orders: board.orders.map(toOrder),
    sortedBy: board.sortedBy.id,
    metrics: allMetrics(),
    unit: board.unit,
    scope: board.scope,
    resamples: board.resamples,
    seedsToRank: board.needed,
    group: board.group && toGroup(board.group),
    groups: board.groups.map(toGroup),
    entries: board.entries.map(toEntry),
    comparisons: board.comparisons.map((comparison) => toComparison(board, comparison)),
    leftOut: board.leftOut.map((one) => ({ ...one, runs: one.runs.map(toRun) })),
  }
}

function toEntry({ key, method, config, runs, metrics, standing, tasks, tied }: BoardEntry): LeaderboardEntry {
  const { reason, rank, rankInterval, tieGroup, variance, orders } = standing
  return {
    ...{ key, config, tied, reason, rank, rankInterval, tieGroup, variance, orders },
    method: methodOf(method),
    runs: runs.map(toRun),
    n: new Set(runs.map(({ seed }) => seed)).size,
    ranked: rank !== null,
    metrics: metrics.map(({ key, aggregate }) => ({ key, interval: toInterval(aggregate) })),
    tasks: tasks.map(({ task, aggregate }) => ({ taskKey: task, interval: toInterval(aggregate) })),
  }
}

function toInterval({ n, mean, deviation, standardError, interval, values }: Aggregate): Interval {
  return { n, mean, deviation, standardError, values, low: interval?.[0] ?? null, high: interval?.[1] ?? null }
}

export function toComparison({ sortedBy, unit }: Board, { interval, ...comparison }: Comparison): MethodComparison {
  const { a, b, difference, separated, pairs } = comparison
  const firstIsBetter = sortedBy.better === 'higher' ? difference! > 0 : difference! < 0
  return {
    ...comparison,
    low: interval?.[0] ?? null,
    high: interval?.[1] ?? null,
    better: separated ? (firstIsBetter ? a : b) : null,
    reason: interval ? null : `${pairs} ${unit}s that both have run; an interval needs two.`,
  }
}

function toGroup({ key, conditions, rows }: ComparableGroup): ComparableRuns {
  const { stepsPerTask, evalLimit, model, modelDigest, dataDigest } = conditions
  return { key, stepsPerTask, evalLimit, modelKey: model, modelDigest, dataDigest, runs: rows.length }
}
