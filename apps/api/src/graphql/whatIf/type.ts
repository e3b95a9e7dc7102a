import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql'
import type { ShownPair as PairResult, ReplayResult, SetSide as SideResult } from '../../engine/protocol.ts'
import { Figure, toFigure } from '../figure/type.ts'
import { JSONScalar } from '../scalars.ts'

@InputType({ description: 'Weights of the bags; what is absent stays as it was.' })
class SiphonRatioInput {
  @Field(() => Float, { nullable: true })
  task?: number | null

  @Field(() => Float, { nullable: true })
  domain?: number | null

  @Field(() => Float, { nullable: true })
  general?: number | null
}

@InputType({ description: 'What is absent stays as it was in the run.' })
export class WhatIfInput {
  @Field(() => ID)
  runId!: string

  @Field(() => Int, { description: "Position of the task in the run's order, from 1." })
  task!: number

  @Field(() => String, { nullable: true, description: 'layered, lexical or dense.' })
  mode?: string | null

  @Field(() => Int, { nullable: true })
  k?: number | null

  @Field(() => Int, { nullable: true, description: 'Most images of one caption.' })
  perCaption?: number | null

  @Field(() => Int, { nullable: true, description: 'Pairs of the set.' })
  size?: number | null

  @Field(() => String, { nullable: true, description: 'bag or question: what the ratio weighs.' })
  split?: string | null

  @Field(() => SiphonRatioInput, { nullable: true })
  ratio?: SiphonRatioInput | null

  @Field(() => [String], { nullable: true })
  modalities?: string[] | null

  @Field(() => [String], { nullable: true })
  licenceGroups?: string[] | null

  @Field(() => Int, { nullable: true })
  yearFrom?: number | null

  @Field(() => Int, { nullable: true })
  yearTo?: number | null

  @Field(() => Boolean, { nullable: true, description: 'Also finds literature that was recalled since.' })
  withRecalled?: boolean | null

  @Field(() => String, { nullable: true, description: 'Another store that holds an index of the same encoder.' })
  store?: string | null

  @Field(() => Float, { nullable: true, description: 'Of the rank-biased overlap, in (0, 1); 0.98 unless told.' })
  persistence?: number | null
}

@ObjectType()
class ModalityCount {
  @Field(() => String, { description: 'Empty where it is not known.' })
  modality!: string

  @Field(() => Int)
  count!: number
}

@ObjectType({ description: 'One of two reference sets that are compared.' })
class SetSide {
  @Field(() => JSONScalar, { description: 'size, k, perCaption, mode, ratio, split, trustFloor, licenceGroups' })
  settings!: unknown

  @Field(() => Int)
  size!: number

  @Field(() => JSONScalar, { description: 'Pairs per bag: task, domain, general.' })
  bags!: Record<string, number>

  @Field(() => [ModalityCount], { description: 'Most frequent first.' })
  modalities!: ModalityCount[]

  @Field(() => String)
  indexVersion!: string

  @Field(() => String)
  store!: string

  @Field(() => Float)
  milliseconds!: number
}

@ObjectType({ description: 'A pair that is in one of the two sets only.' })
class ChangedPair {
  @Field(() => Figure)
  figure!: Figure

  @Field(() => String)
  bag!: string

  @Field(() => String)
  question!: string

  @Field(() => Int)
  rank!: number

  @Field(() => Float, { nullable: true })
  dense!: number | null

  @Field(() => Float)
  visual!: number

  @Field(() => Float, { nullable: true })
  lexical!: number | null
}

@ObjectType({ description: "A past run's retrieval of one task, and the same questions asked with other settings." })
export class WhatIf {
  @Field(() => Int)
  questions!: number

  @Field(() => SetSide, { description: 'As it was recorded.' })
  before!: SetSide

  @Field(() => SetSide, { description: 'As it would be now.' })
  after!: SetSide

  @Field(() => Boolean, { description: 'False when the index has changed since: differences may come from that too.' })
  sameIndex!: boolean

  @Field(() => Int, { description: 'Figures of both sets.' })
  common!: number

  @Field(() => Float, { description: 'Common figures as a share of all figures of both sets.' })
  jaccard!: number

  @Field(() => Float, { nullable: true, description: 'Rank-biased overlap of the sets in the order they were filled.' })
  rankBiasedOverlap!: number | null

  @Field(() => Int)
  added!: number

  @Field(() => Int)
  removed!: number

  @Field(() => [ChangedPair], { description: 'At most 60.' })
  addedPairs!: ChangedPair[]

  @Field(() => [ChangedPair], { description: 'At most 60.' })
  removedPairs!: ChangedPair[]
}

export function toWhatIf({ addedPairs, removedPairs, before, after, ...rest }: ReplayResult, corpus: string): WhatIf {
  const toPair = ({ figure, ...pair }: PairResult): ChangedPair => ({ ...pair, figure: toFigure(figure, corpus) })
  const toSide = (side: SideResult): SetSide => ({ ...side })
  return {
    ...rest,
    before: toSide(before),
    after: toSide(after),
    sameIndex: before.indexVersion === after.indexVersion,
    addedPairs: addedPairs.map(toPair),
    removedPairs: removedPairs.map(toPair),
  }
}
