import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql'
import { suiteOrNull } from '../../services/catalog.ts'
import { pageOfList } from '../connection.ts'
import type { Context } from '../context.ts'
import { Task, toTask } from '../task/type.ts'
import { Suite, SuiteConnection, toSuite } from './type.ts'

/** What the argument `model` of a suite's fields says. */
const MODEL = 'Key of the base model that a run would start from; null asks for the suite’s own.'

@Resolver(() => Suite)
export class SuiteResolver {
  @Query(() => SuiteConnection)
  suites(
    @Ctx() { catalog }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
  ) {
    return pageOfList(catalog.suites(), ({ id }) => id, { first, after }, toSuite)
  }

  @Query(() => Suite, { nullable: true })
  suite(@Arg('key', () => String) key: string): Suite | null {
    const definition = suiteOrNull(key)
    return definition && toSuite(definition)
  }

  @FieldResolver(() => [Task], {
    description: 'Tasks that are imported or that the product can describe without their data.',
  })
  async tasks(@Root() { definition }: Suite, @Ctx() { catalog }: Context): Promise<Task[]> {
    return definition ? (await catalog.suiteTasks(definition)).map(toTask) : []
  }

  @FieldResolver(() => Boolean, { description: 'Whether all tasks, the corpus and the base model are there.' })
  async available(
    @Root() { definition }: Suite,
    @Ctx() { catalog }: Context,
    @Arg('model', () => String, { nullable: true, description: MODEL }) model: string | null,
  ): Promise<boolean> {
    return definition !== null && (await catalog.unavailableReason(definition, true, model ?? undefined)) === null
  }

  @FieldResolver(() => String, { nullable: true, description: 'What is missing, and the command that brings it.' })
  async unavailableReason(
    @Root() { definition }: Suite,
    @Ctx() { catalog }: Context,
    @Arg('model', () => String, { nullable: true, description: MODEL }) model: string | null,
  ): Promise<string | null> {
    if (!definition) return 'This suite is no longer part of the product.'
    return catalog.unavailableReason(definition, true, model ?? undefined)
  }
}
