import { CONFIDENCES, PUBLISHED_TABLES, publishedRows, type PublishedRow as Row } from '@anamnesis/core/benchmarks'
import { methods } from '@anamnesis/core/methods'
import { Arg, Field, FieldResolver, Float, ObjectType, Resolver, Root } from 'type-graphql'
import { methodOf } from '../method/resolver.ts'
import { Method } from '../method/type.ts'
import { Leaderboard } from './type.ts'

@ObjectType()
export class PublishedValue {
  @Field(() => String, { description: 'Key of a metric.' })
  key!: string

  @Field(() => Float, { description: 'In the unit of the metric: 0.583 for a printed 58.3.' })
  value!: number

  @Field(() => Boolean, { description: 'True where it was computed from other printed numbers.' })
  recomputed!: boolean
}

@ObjectType()
export class PublishedTaskValue {
  @Field(() => String, { description: 'Key of a metric.' })
  key!: string

  @Field(() => String)
  taskKey!: string

  @Field(() => Float)
  value!: number
}

@ObjectType({
  description:
    'A result as a paper prints it: a reference to look at. It is not made by a run of this product, never ranked and never part of a mean.',
})
export class PublishedRow {
  @Field(() => String, { description: 'Key of the order it was published for.' })
  orderKey!: string

  @Field(() => String, { description: `Which table it is of: ${PUBLISHED_TABLES.join(', ')}.` })
  table!: string

  @Field(() => String, { description: 'Name of the method as printed.' })
  title!: string

  @Field(() => Method, { nullable: true, description: 'The method of this product that implements it.' })
  method!: Method | null

  @Field(() => String, { description: 'What differs from the method as published; empty for the method itself.' })
  variant!: string

  @Field(() => [PublishedValue])
  values!: PublishedValue[]

  @Field(() => [PublishedTaskValue], { description: 'Values of single tasks, where they are printed.' })
  tasks!: PublishedTaskValue[]

  @Field(() => String, { description: `How sure the numbers are: ${CONFIDENCES.join(', ')}.` })
  confidence!: string

  @Field(() => String)
  source!: string

  @Field(() => [String], { description: 'What to know before comparing.' })
  remarks!: string[]
}

@Resolver(() => Leaderboard)
export class PublishedRowsResolver {
  @FieldResolver(() => [PublishedRow], {
    description: 'Published results on this suite, beside the board and never in its ranks.',
  })
  publishedRows(
    @Root() { suite, order, orders }: Leaderboard,
    @Arg('orders', () => [String], { nullable: true, description: 'Keys of orders; those of the board by default.' })
    keys?: string[],
  ): PublishedRow[] {
    return publishedRows(suite.key, keys ?? [order, ...orders].map(({ key }) => key)).map(toPublishedRow)
  }
}

function toPublishedRow(row: Row): PublishedRow {
  const { order, table, method, methodId, variant, values, recomputed, perTask, confidence, source, remarks } = row
  return {
    ...{ table, variant, confidence, source },
    remarks: [...remarks],
    orderKey: order,
    title: method,
    method: methodId !== null && methods.some(({ id }) => id === methodId) ? methodOf(methodId) : null,
    values: Object.entries(values).map(([key, value]) => ({ key, value, recomputed: recomputed.includes(key) })),
    tasks: Object.entries(perTask).flatMap(([key, byTask]) =>
      Object.entries(byTask).map(([taskKey, value]) => ({ key, taskKey, value })),
    ),
  }
}
