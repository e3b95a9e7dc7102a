import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql'
import type { LiteratureRecallRow } from '../../db/client.ts'
import { type RecallKind as Kind, RECALL_KINDS } from '../../services/recalls.ts'
import { connectionType } from '../connection.ts'
import { toGlobalId } from '../globalId.ts'
import { Node } from '../node/type.ts'
import { DateTimeScalar, JSONScalar } from '../scalars.ts'
import { UserError } from '../userError.ts'

const RecallKind = Object.fromEntries(RECALL_KINDS.map((kind) => [kind, kind])) as { [K in Kind]: K }
registerEnumType(RecallKind, { name: 'RecallKind' })

@ObjectType({
  implements: Node,
  description: 'Literature that may not guide any more. Searches and trainings that begin leave its figures out.',
})
export class LiteratureRecall extends Node {
  @Field(() => RecallKind)
  kind!: Kind

  @Field(() => String)
  reason!: string

  @Field(() => JSONScalar, { description: 'What was named: { by, value }, and the corpus of figures.' })
  selector!: unknown

  @Field(() => DateTimeScalar)
  createdAt!: Date

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended; null while it is in force.' })
  liftedAt!: Date | null

  @Field(() => String, { nullable: true })
  liftReason!: string | null

  rowId!: string
}

export function toRecall(row: LiteratureRecallRow): LiteratureRecall {
  const { kind, reason, selector, createdAt, liftedAt, liftReason } = row
  return Object.assign(new LiteratureRecall(), {
    ...{ kind: kind as Kind, reason, selector, createdAt, liftedAt, liftReason },
    id: toGlobalId('LiteratureRecall', row.id),
    rowId: row.id,
  })
}

export const LiteratureRecallConnection = connectionType('LiteratureRecall', LiteratureRecall)

@InputType({ description: 'Names exactly one of articleId, pmid, pmcid, doi and figureIds.' })
export class RecallLiteratureInput {
  @Field(() => RecallKind)
  kind!: Kind

  @Field(() => String)
  reason!: string

  @Field(() => String, { nullable: true, description: 'articleKey of its figures.' })
  articleId?: string | null

  @Field(() => String, { nullable: true })
  pmid?: string | null

  @Field(() => String, { nullable: true })
  pmcid?: string | null

  @Field(() => String, { nullable: true })
  doi?: string | null

  @Field(() => String, { nullable: true, description: 'Corpus of the figureIds.' })
  corpus?: string | null

  @Field(() => [String], { nullable: true, description: 'Keys of figures.' })
  figureIds?: string[] | null
}

@ObjectType()
export class RecallLiteraturePayload {
  @Field(() => LiteratureRecall, { nullable: true })
  recall!: LiteratureRecall | null

  @Field(() => [UserError])
  userErrors!: UserError[]
}
