/**
 * The API server. `--migrate` brings the database to its present shape first; `--demo` makes the demo data, and on a new
 * installation queues the first comparison.
 */
import { toAnamnesisError } from '@anamnesis/core/contracts'
import { openDatabase } from './db/client.ts'
import { migrate } from './db/migrate.ts'
import { Engine } from './engine/engine.ts'
import { readEnv } from './env.ts'
import { EventHub } from './events/hub.ts'
import type { Services } from './graphql/context.ts'
import { serve } from './http/server.ts'
import { leaseTimes, lookAfterRuns } from './jobs/lease.ts'
import { RunQueue } from './jobs/queue.ts'
import { openLog } from './log.ts'
import { failStart, neededDatabaseUrl, stopOnRequest, tellParent } from './process.ts'
import { Catalog } from './services/catalog.ts'
import { RunService } from './services/runs.ts'
import { DEMO_SUITE } from './setup/protocol.ts'
import { Setup } from './setup/setup.ts'

const DEMO_METHODS = ['zero-shot', 'fine-tune', 'primed-dyn']

const env = readEnv()
const log = openLog(env, 'api')

async function main(): Promise<void> {
  const databaseUrl = neededDatabaseUrl(env.databaseUrl)
  if (process.argv.includes('--migrate')) await migrate(databaseUrl)
  const db = openDatabase(databaseUrl)
  const queue = await RunQueue.open(databaseUrl, log)
  const hub = await EventHub.open(databaseUrl, log)
  const catalog = new Catalog(env.home)
  const engine = new Engine(log)
  const setup = new Setup(log, (step) => {
    if (step.state === 'done') catalog.changed()
    tellParent({ type: 'setup', step })
  })
  const demo = process.argv.includes('--demo')
  if (demo) setup.plan()
  const runs = new RunService(db, queue, catalog)
  const services: Services = { env, log, db, hub, catalog, runs, engine, setup }
  const server = await serve(services)
  // Workers look after runs too; this goes on when none is left.
  const watch = setInterval(() => {
    lookAfterRuns(db, queue, leaseTimes).catch((error) => log.warn({ error: String(error) }, 'runs not looked after'))
  }, leaseTimes.stale / 2)

  stopOnRequest(log, async () => {
    clearInterval(watch)
    await setup[Symbol.asyncDispose]()
    await server.close()
    await engine.close()
    await hub.close()
    await queue.close()
    await catalog[Symbol.asyncDispose]()
    await db.$disconnect()
  })
  tellParent({ type: 'ready' })
  log.info({ url: server.url }, 'API ready')
  if (demo) await prepareDemo(services)
}

async function prepareDemo({ setup, runs, catalog, db }: Services): Promise<void> {
  if (!(await setup.run({ home: env.home, backend: env.backend }))) return
  catalog.changed()
  if (!env.demoRuns || (await db.run.count()) > 0) return
  for (const method of DEMO_METHODS) {
    const input = { suite: DEMO_SUITE, method, seed: 1, idempotencyKey: `first-comparison/${method}` }
    await runs
      .start(input)
      .catch((error: unknown) => log.warn({ error: toAnamnesisError(error).message }, `${method} not queued`))
  }
}

await main().catch((error) => failStart(error, log))
