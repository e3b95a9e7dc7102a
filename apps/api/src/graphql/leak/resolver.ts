import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { z } from 'zod'
import { checkFirst, fromCursor, pageOf, toCursor } from '../connection.ts'
import type { Context } from '../context.ts'
import { figureOf } from '../figure/resolver.ts'
import { Figure } from '../figure/type.ts'
import { withUserErrors } from '../userError.ts'
import {
  JudgeLeakInput,
  JudgeLeakPayload,
  LeakPair,
  LeakPairConnection,
  LeakSearch,
  SearchLeaksInput,
  SearchLeaksPayload,
  TaskLeaks,
  toLeakPair,
  toLeakSearch,
} from './type.ts'

@Resolver(() => LeakSearch)
export class LeakResolver {
  @Query(() => LeakSearch, { nullable: true, description: 'The newest search for the test images of a suite.' })
  async leakSearch(@Arg('suite', () => String) suite: string, @Ctx() { leaks }: Context): Promise<LeakSearch | null> {
    const row = await leaks.latest(suite)
    return row && toLeakSearch(row)
  }

  @Mutation(() => SearchLeaksPayload, { description: "Looks for a suite's test images in the literature." })
  async searchLeaks(
    @Arg('input', () => SearchLeaksInput) input: SearchLeaksInput,
    @Ctx() { leaks }: Context,
  ): Promise<SearchLeaksPayload> {
    const { value, userErrors } = await withUserErrors(() => leaks.search(input))
    return { search: value && toLeakSearch(value), userErrors }
  }

  @Mutation(() => JudgeLeakPayload, {
    description: 'Says what a pair is. A verdict outlives the search that found it.',
  })
  async judgeLeak(
    @Arg('input', () => JudgeLeakInput) input: JudgeLeakInput,
    @Ctx() { leaks }: Context,
  ): Promise<JudgeLeakPayload> {
    const { value, userErrors } = await withUserErrors(() => leaks.judge({ ...input, verdict: input.verdict ?? null }))
    return { pair: value && toLeakPair(value), userErrors }
  }

  @FieldResolver(() => [TaskLeaks], { description: 'By the verdicts of now. Empty until the search has ended.' })
  tasks(@Root() { row }: LeakSearch, @Ctx() { leaks }: Context): Promise<TaskLeaks[]> {
    return leaks.report(row)
  }

  @FieldResolver(() => LeakPairConnection, { description: 'The most alike first.' })
  async pairs(
    @Root() { row }: LeakSearch,
    @Ctx() { leaks }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
    @Arg('open', () => Boolean, { nullable: true, description: 'Only pairs that nobody judged.' }) open?: boolean,
  ) {
    checkFirst(first)
    const offset = after ? fromCursor(after, z.number().int().min(0)) : 0
    const { rows, totalCount } = await leaks.pairs({ ...row, open: open ?? false }, first, offset)
    const places = new Map(rows.map((pair, i) => [pair, offset + i + 1]))
    return pageOf(rows, first, totalCount, after ?? null, (pair) => ({
      cursor: toCursor(places.get(pair)!),
      node: toLeakPair(pair),
    }))
  }
}

@Resolver(() => LeakPair)
export class LeakPairResolver {
  @FieldResolver(() => Figure, { nullable: true })
  figure(@Root() { corpusKey, figureKey }: LeakPair, @Ctx() { catalog }: Context): Promise<Figure | null> {
    return figureOf(catalog, corpusKey, figureKey)
  }
}
