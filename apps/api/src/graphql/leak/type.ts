import { Field, Float, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { LeakPairRow, LeakSearchRow } from '../../db/client.ts'
import { LEAK_DEFAULTS, LEAK_VERDICTS, type LeakVerdict as Verdict } from '../../services/leaks.ts'
import { connectionType } from '../connection.ts'
import { toGlobalId } from '../globalId.ts'
import { Node } from '../node/type.ts'
import { DateTimeScalar } from '../scalars.ts'
import { UserError } from '../userError.ts'

const LeakVerdict = Object.fromEntries(LEAK_VERDICTS.map((verdict) => [verdict, verdict])) as { [V in Verdict]: V }
registerEnumType(LeakVerdict, { name: 'LeakVerdict' })

@ObjectType({ description: 'How clean the test images of a task are.' })
export class TaskLeaks {
  @Field(() => String)
  taskKey!: string

  @Field(() => Int, { description: 'Test images.' })
  images!: number

  @Field(() => Int, { description: 'Images with at least one pair that looks alike.' })
  suspects!: number

  @Field(() => Int, { description: 'Images with a pair that nobody judged.' })
  open!: number

  @Field(() => Int, { description: 'Images judged as a leak or of the same patient.' })
  dirty!: number
}

@ObjectType({ implements: Node, description: "A search for a suite's test images in the literature." })
export class LeakSearch extends Node {
  @Field(() => String)
  suiteKey!: string

  @Field(() => String)
  corpusKey!: string

  @Field(() => Float, { description: 'Pairs from this cosine of the image vectors on are suspects.' })
  similarity!: number

  @Field(() => Int, { description: 'So are pairs whose difference hashes differ in at most so many of 64 bits.' })
  distance!: number

  @Field(() => String, { nullable: true })
  encoderId!: string | null

  @Field(() => String, { nullable: true })
  indexVersion!: string | null

  @Field(() => String, { description: 'RUNNING, SUCCEEDED or FAILED' })
  state!: string

  @Field(() => Int, { description: 'Images that were looked for.' })
  done!: number

  @Field(() => Int, { nullable: true })
  total!: number | null

  @Field(() => String, { nullable: true })
  errorCode!: string | null

  @Field(() => String, { nullable: true })
  message!: string | null

  @Field(() => DateTimeScalar)
  createdAt!: Date

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt!: Date | null

  row!: LeakSearchRow
}

export function toLeakSearch(row: LeakSearchRow): LeakSearch {
  const { similarity, distance, encoderId, indexVersion, state, done, total, errorCode, message } = row
  return Object.assign(new LeakSearch(), {
    ...{ similarity, distance, encoderId, indexVersion, state, done, total, errorCode, message },
    id: toGlobalId('LeakSearch', row.id),
    suiteKey: row.suite,
    corpusKey: row.corpus,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
    row,
  })
}

@ObjectType({ description: 'A test image and a figure that look alike.' })
export class LeakPair {
  @Field(() => String)
  corpusKey!: string

  @Field(() => String)
  taskKey!: string

  @Field(() => String)
  sampleId!: string

  @Field(() => String, { description: 'Path of the test image on the API server.' })
  sampleUrl!: string

  @Field(() => String)
  figureKey!: string

  @Field(() => Float)
  similarity!: number

  @Field(() => Int)
  distance!: number

  @Field(() => LeakVerdict, { nullable: true, description: 'Null: nobody judged it.' })
  verdict!: Verdict | null

  @Field(() => DateTimeScalar, { nullable: true })
  judgedAt!: Date | null
}

export function toLeakPair(row: LeakPairRow): LeakPair {
  const { taskKey, sampleId, similarity, distance, judgedAt } = row
  return Object.assign(new LeakPair(), {
    ...{ taskKey, sampleId, similarity, distance, judgedAt },
    corpusKey: row.corpus,
    figureKey: row.figureId,
    verdict: row.verdict as Verdict | null,
    sampleUrl: `/tests/${encodeURIComponent(taskKey)}/${row.sampleIndex}.jpg`,
  })
}

export const LeakPairConnection = connectionType('LeakPair', LeakPair)

@InputType()
export class SearchLeaksInput {
  @Field(() => String)
  suite!: string

  @Field(() => String, { nullable: true, description: "The suite's own where absent." })
  corpus?: string | null

  @Field(() => Float, { nullable: true, description: `${LEAK_DEFAULTS.similarity} where absent.` })
  similarity?: number | null

  @Field(() => Int, { nullable: true, description: `${LEAK_DEFAULTS.distance} where absent.` })
  distance?: number | null
}

@InputType()
export class JudgeLeakInput {
  @Field(() => String)
  corpus!: string

  @Field(() => String)
  taskKey!: string

  @Field(() => String)
  sampleId!: string

  @Field(() => String)
  figureKey!: string

  @Field(() => LeakVerdict, { nullable: true, description: 'Null takes a verdict back.' })
  verdict!: Verdict | null
}

@ObjectType()
export class SearchLeaksPayload {
  @Field(() => LeakSearch, { nullable: true, description: 'The search, which goes on after this answer.' })
  search!: LeakSearch | null

  @Field(() => [UserError])
  userErrors!: UserError[]
}

@ObjectType()
export class JudgeLeakPayload {
  @Field(() => LeakPair, { nullable: true })
  pair!: LeakPair | null

  @Field(() => [UserError])
  userErrors!: UserError[]
}
