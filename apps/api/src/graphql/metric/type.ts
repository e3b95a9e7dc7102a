import { Field, ObjectType } from 'type-graphql'

@ObjectType({ description: 'One number about a whole run. Two definitions are two keys.' })
export class Metric {
  @Field(() => String)
  key!: string

  @Field(() => String)
  title!: string

  @Field(() => String)
  definition!: string

  @Field(() => String, { description: 'higher or lower' })
  better!: string

  @Field(() => String, {
    description: 'percent: a share in [0, 1]; points: a difference of shares. Both are shown times 100.',
  })
  unit!: string
}
