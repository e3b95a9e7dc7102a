import { AnamnesisError } from '@anamnesis/core/contracts'
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql'
import { z } from 'zod'
import type { ModelImportRow } from '../../db/client.ts'
import { modelSources } from '../../services/modelSources.ts'
import { checkFirst, fromCursor, pageOf, pageOfList, toCursor } from '../connection.ts'
import type { Context } from '../context.ts'
import { fromGlobalId } from '../globalId.ts'
import { withUserErrors } from '../userError.ts'
import { ImportModelInput, ImportModelPayload } from './input.ts'
import {
  Model,
  ModelConnection,
  ModelImport,
  ModelImportConnection,
  ModelSourceConnection,
  toModel,
  toModelImport,
  toModelSource,
} from './type.ts'

@Resolver(() => Model)
export class ModelResolver {
  @Query(() => ModelConnection, { description: 'The base models of this installation, by key.' })
  async models(
    @Ctx() { catalog }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
  ) {
    return pageOfList(await catalog.models.list(), ({ key }) => key, { first, after }, toModel)
  }

  @Query(() => Model, { nullable: true, description: 'A base model by its key.' })
  async model(@Arg('key', () => String) key: string, @Ctx() { catalog }: Context): Promise<Model | null> {
    const found = await catalog.models.find(key)
    return found && toModel(found)
  }

  @FieldResolver(() => Int, { description: 'Runs that start from it, whatever their state.' })
  runCount(@Root() { key }: Model, @Ctx() { loaders }: Context): Promise<number> {
    return loaders.runsOfModel.load(key)
  }
}

@Resolver(() => ModelImport)
export class ModelImportResolver {
  @Query(() => ModelSourceConnection, {
    description: 'Checkpoints in the folder "inbox" below ANAMNESIS_HOME, by path.',
  })
  async modelSources(
    @Ctx() { env }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
  ) {
    return pageOfList(await modelSources(env.home), ({ path }) => path, { first, after }, toModelSource)
  }

  @Query(() => ModelImportConnection, { description: 'Imports, newest first.' })
  async modelImports(
    @Ctx() { modelImports }: Context,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
  ) {
    checkFirst(first)
    const { rows, totalCount } = await modelImports.list(first, after ? fromCursor(after, z.uuid()) : null)
    return pageOf(rows, first, totalCount, after ?? null, (row) => ({
      cursor: toCursor(row.id),
      node: toModelImport(row),
    }))
  }

  @Mutation(() => ImportModelPayload, {
    description: 'Imports a checkpoint of the inbox as a base model. Follow it with the subscription modelImport.',
  })
  async importModel(
    @Arg('input', () => ImportModelInput) input: ImportModelInput,
    @Ctx() { modelImports }: Context,
  ): Promise<ImportModelPayload> {
    const { value, userErrors } = await withUserErrors(() => modelImports.start(input))
    return { modelImport: value && toModelImport(value), userErrors }
  }

  @Subscription(() => ModelImport, {
    description: 'An import as it is, and after every change. Ends with the import.',
    subscribe: ({ args, context }) => follow(args as { id: string }, context as Context),
  })
  modelImport(@Root() row: ModelImportRow, @Arg('id', () => ID) _id: string): ModelImport {
    return toModelImport(row)
  }

  @FieldResolver(() => Model, { nullable: true, description: 'The model, once it is there.' })
  async model(@Root() { key, state }: ModelImport, @Ctx() { catalog }: Context): Promise<Model | null> {
    const found = state === 'SUCCEEDED' ? await catalog.models.find(key) : null
    return found && toModel(found)
  }
}

async function follow({ id }: { id: string }, { modelImports }: Context) {
  const parsed = fromGlobalId(id)
  const row = parsed?.type === 'ModelImport' ? await modelImports.byId(parsed.key) : null
  if (!row) throw new AnamnesisError('NOT_FOUND', `There is no import ${id.slice(0, 100)}.`, { field: 'id' })
  return modelImports.follow(row.id)
}
