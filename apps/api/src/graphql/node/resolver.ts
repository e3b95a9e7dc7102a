import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql'
import { suiteOrNull } from '../../services/catalog.ts'
import type { Context } from '../context.ts'
import { toCorpus } from '../corpus/type.ts'
import { figureOf } from '../figure/resolver.ts'
import { fromGlobalId, type NodeType } from '../globalId.ts'
import { toLeakSearch } from '../leak/type.ts'
import { toModel, toModelImport } from '../model/type.ts'
import { toRecall } from '../recall/type.ts'
import { toRun } from '../run/type.ts'
import { toSuite } from '../suite/type.ts'
import { toTask } from '../task/type.ts'
import { Node } from './type.ts'

const find: Record<NodeType, (key: string, context: Context) => Promise<Node | null>> = {
  async Run(key, { loaders }) {
    const row = await loaders.run.load(key)
    return row && toRun(row)
  },
  async Task(key, { catalog }) {
    const found = (await catalog.tasks()).find(({ task }) => task.id === key)
    return found ? toTask(found) : null
  },
  async Suite(key) {
    const definition = suiteOrNull(key)
    return definition && toSuite(definition)
  },
  async Corpus(key, { catalog }) {
    const info = (await catalog.corpusInfos()).find(({ id }) => id === key)
    return info ? toCorpus(info) : null
  },
  async Model(key, { catalog }) {
    const model = await catalog.models.find(key)
    return model && toModel(model)
  },
  async ModelImport(key, { modelImports }) {
    const row = await modelImports.byId(key)
    return row && toModelImport(row)
  },
  async Figure(key, { catalog }) {
    const [corpus = '', ...rest] = key.split('/')
    return figureOf(catalog, corpus, rest.join('/'))
  },
  async LiteratureRecall(key, { recalls }) {
    const row = await recalls.byId(key)
    return row && toRecall(row)
  },
  async LeakSearch(key, { leaks }) {
    const row = await leaks.byId(key)
    return row && toLeakSearch(row)
  },
}

@Resolver(() => Node)
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Finds anything that has an id by it.' })
  async node(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Node | null> {
    const parsed = fromGlobalId(id)
    return parsed && find[parsed.type](parsed.key, context)
  }
}
