import { AnamnesisError, BAGS } from '@anamnesis/core/contracts'
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import { z } from 'zod'
import { readLedger } from '../../services/ledger.ts'
import { checkFirst, fromCursor, pageOf, toCursor } from '../connection.ts'
import type { Context } from '../context.ts'
import { figureOf } from '../figure/resolver.ts'
import { Figure } from '../figure/type.ts'
import { checkpointsOf } from '../run/resolver.ts'
import { Checkpoint, Run, tasksOf, toRun } from '../run/type.ts'
import { GuidedFigure, GuidedFigureConnection, GuidedRun, toGuidedFigure } from './type.ts'

const ledgerCursor = z.object({
  seq: z.number().int(),
  draws: z.number().int(),
  figureId: z.string(),
  bag: z.string(),
})

/** The guidance ledger, from the side of the run. */
@Resolver(() => Run)
export class RunLedgerResolver {
  @FieldResolver(() => GuidedFigureConnection, {
    description: 'Figures that guided its steps: window by window, the most drawn first.',
  })
  async guidance(
    @Root() { row }: Run,
    @Ctx() { db }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
    @Arg('task', () => Int, { nullable: true, description: 'Position of the task, from 1.' }) task?: number,
    @Arg('bag', () => String, { nullable: true }) bag?: string,
    @Arg('figureKey', () => String, { nullable: true }) figureKey?: string,
  ) {
    checkFirst(first)
    if (bag && !(BAGS as readonly string[]).includes(bag)) {
      throw new AnamnesisError('BAD_INPUT', `There is no bag "${bag}". Known: ${BAGS.join(', ')}.`, { field: 'bag' })
    }
    const cursor = after ? fromCursor(after, ledgerCursor) : null
    const filter = { task, bag, figureId: figureKey }
    const { rows, totalCount } = await readLedger(db, row.id, filter, { first, after: cursor })
    return pageOf(rows, first, totalCount, after ?? null, (found) => {
      const { seq, draws, figureId, bag } = found
      return { cursor: toCursor({ seq, draws, figureId, bag }), node: toGuidedFigure(found) }
    })
  }
}

@Resolver(() => GuidedFigure)
export class GuidedFigureResolver {
  @FieldResolver(() => Figure, { nullable: true, description: 'Null when its corpus is gone.' })
  figure(@Root() { corpusKey, figureKey }: GuidedFigure, @Ctx() { catalog }: Context): Promise<Figure | null> {
    return figureOf(catalog, corpusKey, figureKey)
  }
}

@Resolver(() => GuidedRun)
export class GuidedRunResolver {
  @FieldResolver(() => Run)
  async run(@Root() { runId }: GuidedRun, @Ctx() { loaders }: Context): Promise<Run> {
    const row = await loaders.run.load(runId)
    if (row) return toRun(row)
    throw new AnamnesisError('NOT_FOUND', `Run ${runId} is gone.`)
  }

  @FieldResolver(() => [String], { description: 'Names of the guided tasks.' })
  async taskNames(@Root() { runId, tasks }: GuidedRun, @Ctx() { loaders }: Context): Promise<string[]> {
    const row = await loaders.run.load(runId)
    const known = row ? tasksOf(row) : []
    return tasks.map((task) => known[task - 1]?.name ?? `task ${task}`)
  }

  @FieldResolver(() => [Checkpoint], {
    description: 'Checkpoints saved after the first guided step: all of them carry its trace.',
  })
  async checkpoints(@Root() { runId, tasks }: GuidedRun, @Ctx() { loaders }: Context): Promise<Checkpoint[]> {
    const all = checkpointsOf(await loaders.checkpoints.load(runId))
    return all.filter(({ task }) => task >= tasks[0]!)
  }
}
