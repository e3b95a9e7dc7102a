/** A worker: takes runs from the queue and trains them, one at a time. Any number may run, on any number of machines. */
import { join } from 'node:path'
import { openDatabase } from './db/client.ts'
import { readEnv } from './env.ts'
import { EventHub } from './events/hub.ts'
import { RunQueue } from './jobs/queue.ts'
import { RunWorker } from './jobs/worker.ts'
import { openLog } from './log.ts'
import { failStart, neededDatabaseUrl, stopOnRequest, tellParent } from './process.ts'

const env = readEnv()
const log = openLog(env, 'worker')

async function main(): Promise<void> {
  const databaseUrl = neededDatabaseUrl(env.databaseUrl)
  const db = openDatabase(databaseUrl)
  const queue = await RunQueue.open(databaseUrl, log)
  const hub = await EventHub.open(databaseUrl, log)
  const trainEntry = join(import.meta.dirname, 'jobs', 'train-child.ts')
  const worker = new RunWorker({ db, queue, hub, log, home: env.home, backend: env.backend, trainEntry })
  await worker.start()
  stopOnRequest(log, async () => {
    await worker.stop()
    await hub.close()
    await queue.close()
    await db.$disconnect()
  })
  tellParent({ type: 'ready' })
  log.info({ worker: worker.id }, 'worker ready')
}

await main().catch((error) => failStart(error, log))
