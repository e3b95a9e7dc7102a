import 'reflect-metadata'
import type { GraphQLSchema } from 'graphql'
import { buildSchemaSync, type PubSub } from 'type-graphql'
import { AddOnResolver } from './addOn/resolver.ts'
import { CorpusResolver } from './corpus/resolver.ts'
import { EventResolver } from './event/resolver.ts'
import { FigureResolver } from './figure/resolver.ts'
import { PublishedRowsResolver } from './leaderboard/published.ts'
import { LeaderboardResolver } from './leaderboard/resolver.ts'
import { LeakPairResolver, LeakResolver } from './leak/resolver.ts'
import { GuidedFigureResolver, GuidedRunResolver, RunLedgerResolver } from './ledger/resolver.ts'
import { MethodResolver } from './method/resolver.ts'
import { MetricResolver } from './metric/resolver.ts'
import { ModelImportResolver, ModelResolver } from './model/resolver.ts'
import { NodeResolver } from './node/resolver.ts'
import { RecallResolver } from './recall/resolver.ts'
import { FigureVectorsResolver, RetrievalResolver } from './retrieval/resolver.ts'
import { ReviewResolver } from './review/resolver.ts'
import { RunResolver } from './run/resolver.ts'
import { StatusResolver } from './status/resolver.ts'
import { SuiteResolver } from './suite/resolver.ts'
import { TaskResolver } from './task/resolver.ts'
import { WhatIfResolver } from './whatIf/resolver.ts'

/** Asked for by the library, used by nobody: every subscription reads from the event store. */
const noPubSub: PubSub = {
  publish: () => {
    throw new Error('Subscriptions read from the event store.')
  },
  subscribe: () => {
    throw new Error('Subscriptions read from the event store.')
  },
}

export function makeSchema(): GraphQLSchema {
  return buildSchemaSync({
    resolvers: [
      NodeResolver,
      StatusResolver,
      TaskResolver,
      SuiteResolver,
      CorpusResolver,
      MethodResolver,
      AddOnResolver,
      MetricResolver,
      ModelResolver,
      ModelImportResolver,
      RunResolver,
      EventResolver,
      RetrievalResolver,
      FigureVectorsResolver,
      FigureResolver,
      RunLedgerResolver,
      GuidedFigureResolver,
      GuidedRunResolver,
      RecallResolver,
      WhatIfResolver,
      ReviewResolver,
      LeakResolver,
      LeakPairResolver,
      LeaderboardResolver,
      PublishedRowsResolver,
    ],
    validate: false, // services parse their input
    pubSub: noPubSub,
  })
}
