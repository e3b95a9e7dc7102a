import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql'
import { pageOfList } from '../connection.ts'
import type { Context } from '../context.ts'
import { Task, TaskConnection, toTask } from './type.ts'

@Resolver(() => Task)
export class TaskResolver {
  @Query(() => TaskConnection)
  async tasks(
    @Ctx() { catalog }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
  ) {
    return pageOfList(await catalog.tasks(), ({ task }) => task.id, { first, after }, toTask)
  }
}
