import type { Logger } from 'pino'
import type { Database } from '../db/client.ts'
import type { Engine } from '../engine/engine.ts'
import type { Env } from '../env.ts'
import type { EventHub } from '../events/hub.ts'
import type { Catalog } from '../services/catalog.ts'
import type { Leaks } from '../services/leaks.ts'
import type { ModelImports } from '../services/modelImports.ts'
import type { Recalls } from '../services/recalls.ts'
import type { RunService } from '../services/runs.ts'
import type { Setup } from '../setup/setup.ts'
import { type Loaders, makeLoaders } from './loaders.ts'

/** What lives as long as the server. */
export interface Services {
  env: Env
  log: Logger
  db: Database
  hub: EventHub
  catalog: Catalog
  modelImports: ModelImports
  runs: RunService
  recalls: Recalls
  leaks: Leaks
  engine: Engine
  setup: Setup
}

/** What lives as long as a request (or, for subscriptions, one event). */
export interface Context extends Services {
  requestId: string
  loaders: Loaders
}

export function makeContext(services: Services, requestId: string): Context {
  return { ...services, requestId, loaders: makeLoaders(services.db) }
}
