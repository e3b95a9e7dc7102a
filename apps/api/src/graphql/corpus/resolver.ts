import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql'
import type { Context } from '../context.ts'
import { Corpus, toCorpus } from './type.ts'

@Resolver(() => Corpus)
export class CorpusResolver {
  @Query(() => [Corpus])
  async corpora(@Ctx() { catalog }: Context): Promise<Corpus[]> {
    return (await catalog.corpusInfos()).map(toCorpus)
  }

  @FieldResolver(() => Boolean, { description: 'Whether it can be searched now.' })
  indexed(@Root() { info }: Corpus, @Ctx() { catalog }: Context): Promise<boolean> {
    return catalog.indexed(info)
  }
}
