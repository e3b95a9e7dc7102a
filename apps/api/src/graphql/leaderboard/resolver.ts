import { findSuite } from '@anamnesis/core/benchmarks'
import { Args, Ctx, Query, Resolver } from 'type-graphql'
import { compareOnBoard, metricNamed, readBoard } from '../../services/leaderboard/board.ts'
import type { Context } from '../context.ts'
import { CompareArgs, LeaderboardArgs } from './input.ts'
import { toComparison, toLeaderboard } from './present.ts'
import { Leaderboard, MethodComparison } from './type.ts'

@Resolver(() => Leaderboard)
export class LeaderboardResolver {
  @Query(() => Leaderboard, {
    description:
      'Finished, comparable runs of a suite, ranked with the uncertainty that seeds, orders and tasks leave.',
  })
  async leaderboard(@Ctx() { db }: Context, @Args(() => LeaderboardArgs) args: LeaderboardArgs): Promise<Leaderboard> {
    const suite = findSuite(args.suite)
    const sortedBy = metricNamed(args.sortBy ?? 'last', 'sortBy')
    return toLeaderboard(suite, await readBoard(db, { ...args, suite, sortedBy }))
  }

  @Query(() => MethodComparison, { description: 'The difference of two entries of a leaderboard, ranked or not.' })
  async compareMethods(@Ctx() { db }: Context, @Args(() => CompareArgs) args: CompareArgs): Promise<MethodComparison> {
    const sortedBy = metricNamed(args.metric ?? 'last', 'metric')
    const query = { ...args, suite: findSuite(args.suite), sortedBy }
    const { board, comparison } = await compareOnBoard(db, query, args.a, args.b)
    return toComparison(board, comparison)
  }
}
