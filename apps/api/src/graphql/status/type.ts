import { Field, Int, ObjectType } from 'type-graphql'

@ObjectType({ description: 'One step of making the demo data.' })
export class SetupStep {
  @Field(() => String)
  key!: string

  @Field(() => String)
  title!: string

  @Field(() => String, { description: 'waiting, running, done or failed' })
  state!: string

  @Field(() => Int, { nullable: true })
  done!: number | null

  @Field(() => Int, { nullable: true })
  total!: number | null

  @Field(() => String, { nullable: true })
  message!: string | null
}

@ObjectType()
export class ServerStatus {
  @Field(() => String)
  version!: string

  @Field(() => Boolean, { description: 'Whether all demo data is there.' })
  ready!: boolean

  @Field(() => Int, { description: 'Worker processes that are up.' })
  workers!: number

  @Field(() => Int)
  queued!: number

  @Field(() => Int)
  running!: number

  @Field(() => String, { description: 'Engine that this server searches with; a run names its own in provenance.' })
  backend!: string

  @Field(() => [SetupStep])
  setup!: SetupStep[]
}
