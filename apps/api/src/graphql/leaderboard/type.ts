import { Field, Float, ID, Int, ObjectType } from 'type-graphql'
import { Method } from '../method/type.ts'
import { Metric } from '../metric/type.ts'
import { Run } from '../run/type.ts'
import { JSONScalar } from '../scalars.ts'
import { Suite, SuiteOrder } from '../suite/type.ts'

@ObjectType({
  description: 'Mean, spread and 95 % t interval over seeds. Spread and interval are null with fewer than two values.',
})
export class Interval {
  @Field(() => Float, { nullable: true })
  mean!: number | null

  @Field(() => Float, { nullable: true })
  low!: number | null

  @Field(() => Float, { nullable: true })
  high!: number | null

  @Field(() => Float, { nullable: true, description: 'Sample standard deviation (n - 1).' })
  deviation!: number | null

  @Field(() => Float, { nullable: true, description: 'Standard error of the mean.' })
  standardError!: number | null

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

@ObjectType()
export class LeaderboardTask {
  @Field(() => String)
  taskKey!: string

  @Field(() => Interval, { description: 'The sorted metric on this task alone; n = 0 where it leaves the task out.' })
  interval!: Interval
}

@ObjectType({
  description: 'How much of the spread of the runs comes from the order of the tasks and how much from the seed.',
})
export class VarianceSplit {
  @Field(() => Int)
  runs!: number

  @Field(() => Int)
  orders!: number

  @Field(() => Float, { nullable: true, description: 'Variance between orders; null unless orders were repeated.' })
  order!: number | null

  @Field(() => Float, { nullable: true, description: 'Variance between seeds on one order; null without repeats.' })
  seed!: number | null

  @Field(() => Float, { nullable: true, description: 'order / (order + seed)' })
  orderShare!: number | null

  @Field(() => Float, { nullable: true, description: 'P of so much spread between orders if the order did nothing.' })
  p!: number | null
}

@ObjectType({ description: 'Finished runs that differ in nothing but seed and order.' })
export class LeaderboardEntry {
  @Field(() => ID, { description: 'Names method and settings; the same on every board of the suite.' })
  key!: string

  @Field(() => Method)
  method!: Method

  @Field(() => JSONScalar, { description: 'Their config without seed and order.' })
  config!: Record<string, unknown>

  @Field(() => [Run])
  runs!: Run[]

  @Field(() => Int, { description: 'Number of seeds.' })
  n!: number

  @Field(() => Int, { description: 'Number of orders.' })
  orders!: number

  @Field(() => [LeaderboardMetric])
  metrics!: LeaderboardMetric[]

  @Field(() => [LeaderboardTask], { description: 'The sorted metric task by task, in the order of the suite.' })
  tasks!: LeaderboardTask[]

  @Field(() => Boolean)
  ranked!: boolean

  @Field(() => String, { nullable: true, description: 'Why it is not ranked: "2 of 3 seeds".' })
  reason!: string | null

  @Field(() => Int, { nullable: true, description: 'Place by the mean from 1; equal means share it.' })
  rank!: number | null

  @Field(() => [Int], { nullable: true, description: '[best, worst] rank in 95 % of joint bootstrap draws.' })
  rankInterval!: number[] | null

  @Field(() => Int, { nullable: true, description: 'Entries of one group are not told apart; from 1, best first.' })
  tieGroup!: number | null

  @Field(() => Boolean, { description: 'True when it is not established that the place before is better.' })
  tied!: boolean

  @Field(() => VarianceSplit)
  variance!: VarianceSplit
}

@ObjectType({ description: 'The difference a - b of two entries in one metric, over the seeds that both have.' })
export class MethodComparison {
  @Field(() => ID)
  a!: string

  @Field(() => ID)
  b!: string

  @Field(() => Int, { description: 'Seeds, runs or orders (see unit of the board) that both have.' })
  pairs!: number

  @Field(() => Float, { nullable: true })
  difference!: number | null

  @Field(() => Float, { nullable: true, description: 'Lower end of the 95 % paired bootstrap interval.' })
  low!: number | null

  @Field(() => Float, { nullable: true })
  high!: number | null

  @Field(() => Float, { nullable: true })
  standardError!: number | null

  @Field(() => Float, { nullable: true, description: 'Degrees of freedom (Satterthwaite).' })
  freedom!: number | null

  @Field(() => Float, { nullable: true, description: 'Two-sided, of no difference.' })
  p!: number | null

  @Field(() => Float, { nullable: true, description: 'p after Holm over all pairs of ranked entries.' })
  correctedP!: number | null

  @Field(() => Boolean, { description: 'True when the corrected p is below 0.05 and the interval leaves out zero.' })
  separated!: boolean

  @Field(() => ID, { nullable: true, description: 'The better of the two where they are separated.' })
  better!: string | null

  @Field(() => String, { nullable: true, description: 'Why there is no interval.' })
  reason!: string | null
}

@ObjectType({ description: 'Runs on one footing: equal steps, test images, base model and data.' })
export class ComparableRuns {
  @Field(() => ID)
  key!: string

  @Field(() => Int)
  stepsPerTask!: number

  @Field(() => Int, { nullable: true, description: 'Test images per task; null evaluates all.' })
  evalLimit!: number | null

  @Field(() => String)
  modelKey!: string

  @Field(() => String, { nullable: true })
  modelDigest!: string | null

  @Field(() => String, { nullable: true })
  dataDigest!: string | null

  @Field(() => Int, { description: 'Finished runs.' })
  runs!: number
}

@ObjectType({ description: 'Runs of the suite and orders that are not on the board.' })
export class LeftOutRuns {
  @Field(() => String)
  reason!: string

  @Field(() => String)
  text!: string

  @Field(() => Int)
  count!: number

  @Field(() => [Run], { description: 'The newest of them.' })
  runs!: Run[]
}

@ObjectType()
export class Leaderboard {
  @Field(() => Suite)
  suite!: Suite

  @Field(() => SuiteOrder, { description: 'The order asked for; the first one where a set of orders was.' })
  order!: SuiteOrder

  @Field(() => [SuiteOrder], { description: 'Orders with runs on this board.' })
  orders!: SuiteOrder[]

  @Field(() => String)
  sortedBy!: string

  @Field(() => [Metric])
  metrics!: Metric[]

  @Field(() => String, {
    description: 'What is resampled as one piece: seed (one order), run (two orders) or order (three and more).',
  })
  unit!: string

  @Field(() => String, { description: 'runs: the tasks are fixed. tasksAndRuns: the tasks are a sample as well.' })
  scope!: string

  @Field(() => Int)
  resamples!: number

  @Field(() => Int, { description: 'Seeds that an entry must have to be ranked.' })
  seedsToRank!: number

  @Field(() => ComparableRuns, { nullable: true, description: 'The group that is shown.' })
  group!: ComparableRuns | null

  @Field(() => [ComparableRuns], { description: 'All groups; only runs of one group are compared.' })
  groups!: ComparableRuns[]

  @Field(() => [LeaderboardEntry], { description: 'Ranked ones first, best first.' })
  entries!: LeaderboardEntry[]

  @Field(() => [MethodComparison], { description: 'Every pair of ranked entries.' })
  comparisons!: MethodComparison[]

  @Field(() => [LeftOutRuns])
  leftOut!: LeftOutRuns[]
}
