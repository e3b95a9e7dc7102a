import type { LabelNoise as Noise } from '@anamnesis/core/metrics'
import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql'
import { UserError } from '../userError.ts'

@ObjectType({ description: 'How many retrieved pairs reviewers found wrong.' })
export class LabelNoise {
  @Field(() => Int, { description: 'Pairs with a verdict.' })
  reviewed!: number

  @Field(() => Float, { nullable: true, description: 'Share that is not accepted; null before any review.' })
  rate!: number | null

  @Field(() => [Float], { nullable: true, description: '95 % Wilson interval of the rate.' })
  interval!: number[] | null

  @Field(() => Int)
  accepted!: number

  @Field(() => Int)
  wrongDomain!: number

  @Field(() => Int)
  wrongFinding!: number

  @Field(() => Int, { description: 'Pairs on which reviewers disagree.' })
  disputed!: number
}

export function toLabelNoise({ verdicts, ...rest }: Noise): LabelNoise {
  return {
    ...rest,
    accepted: verdicts.accept,
    wrongDomain: verdicts['wrong domain'],
    wrongFinding: verdicts['wrong finding'],
  }
}

@ObjectType({ description: 'A retrieved pair without anything that could sway the reviewer.' })
class ReviewItem {
  @Field(() => String)
  key!: string

  @Field(() => String)
  question!: string

  @Field(() => String)
  caption!: string

  @Field(() => String, { description: 'Path on the API server.' })
  imageUrl!: string
}

@ObjectType()
export class ReviewQueue {
  @Field(() => [ReviewItem])
  items!: ReviewItem[]

  @Field(() => Int, { description: 'Pairs that the reviewer has not judged.' })
  open!: number

  @Field(() => LabelNoise)
  noise!: LabelNoise
}

@InputType()
export class ReviewQueueInput {
  @Field(() => ID)
  runId!: string

  @Field(() => Int, { description: "Position of the task in the run's order, from 1." })
  task!: number

  @Field(() => String)
  reviewer!: string

  @Field(() => Int, { nullable: true, defaultValue: 20 })
  count!: number
}

@InputType()
export class ReviewPairInput {
  @Field(() => ID)
  runId!: string

  @Field(() => Int)
  task!: number

  @Field(() => String)
  key!: string

  @Field(() => String)
  reviewer!: string

  @Field(() => String, { description: 'accept, wrong domain or wrong finding' })
  verdict!: string
}

@ObjectType()
export class ReviewPairPayload {
  @Field(() => LabelNoise, { nullable: true })
  noise!: LabelNoise | null

  @Field(() => [UserError])
  userErrors!: UserError[]
}
