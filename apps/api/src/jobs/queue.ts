import { fromPrisma, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { Transaction } from '../db/client.ts'

const QUEUE = 'runs'

/**
 * The queue of runs that wait for a worker. A job only says "look at this run": who may work on it is decided by the
 * run's own row, so a job that comes twice or late does no harm.
 */
export class RunQueue implements AsyncDisposable {
  private constructor(private readonly boss: PgBoss) {}

  static async open(databaseUrl: string, log: Logger): Promise<RunQueue> {
    const boss = new PgBoss({
      connectionString: databaseUrl,
      application_name: 'anamnesis-queue',
      max: 3,
      schedule: false,
    })
    boss.on('error', (error) => log.warn({ error: error.message }, 'queue'))
    await boss.start()
    // "short": at most one waiting job per key, so asking again for the same run adds nothing.
    await boss.createQueue(QUEUE, { policy: 'short', expireInSeconds: 60, retryLimit: 3, deleteAfterSeconds: 3600 })
    return new RunQueue(boss)
  }

  /** Lines a run up, within the caller's transaction. Runs that were interrupted go before new ones. */
  async add(tx: Transaction, runId: string, options: { resumed?: boolean } = {}): Promise<void> {
    await this.boss.send(
      QUEUE,
      { runId },
      { singletonKey: runId, priority: options.resumed ? 1 : 0, db: fromPrisma(tx) },
    )
  }

  /** The next run to look at, null when none waits. It is taken from the queue for good. */
  async take(): Promise<string | null> {
    const [job] = await this.boss.fetch<{ runId: string }>(QUEUE)
    if (!job) return null
    await this.boss.complete(QUEUE, job.id)
    return job.data.runId
  }

  async close(): Promise<void> {
    await this.boss.stop({ graceful: false, close: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
