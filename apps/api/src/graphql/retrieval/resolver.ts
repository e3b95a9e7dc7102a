import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql'
import { countFacets, figureVectors, moreLikeThis, searchLiterature } from '../../services/retrieval.ts'
import type { Context } from '../context.ts'
import { Figure } from '../figure/type.ts'
import {
  Facet,
  FacetsInput,
  FigureVectors,
  MoreLikeThisInput,
  Retrieval,
  RetrieveInput,
  SimilarFigures,
  toRetrieval,
  toSimilar,
} from './type.ts'

@Resolver(() => Retrieval)
export class RetrievalResolver {
  @Query(() => Retrieval, { description: 'Layered retrieval: dense, visual re-rank, lexical gate.' })
  async retrieve(@Arg('input', () => RetrieveInput) input: RetrieveInput, @Ctx() context: Context): Promise<Retrieval> {
    const { corpus, result } = await searchLiterature(input, context)
    return toRetrieval(result, corpus)
  }

  @Query(() => SimilarFigures, { description: 'More like a figure, or like an uploaded image.' })
  async moreLikeThis(
    @Arg('input', () => MoreLikeThisInput) input: MoreLikeThisInput,
    @Ctx() context: Context,
  ): Promise<SimilarFigures> {
    const { corpus, result } = await moreLikeThis(input, context)
    return toSimilar(result, corpus)
  }

  @Query(() => [Facet], { description: 'Counts of the figures that a filter leaves.' })
  async facets(@Arg('input', () => FacetsInput) input: FacetsInput, @Ctx() context: Context): Promise<Facet[]> {
    return countFacets(input, context)
  }
}

/** What the index holds of a figure. */
@Resolver(() => Figure)
export class FigureVectorsResolver {
  @FieldResolver(() => FigureVectors, { description: 'Its vectors in the index that searches use.' })
  vectors(@Root() { corpusKey, key }: Figure, @Ctx() context: Context): Promise<FigureVectors> {
    return figureVectors(corpusKey, key, context)
  }
}
