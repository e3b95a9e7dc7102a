import { Field, Float, Int, ObjectType } from 'type-graphql'
import { z } from 'zod'
import type { GuidedFigureRow } from '../../db/client.ts'
import { type FigureSet, type GuidedRunRow, guidedRuns } from '../../services/ledger.ts'
import { checkFirst, connectionType, fromCursor, pageOf, toCursor } from '../connection.ts'
import type { Context } from '../context.ts'

@ObjectType({ description: 'A figure that guided the steps of one window.' })
export class GuidedFigure {
  @Field(() => String)
  corpusKey!: string

  @Field(() => String)
  figureKey!: string

  @Field(() => Int, { description: "Position of the task in the run's order." })
  task!: number

  @Field(() => Int)
  fromStep!: number

  @Field(() => Int)
  toStep!: number

  @Field(() => String, { description: 'task, domain or general.' })
  bag!: string

  @Field(() => Int, { description: 'Rank among the hits of its question.' })
  rank!: number

  @Field(() => Int, { description: 'How often it was drawn in the window.' })
  draws!: number

  @Field(() => Float, { description: 'Share of all reference pairs drawn in the window, in (0, 1].' })
  weight!: number

  @Field(() => Float, { nullable: true, description: 'cos(question, caption); null where the stage did not run.' })
  dense!: number | null

  @Field(() => Float, { nullable: true, description: 'cos(question, image)' })
  visual!: number | null

  @Field(() => Float, { nullable: true, description: 'BM25(question, caption)' })
  lexical!: number | null
}

export function toGuidedFigure({ figureId, corpus, ...row }: GuidedFigureRow): GuidedFigure {
  return Object.assign(new GuidedFigure(), row, { figureKey: figureId, corpusKey: corpus })
}

export const GuidedFigureConnection = connectionType('GuidedFigure', GuidedFigure)

@ObjectType({ description: 'What a set of figures did to one run.' })
export class GuidedRun {
  @Field(() => [Int], { description: "Positions of the guided tasks in the run's order." })
  tasks!: number[]

  @Field(() => Int)
  firstStep!: number

  @Field(() => Int)
  lastStep!: number

  @Field(() => Int, { description: 'Step windows in which a figure of the set was drawn.' })
  windows!: number

  @Field(() => Int, { description: 'Figures of the set that were drawn.' })
  figures!: number

  @Field(() => Int)
  draws!: number

  @Field(() => Float, {
    description: 'Mean share of the drawn reference pairs over all windows of the run, in [0, 1].',
  })
  weight!: number

  runId!: string
}

export const GuidedRunConnection = connectionType('GuidedRun', GuidedRun)

const cursorShape = z.object({ createdAt: z.iso.datetime(), id: z.uuid() })

/** A page of the runs that a set of figures guided. @throws BAD_INPUT */
export async function pageOfGuidedRuns(
  { db }: Context,
  set: FigureSet,
  { first, after }: { first: number; after?: string | null },
) {
  checkFirst(first)
  const cursor = after ? fromCursor(after, cursorShape) : null
  const { rows, totalCount } = await guidedRuns(db, set, { first, after: cursor })
  return pageOf(rows, first, totalCount, after ?? null, (row: GuidedRunRow) => ({
    cursor: toCursor({ createdAt: row.createdAt.toISOString(), id: row.runId }),
    node: Object.assign(new GuidedRun(), row),
  }))
}
