import { AnamnesisError } from '@anamnesis/core/contracts'
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql'
import type { RunRow } from '../../db/client.ts'
import { nextReviews, reviewPair } from '../../services/reviews.ts'
import type { Context } from '../context.ts'
import { figurePath } from '../figure/type.ts'
import { runIdOf } from '../globalId.ts'
import { withUserErrors } from '../userError.ts'
import { ReviewPairInput, ReviewPairPayload, ReviewQueue, ReviewQueueInput, toLabelNoise } from './type.ts'

@Resolver(() => ReviewQueue)
export class ReviewResolver {
  @Query(() => ReviewQueue, { description: "Pairs of a run's reference set for blinded review." })
  async reviewQueue(
    @Arg('input', () => ReviewQueueInput) input: ReviewQueueInput,
    @Ctx() context: Context,
  ): Promise<ReviewQueue> {
    const { corpus, items, open, noise } = await nextReviews(await runOf(context, input.runId), input, context)
    return {
      open,
      noise: toLabelNoise(noise),
      items: items.map(({ figureId, ...item }) => ({ ...item, imageUrl: figurePath(corpus, figureId) })),
    }
  }

  @Mutation(() => ReviewPairPayload, { description: 'The latest verdict of a reviewer on a pair counts.' })
  async reviewPair(
    @Arg('input', () => ReviewPairInput) input: ReviewPairInput,
    @Ctx() context: Context,
  ): Promise<ReviewPairPayload> {
    const { value, userErrors } = await withUserErrors(async () =>
      reviewPair(await runOf(context, input.runId), input, context),
    )
    return { noise: value && toLabelNoise(value), userErrors }
  }
}

/** @throws NOT_FOUND */
async function runOf({ loaders }: Context, id: string): Promise<RunRow> {
  const run = await loaders.run.load(runIdOf(id))
  if (run) return run
  throw new AnamnesisError('NOT_FOUND', 'There is no such run.', { field: 'runId' })
}
