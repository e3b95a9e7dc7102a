import { findOrder, findSuite } from '@anamnesis/core/benchmarks'
import { Arg, Ctx, Query, Resolver } from 'type-graphql'
import { readBoard } from '../../services/leaderboard.ts'
import { configOf } from '../../services/runs.ts'
import type { Context } from '../context.ts'
import { methodOf } from '../method/resolver.ts'
import { allMetrics } from '../metric/resolver.ts'
import { toRun } from '../run/type.ts'
import { toOrder, toSuite } from '../suite/type.ts'
import { Leaderboard } from './type.ts'

@Resolver(() => Leaderboard)
export class LeaderboardResolver {
  @Query(() => Leaderboard, { description: 'Finished runs of a suite and order, compared over seeds.' })
  async leaderboard(
    @Ctx() { db }: Context,
    @Arg('suite', () => String) suiteKey: string,
    @Arg('order', () => String, { nullable: true }) orderKey?: string,
    @Arg('sortBy', () => String, { nullable: true }) sortBy?: string,
  ): Promise<Leaderboard> {
    const suite = findSuite(suiteKey)
    const order = findOrder(suite, orderKey ?? suite.orders[0]!.id)
    const sortedBy = sortBy ?? 'last'
    const entries = await readBoard(db, suite.id, order.id, sortedBy)
    return {
      suite: toSuite(suite),
      order: toOrder(order),
      sortedBy,
      metrics: allMetrics(),
      entries: entries.map((entry) => {
        const { seed: _, ...config } = configOf(entry.runs[0]!)
        return {
          method: methodOf(entry.method),
          config,
          runs: entry.runs.map(toRun),
          n: entry.n,
          metrics: entry.metrics.map(({ key, aggregate: { n, mean, interval, values } }) => ({
            key,
            interval: { n, mean, low: interval?.[0] ?? null, high: interval?.[1] ?? null, values },
          })),
          rank: entry.rank,
          tied: entry.tied,
        }
      }),
    }
  }
}
