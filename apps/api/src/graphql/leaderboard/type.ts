import { Field, Float, Int, ObjectType } from 'type-graphql'
import { Method } from '../method/type.ts'
import { Metric } from '../metric/type.ts'
import { Run } from '../run/type.ts'
import { JSONScalar } from '../scalars.ts'
import { Suite, SuiteOrder } from '../suite/type.ts'

@ObjectType({ description: 'Mean and 95 % t interval over seeds. low and high are null with fewer than two values.' })
export class Interval {
  @Field(() => Float, { nullable: true })
  mean!: number | null

  @Field(() => Float, { nullable: true })
  low!: number | null

  @Field(() => Float, { nullable: true })
  high!: number | null

  @Field(() => Int)
  n!: number

  @Field(() => [Float])
  values!: number[]
}

@ObjectType()
export class LeaderboardMetric {
  @Field(() => String)
  key!: string

  @Field(() => Interval)
  interval!: Interval
}

@ObjectType({ description: 'Finished runs that differ in nothing but the seed.' })
export class LeaderboardEntry {
  @Field(() => Method)
  method!: Method

  @Field(() => JSONScalar, { description: 'Their config without the seed.' })
  config!: Record<string, unknown>

  @Field(() => [Run])
  runs!: Run[]

  @Field(() => Int, { description: 'Number of seeds.' })
  n!: number

  @Field(() => [LeaderboardMetric])
  metrics!: LeaderboardMetric[]

  @Field(() => Int, { nullable: true, description: 'Place by the mean; null when the metric cannot be computed.' })
  rank!: number | null

  @Field(() => Boolean, {
    description:
      'True when it is not established that the place before is better: an interval is missing or they overlap.',
  })
  tied!: boolean
}

@ObjectType()
export class Leaderboard {
  @Field(() => Suite)
  suite!: Suite

  @Field(() => SuiteOrder)
  order!: SuiteOrder

  @Field(() => String)
  sortedBy!: string

  @Field(() => [Metric])
  metrics!: Metric[]

  @Field(() => [LeaderboardEntry])
  entries!: LeaderboardEntry[]
}
