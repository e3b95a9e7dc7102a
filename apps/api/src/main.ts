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
import { Leaks } from './services/leaks.ts'
import { ModelImports } from './services/modelImports.ts'
import { Recalls } from './services/recalls.ts'
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
  const modelImports = new ModelImports(db, catalog, log)
  const recalls = new Recalls(db, catalog, log)
  const leaks = new Leaks({ db, engine, catalog, env, log })
  const services: Services = { env, log, db, hub, catalog, modelImports, runs, recalls, leaks, engine, setup }
  const server = await serve(services)
  // Workers look after runs too; this goes on when none is left.
  const watch = setInterval(() => {
    lookAfterRuns(db, queue, leaseTimes).catch((error) => log.warn({ error: String(error) }, 'runs not looked after'))
  }, leaseTimes.stale / 2)

  stopOnRequest(log, async () => {
    clearInterval(watch)
    await setup[Symbol.asyncDispose]()
    await modelImports[Symbol.asyncDispose]()
    await leaks[Symbol.asyncDispose]()
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

/** Makes the demo data. The first comparison starts run by run, each as soon as its data is there. */
async function prepareDemo({ setup, runs, catalog, db }: Services): Promise<void> {
  const keyOf = (method: string) => `first-comparison/${method}`
  const begun = await db.idempotencyKey.count({ where: { key: { in: DEMO_METHODS.map(keyOf) } } })
  const wanted = env.demoRuns && (begun > 0 || (await db.run.count()) === 0)
  let queueing = Promise.resolve()
  const queueRuns = async (final: boolean) => {
    catalog.changed()
    for (const method of DEMO_METHODS) {
      await runs
        .start({ suite: DEMO_SUITE, method, seed: 1, idempotencyKey: keyOf(method) })
        .catch((error: unknown) => {
          const { code, message } = toAnamnesisError(error)
          if (final || code !== 'MISSING_DATA') log.warn({ message }, `${method} not queued`)
        })
    }
  }
  const ready = await setup.run({ home: env.home, backend: env.backend }, (step) => {
    if (wanted && step.state === 'done' && step.key !== 'corpus') queueing = queueing.then(() => queueRuns(false))
  })
  await queueing
  if (ready && wanted) await queueRuns(true)
}

await main().catch((error) => failStart(error, log))
