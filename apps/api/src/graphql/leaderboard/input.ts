import { ArgsType, Field } from 'type-graphql'
import { ORDER_SETS } from '../../services/leaderboard/board.ts'

@ArgsType()
class BoardArgs {
  @Field(() => String)
  suite!: string

  @Field(() => String, { nullable: true, description: "Key of one order; the suite's first by default." })
  order?: string

  @Field(() => String, { nullable: true, description: `Several orders together: ${ORDER_SETS.join(' or ')}.` })
  orderSet?: string

  @Field(() => String, {
    nullable: true,
    description: 'tasksAndRuns (default): intervals speak of such tasks. runs: of these tasks only.',
  })
  scope?: string

  @Field(() => String, { nullable: true, description: 'Key of a group of comparable runs; the largest by default.' })
  group?: string
}

@ArgsType()
export class LeaderboardArgs extends BoardArgs {
  @Field(() => String, { nullable: true, description: 'Key of a metric; "last" by default.' })
  sortBy?: string

  @Field(() => [String], { nullable: true, description: 'Only these methods.' })
  methods?: string[]
}

@ArgsType()
export class CompareArgs extends BoardArgs {
  @Field(() => String, { description: 'Key of an entry, or of a method that has one entry.' })
  a!: string

  @Field(() => String)
  b!: string

  @Field(() => String, { nullable: true, description: 'Key of a metric; "last" by default.' })
  metric?: string
}
