import {
  findSuite,
  type SuiteOrder as OrderDefinition,
  orderHash,
  type SuiteDefinition,
} from '@anamnesis/core/benchmarks'
import type { RunConfig } from '@anamnesis/core/contracts'
import { Field, ObjectType } from 'type-graphql'
import { connectionType } from '../connection.ts'
import { toGlobalId } from '../globalId.ts'
import { Node } from '../node/type.ts'
import { JSONScalar } from '../scalars.ts'

@ObjectType()
export class SuiteOrder {
  @Field(() => String)
  key!: string

  @Field(() => String)
  title!: string

  @Field(() => [String])
  taskKeys!: string[]

  @Field(() => String)
  hash!: string
}

@ObjectType({ implements: Node, description: 'A named set of tasks with orders, a base model and a corpus.' })
export class Suite extends Node {
  @Field(() => String)
  key!: string

  @Field(() => String)
  title!: string

  @Field(() => String)
  summary!: string

  @Field(() => [String], { description: 'Every task, imported or not.' })
  taskKeys!: string[]

  @Field(() => [SuiteOrder])
  orders!: SuiteOrder[]

  @Field(() => String)
  modelKey!: string

  @Field(() => String)
  corpusKey!: string

  @Field(() => JSONScalar, { description: 'Run settings that suit the suite.' })
  defaults!: Partial<RunConfig>

  /** Null for a suite that the product no longer has. */
  definition!: SuiteDefinition | null
}

export function toOrder(order: OrderDefinition): SuiteOrder {
  return { key: order.id, title: order.title, taskKeys: [...order.taskIds], hash: orderHash(order) }
}

export function toSuite(definition: SuiteDefinition): Suite {
  return Object.assign(new Suite(), {
    id: toGlobalId('Suite', definition.id),
    key: definition.id,
    title: definition.title,
    summary: definition.summary,
    taskKeys: [...definition.taskIds],
    orders: definition.orders.map(toOrder),
    modelKey: definition.modelId,
    corpusKey: definition.corpusId,
    defaults: definition.defaults,
    definition,
  })
}

/** The suite of a stored run. A run outlives its suite: what is left of it is what the run knows. */
export function suiteOfRun(id: string, tasks: readonly { id: string }[]): Suite {
  try {
    return toSuite(findSuite(id))
  } catch {
    return Object.assign(new Suite(), {
      id: toGlobalId('Suite', id),
      key: id,
      title: id,
      summary: 'This suite is no longer part of the product.',
      taskKeys: tasks.map((task) => task.id),
      orders: [],
      modelKey: '',
      corpusKey: '',
      defaults: {},
      definition: null,
    })
  }
}

export const SuiteConnection = connectionType('Suite', Suite)
