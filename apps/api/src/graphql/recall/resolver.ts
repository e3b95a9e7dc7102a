import { AnamnesisError } from '@anamnesis/core/contracts'
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { z } from 'zod'
import { figuresOfRecall } from '../../services/ledger.ts'
import { checkFirst, connectionType, fromCursor, pageOf, toCursor } from '../connection.ts'
import type { Context } from '../context.ts'
import { figureOf } from '../figure/resolver.ts'
import { Figure } from '../figure/type.ts'
import { fromGlobalId } from '../globalId.ts'
import { GuidedRunConnection, pageOfGuidedRuns } from '../ledger/type.ts'
import { withUserErrors } from '../userError.ts'
import {
  LiteratureRecall,
  LiteratureRecallConnection,
  RecallLiteratureInput,
  RecallLiteraturePayload,
  toRecall,
} from './type.ts'

const FigureConnection = connectionType('Figure', Figure)

@Resolver(() => LiteratureRecall)
export class RecallResolver {
  @Query(() => LiteratureRecallConnection, { description: 'Recalls of literature, newest first.' })
  async recalls(
    @Ctx() { recalls }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
    @Arg('inForce', () => Boolean, { nullable: true, description: 'Only those that were not lifted.' })
    inForce?: boolean,
  ) {
    checkFirst(first)
    const { rows, totalCount } = await recalls.list(first, after ? fromCursor(after, z.uuid()) : null, inForce ?? false)
    return pageOf(rows, first, totalCount, after ?? null, (row) => ({ cursor: toCursor(row.id), node: toRecall(row) }))
  }

  @Mutation(() => RecallLiteraturePayload, {
    description:
      'Keeps an article or figures from guiding: searches and trainings that begin leave them out, and touchedRuns lists what they did so far. Asking again gives the recall that is in force.',
  })
  async recallLiterature(
    @Arg('input', () => RecallLiteratureInput) input: RecallLiteratureInput,
    @Ctx() { recalls }: Context,
  ): Promise<RecallLiteraturePayload> {
    const { value, userErrors } = await withUserErrors(() => recalls.recall(input))
    return { recall: value && toRecall(value), userErrors }
  }

  @Mutation(() => RecallLiteraturePayload, { description: 'Ends a recall: its figures may guide again.' })
  async liftRecall(
    @Arg('id', () => ID) id: string,
    @Ctx() { recalls }: Context,
    @Arg('reason', () => String, { nullable: true }) reason?: string,
  ): Promise<RecallLiteraturePayload> {
    const { value, userErrors } = await withUserErrors(async () => recalls.lift(recallIdOf(id), reason ?? null))
    return { recall: value && toRecall(value), userErrors }
  }

  @FieldResolver(() => Int)
  figureCount(@Root() { rowId }: LiteratureRecall, @Ctx() { loaders }: Context): Promise<number> {
    return loaders.figuresOfRecall.load(rowId)
  }

  @FieldResolver(() => FigureConnection, { description: 'Its figures that are still imported.' })
  async figures(
    @Root() { rowId }: LiteratureRecall,
    @Ctx() { db, catalog }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
  ) {
    checkFirst(first)
    const place = after ? fromCursor(after, z.object({ corpus: z.string(), figureId: z.string() })) : null
    const beyond = place && [
      { corpus: { gt: place.corpus } },
      { corpus: place.corpus, figureId: { gt: place.figureId } },
    ]
    const where = { recallId: rowId }
    const [rows, totalCount] = await Promise.all([
      db.recalledFigure.findMany({
        where: { ...where, ...(beyond ? { OR: beyond } : {}) },
        orderBy: [{ corpus: 'asc' }, { figureId: 'asc' }],
        take: first + 1,
      }),
      db.recalledFigure.count({ where }),
    ])
    const page = pageOf(rows, first, totalCount, after ?? null, (row) => ({
      cursor: toCursor({ corpus: row.corpus, figureId: row.figureId }),
      node: row,
    }))
    const nodes = await Promise.all(page.edges.map(({ node }) => figureOf(catalog, node.corpus, node.figureId)))
    const edges = page.edges.flatMap(({ cursor }, i) => (nodes[i] ? [{ cursor, node: nodes[i] }] : []))
    return { ...page, edges }
  }

  @FieldResolver(() => GuidedRunConnection, { description: 'Every run that its figures guided, newest first.' })
  touchedRuns(
    @Root() { rowId }: LiteratureRecall,
    @Ctx() context: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
  ) {
    return pageOfGuidedRuns(context, figuresOfRecall(rowId), { first, after })
  }
}

/** @throws NOT_FOUND */
function recallIdOf(id: string): string {
  const parsed = fromGlobalId(id)
  if (parsed?.type === 'LiteratureRecall') return parsed.key
  throw new AnamnesisError('NOT_FOUND', `"${id.slice(0, 100)}" is no id of a recall.`, { field: 'id' })
}
