import { AnamnesisError } from '@anamnesis/core/contracts'
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql'
import type { Catalog } from '../../services/catalog.ts'
import { oneFigure } from '../../services/ledger.ts'
import type { Context } from '../context.ts'
import { GuidedRunConnection, pageOfGuidedRuns } from '../ledger/type.ts'
import { LiteratureRecall, toRecall } from '../recall/type.ts'
import { Figure, toFigure } from './type.ts'

@Resolver(() => Figure)
export class FigureResolver {
  @Query(() => Figure, { nullable: true, description: 'A figure by its corpus and its key.' })
  figure(
    @Arg('corpus', () => String) corpus: string,
    @Arg('key', () => String) key: string,
    @Ctx() { catalog }: Context,
  ): Promise<Figure | null> {
    return figureOf(catalog, corpus, key)
  }

  @FieldResolver(() => Int, { description: 'Runs that it guided.' })
  guidedRunCount(@Root() { corpusKey, key }: Figure, @Ctx() { loaders }: Context): Promise<number> {
    return loaders.guidedRunCount.load({ corpus: corpusKey, figureId: key })
  }

  @FieldResolver(() => GuidedRunConnection, { description: 'Runs that it guided, newest first.' })
  guidedRuns(
    @Root() { corpusKey, key }: Figure,
    @Ctx() context: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
  ) {
    return pageOfGuidedRuns(context, oneFigure(corpusKey, key), { first, after })
  }

  @FieldResolver(() => LiteratureRecall, { nullable: true, description: 'The recall that keeps it from guiding now.' })
  async recall(@Root() { corpusKey, key }: Figure, @Ctx() { loaders }: Context): Promise<LiteratureRecall | null> {
    const row = await loaders.recallOfFigure.load({ corpus: corpusKey, figureId: key })
    return row && toRecall(row)
  }
}

/** @returns null when there is no such corpus or figure */
export async function figureOf(catalog: Catalog, corpusKey: string, key: string): Promise<Figure | null> {
  try {
    const corpus = await catalog.corpus(corpusKey)
    const found = await corpus.byId(key)
    return found && toFigure(found, corpusKey)
  } catch (error) {
    if (error instanceof AnamnesisError && ['UNKNOWN_CORPUS', 'MISSING_DATA'].includes(error.code)) return null
    throw error
  }
}
