import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql'
import { healthOf } from '../../services/retrieval.ts'
import type { Context } from '../context.ts'
import { IndexHealth, toIndexHealth } from './indexHealth.ts'
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

  @FieldResolver(() => IndexHealth, { nullable: true, description: 'Null where it is not indexed.' })
  async index(
    @Root() { key }: Corpus,
    @Ctx() context: Context,
    @Arg('store', () => String, {
      nullable: true,
      description: 'Key of a store; the one that searches use by default.',
    })
    store?: string,
  ): Promise<IndexHealth | null> {
    const health = await healthOf({ corpus: key, store }, context)
    return health && toIndexHealth(health)
  }
}
