import type { RunEvent as StoredEvent } from '@anamnesis/core/contracts'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { connectionType } from '../connection.ts'
import { toGlobalId } from '../globalId.ts'
import { DateTimeScalar, JSONScalar } from '../scalars.ts'

@ObjectType({ description: 'A fact about a run. seq is dense from 1.' })
export class RunEvent {
  @Field(() => ID)
  runId!: string

  @Field(() => Int)
  seq!: number

  @Field(() => String)
  type!: string

  @Field(() => DateTimeScalar)
  at!: Date

  @Field(() => JSONScalar)
  payload!: unknown
}

export function toEvent({ runId, seq, type, at, payload }: StoredEvent): RunEvent {
  return { runId: toGlobalId('Run', runId), seq, type, at: new Date(at), payload }
}

export const RunEventConnection = connectionType('RunEvent', RunEvent)
