import { Field, ObjectType } from 'type-graphql'

@ObjectType({ description: 'One number about a whole run, with its passport. Two definitions are two keys.' })
export class Metric {
  @Field(() => String)
  key!: string

  @Field(() => String)
  title!: string

  @Field(() => String)
  definition!: string

  @Field(() => String, { description: 'The definition as one formula, plain text.' })
  formula!: string

  @Field(() => String, { description: 'How every metric reads the accuracy matrix.' })
  convention!: string

  @Field(() => String, { description: 'Where the definition comes from.' })
  source!: string

  @Field(() => String, { description: 'Which cells must have landed; the metric is null until then.' })
  needs!: string

  @Field(() => String, { description: 'higher or lower' })
  better!: string

  @Field(() => String, {
    description: 'percent: a share in [0, 1]; points: a difference of shares. Both are shown times 100.',
  })
  unit!: string
}
