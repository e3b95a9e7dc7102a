import { Field, InputType, ObjectType } from 'type-graphql'
import { UserError } from '../userError.ts'
import { ModelImport } from './type.ts'

@InputType()
export class ImportModelInput {
  @Field(() => String, { description: 'inbox:<path>, one of modelSources.' })
  source!: string

  @Field(() => String, { description: 'Id of the new model: lower-case letters, digits, "-", "_" and ".".' })
  key!: string

  @Field(() => String, {
    nullable: true,
    description: 'gelu or quickGelu, for a checkpoint that does not say; null takes what it says.',
  })
  activation?: 'gelu' | 'quickGelu' | null

  @Field(() => String, {
    nullable: true,
    description: 'inbox:<path> of a vocab.txt or tokenizer.json, for a checkpoint that brings none.',
  })
  tokenizer?: string | null

  @Field(() => String, { description: 'Made by the client. The same key with the same input gives the same import.' })
  idempotencyKey!: string
}

@ObjectType()
export class ImportModelPayload {
  @Field(() => ModelImport, { nullable: true, description: 'The import, which goes on after this answer.' })
  modelImport!: ModelImport | null

  @Field(() => [UserError], { description: 'What has to be put right first.' })
  userErrors!: UserError[]
}
