/** A worker with made-up training in a process of its own, for tests that kill it. DATABASE_URL and ANAMNESIS_HOME say where. */
import { join } from 'node:path'
import { pino } from 'pino'
import { openDatabase } from '../db/client.ts'
import { EventHub } from '../events/hub.ts'
import { RunQueue } from '../jobs/queue.ts'
import { RunWorker } from '../jobs/worker.ts'

const url = process.env.DATABASE_URL!
const log = pino({ level: 'silent' })
const worker = new RunWorker({
  db: openDatabase(url),
  queue: await RunQueue.open(url, log),
  hub: await EventHub.open(url, log),
  log,
  home: process.env.ANAMNESIS_HOME!,
  backend: 'cpu',
  trainEntry: join(import.meta.dirname, 'fakeTraining.ts'),
  times: { heartbeat: 100, stale: 20_000, lost: 40_000 },
})
await worker.start()
