import { Arg, Ctx, Query, Resolver } from 'type-graphql'
import { searchLiterature } from '../../services/retrieval.ts'
import type { Context } from '../context.ts'
import { Retrieval, RetrieveInput, toRetrieval } from './type.ts'

@Resolver(() => Retrieval)
export class RetrievalResolver {
  @Query(() => Retrieval, { description: 'Layered retrieval: dense, visual re-rank, lexical gate.' })
  async retrieve(@Arg('input', () => RetrieveInput) input: RetrieveInput, @Ctx() context: Context): Promise<Retrieval> {
    const { corpus, result } = await searchLiterature(input, context)
    return toRetrieval(result, corpus)
  }
}
