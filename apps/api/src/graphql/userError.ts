import { AnamnesisError, type ErrorCode } from '@anamnesis/core/contracts'
import { Field, ObjectType } from 'type-graphql'

/** What the user can put right; everything else comes as a top-level error. */
@ObjectType()
export class UserError {
  @Field(() => String, { description: 'One of the closed list of codes.' })
  code!: string

  @Field(() => String, { nullable: true, description: 'Path of the input field at fault.' })
  field!: string | null

  @Field(() => String)
  message!: string
}

const NOT_THE_USERS: readonly ErrorCode[] = ['INTERNAL', 'DISK_FULL', 'TIMEOUT', 'BACKEND_UNAVAILABLE']

/** Runs a mutation; an error that the user can put right becomes part of its payload. */
export async function withUserErrors<T>(
  action: () => Promise<T>,
): Promise<{ value: T | null; userErrors: UserError[] }> {
  try {
    return { value: await action(), userErrors: [] }
  } catch (error) {
    if (!(error instanceof AnamnesisError) || NOT_THE_USERS.includes(error.code)) throw error
    return { value: null, userErrors: [{ code: error.code, field: error.field, message: error.message }] }
  }
}
