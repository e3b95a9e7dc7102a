import { SPLITS } from '@anamnesis/core/contracts'
import { Field, Int, ObjectType } from 'type-graphql'
import type { CatalogTask } from '../../services/catalog.ts'
import { connectionType } from '../connection.ts'
import { toGlobalId } from '../globalId.ts'
import { Node } from '../node/type.ts'

@ObjectType()
class TaskClass {
  @Field(() => String)
  id!: string

  @Field(() => String)
  name!: string

  @Field(() => String, { description: 'What follows "a photo of" in the class prompt.' })
  promptName!: string
}

@ObjectType()
class SplitCount {
  @Field(() => String)
  split!: string

  @Field(() => Int)
  count!: number
}

@ObjectType({ implements: Node, description: 'A labelled image classification problem.' })
export class Task extends Node {
  @Field(() => String)
  key!: string

  @Field(() => String)
  name!: string

  @Field(() => String)
  domain!: string

  @Field(() => String)
  modality!: string

  @Field(() => String)
  anatomy!: string

  @Field(() => [TaskClass])
  classes!: TaskClass[]

  @Field(() => [SplitCount], { description: 'Empty until the task is imported.' })
  splits!: SplitCount[]

  @Field(() => String)
  licence!: string

  @Field(() => String)
  citation!: string

  @Field(() => String)
  notes!: string

  @Field(() => Boolean)
  synthetic!: boolean

  @Field(() => String, { description: 'Digest of the imported data; empty until the task is imported.' })
  digest!: string

  @Field(() => Boolean)
  imported!: boolean
}

export function toTask({ task, counts, digest }: CatalogTask): Task {
  return Object.assign(new Task(), {
    ...task,
    id: toGlobalId('Task', task.id),
    key: task.id,
    splits: counts ? SPLITS.map((split) => ({ split, count: counts[split].reduce((sum, n) => sum + n, 0) })) : [],
    digest: digest ?? '',
    imported: digest !== undefined,
  })
}

export const TaskConnection = connectionType('Task', Task)
