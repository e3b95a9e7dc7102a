import type { AddOnDescription } from '@anamnesis/core/methods'
import { Field, Int, ObjectType } from 'type-graphql'
import { JSONScalar } from '../scalars.ts'

@ObjectType({ description: 'Something that joins any method of a run: another loss, choice of references or merge.' })
export class AddOn {
  @Field(() => String)
  key!: string

  @Field(() => String)
  title!: string

  @Field(() => String)
  paper!: string

  @Field(() => String)
  summary!: string

  @Field(() => Int, { description: 'Changes when the add-on computes something else.' })
  version!: number

  @Field(() => String, {
    description: 'What the method of the run must have: nothing, or reference (a reference set).',
  })
  needs!: string

  @Field(() => JSONScalar, { description: 'JSON Schema of the parameters.' })
  parameters!: Record<string, unknown>
}

export function toAddOn({ id, ...rest }: AddOnDescription): AddOn {
  return { key: id, ...rest }
}
