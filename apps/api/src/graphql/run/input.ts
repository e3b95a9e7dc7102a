import type { RunState as State } from '@anamnesis/core/contracts'
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { JSONScalar } from '../scalars.ts'
import { UserError } from '../userError.ts'
import { Run, RunState } from './type.ts'

@InputType()
export class RunFilter {
  @Field(() => String, { nullable: true })
  suite?: string | null

  @Field(() => [String], { nullable: true })
  methods?: string[] | null

  @Field(() => [RunState], { nullable: true })
  states?: State[] | null

  @Field(() => String, { nullable: true, description: 'Part of the name or key.' })
  text?: string | null
}

const RunSortField = { CREATED_AT: 'createdAt', FINISHED_AT: 'finishedAt' } as const
export type SortField = (typeof RunSortField)[keyof typeof RunSortField]
registerEnumType(RunSortField, { name: 'RunSortField' })

@InputType()
export class RunSort {
  @Field(() => RunSortField)
  field!: SortField

  @Field(() => Boolean, { defaultValue: true })
  descending!: boolean
}

@InputType()
export class StartRunInput {
  @Field(() => String)
  suite!: string

  @Field(() => String, { nullable: true })
  order?: string | null

  @Field(() => String)
  method!: string

  @Field(() => Int, { nullable: true })
  seed?: number | null

  @Field(() => JSONScalar, { nullable: true, description: "What differs from the method's defaults." })
  parameters?: Record<string, unknown> | null

  @Field(() => JSONScalar, {
    nullable: true,
    description: 'Add-ons by key, each with what differs from its defaults: { stress: { share: 0.5 } }.',
  })
  addOns?: Record<string, Record<string, unknown>> | null

  @Field(() => JSONScalar, { nullable: true, description: "What differs from the suite's run settings." })
  settings?: Record<string, unknown> | null

  @Field(() => String, { nullable: true })
  name?: string | null

  @Field(() => String, { description: 'Made by the client. The same key with the same input gives the same run.' })
  idempotencyKey!: string
}

@ObjectType()
export class StartRunPayload {
  @Field(() => Run, { nullable: true })
  run!: Run | null

  @Field(() => [UserError])
  userErrors!: UserError[]
}

@InputType()
export class StopRunInput {
  @Field(() => ID)
  runId!: string

  @Field(() => String, { nullable: true })
  reason?: string | null
}

@ObjectType()
export class StopRunPayload {
  @Field(() => Run, { nullable: true })
  run!: Run | null

  @Field(() => [UserError])
  userErrors!: UserError[]
}
