import type { MethodDescription } from '@anamnesis/core/methods'
import { Field, Int, ObjectType } from 'type-graphql'
import { JSONScalar } from '../scalars.ts'

@ObjectType({ description: 'A continual-learning method.' })
export class Method {
  @Field(() => String)
  key!: string

  @Field(() => String)
  title!: string

  @Field(() => String)
  paper!: string

  @Field(() => String)
  summary!: string

  @Field(() => Int, { description: 'Changes when the method computes something else.' })
  version!: number

  @Field(() => Boolean, { description: 'False when the method only evaluates.' })
  trains!: boolean

  @Field(() => String, { description: 'Where its reference set comes from: none, uniform or dynamic.' })
  reference!: string

  @Field(() => JSONScalar, { description: 'JSON Schema of the parameters.' })
  parameters!: Record<string, unknown>
}

export function toMethod({ id, ...rest }: MethodDescription): Method {
  return { key: id, ...rest }
}

/** The method of a stored run, which may outlive it. */
export function unknownMethod(key: string): Method {
  const summary = 'This method is no longer part of the product.'
  return { key, title: key, paper: '', summary, version: 0, trains: true, reference: 'none', parameters: {} }
}
