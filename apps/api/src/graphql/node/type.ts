import { Field, ID, InterfaceType } from 'type-graphql'

/** Anything that can be found again by its id. */
@InterfaceType({ resolveType: (value) => value.constructor.name })
export abstract class Node {
  @Field(() => ID)
  id!: string
}
