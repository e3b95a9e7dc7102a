import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NewEvent } from '@anamnesis/core/contracts'
import pg from 'pg'
import { pino } from 'pino'
import { inject } from 'vitest'
import { type Database, openDatabase, type RunRow } from '../db/client.ts'
import { Engine } from '../engine/engine.ts'
import { type Env, readEnv } from '../env.ts'
import { EventHub } from '../events/hub.ts'
import { changeRun } from '../events/store.ts'
import type { Services } from '../graphql/context.ts'
import { RunQueue } from '../jobs/queue.ts'
import { Catalog } from '../services/catalog.ts'
import { Leaks } from '../services/leaks.ts'
import { ModelImports } from '../services/modelImports.ts'
import { Recalls } from '../services/recalls.ts'
import { RunService, type StartInput } from '../services/runs.ts'
import { Setup } from '../setup/setup.ts'

/** A fresh database of its own with everything that stands on it. */
export interface TestServices extends Services, AsyncDisposable {
  queue: RunQueue
  databaseUrl: string
  /** Statements that were sent since it was last emptied. */
  statements: string[]
}

/** A catalog in which every suite has all its data. */
class CompleteCatalog extends Catalog {
  override async unavailableReason(): Promise<string | null> {
    return null
  }
}

export async function testServices(env: Partial<Env> = {}): Promise<TestServices> {
  const databaseUrl = await copyTemplate()
  const home = await mkdtemp(join(tmpdir(), 'anamnesis-home-'))
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  const statements: string[] = []
  const db = openDatabase(databaseUrl, (sql) => statements.push(sql))
  const queue = await RunQueue.open(databaseUrl, log)
  const hub = await EventHub.open(databaseUrl, log)
  const catalog = new CompleteCatalog(home)
  const engine = new Engine(log)
  const modelImports = new ModelImports(db, catalog, log)
  const setup = new Setup(log)
  const runs = new RunService(db, queue, catalog)
  const recalls = new Recalls(db, catalog, log)
  const fullEnv: Env = { ...readEnv({}), home, databaseUrl, ...env }
  const leaks = new Leaks({ db, engine, catalog, env: fullEnv, log })
  return {
    ...{ env: fullEnv, log, db, hub, catalog, modelImports, runs, recalls, leaks, engine, setup },
    ...{ queue, databaseUrl, statements },
    async [Symbol.asyncDispose]() {
      await modelImports[Symbol.asyncDispose]()
      await leaks[Symbol.asyncDispose]()
      await engine.close()
      await hub.close()
      await queue.close()
      await catalog[Symbol.asyncDispose]()
      await db.$disconnect()
      await rm(home, { recursive: true, force: true })
    },
  }
}

async function copyTemplate(): Promise<string> {
  const url = new URL(inject('templateUrl'))
  const template = url.pathname.slice(1)
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const admin = new URL(url)
  admin.pathname = '/postgres'
  const client = new pg.Client({ connectionString: admin.href })
  await client.connect()
  try {
    // Two copies at once get into each other's way.
    await client.query('select pg_advisory_lock(1)')
    await client.query(`create database ${name} template ${template}`)
  } finally {
    await client.end()
  }
  url.pathname = `/${name}`
  return url.href
}

/** Starts a run of two settings that tests like: few steps, its own key. */
export function startRun(services: Services, input: Partial<StartInput> = {}): Promise<RunRow> {
  return services.runs.start({
    suite: 'phantom-3',
    method: 'fine-tune',
    settings: { stepsPerTask: 4 },
    idempotencyKey: randomUUID(),
    ...input,
  })
}

/** Stores events of a run that nobody holds. */
export async function append(db: Database, runId: string, ...events: NewEvent[]): Promise<void> {
  await changeRun(db, runId, () => ({ events }))
}

/** Waits until `probe` gives a value. */
export async function until<T>(probe: () => Promise<T | null | undefined | false>, milliseconds = 30_000): Promise<T> {
  const end = Date.now() + milliseconds
  for (;;) {
    const value = await probe()
    if (value) return value
    if (Date.now() > end) throw new Error('did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
