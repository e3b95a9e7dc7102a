import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { AnamnesisError } from '../../contracts/index.ts'
import { type Cluster, EMPTY_COPIES_PATIENCE, statusOf, waitForCopies } from './cluster.ts'

/** The holder writes its mark anew this often, in milliseconds. */
const BEAT = 3_000
/** A mark that stays the same for so long, as the one who waits sees it, is left over. */
const LEFT_OVER = 30_000
const LOOK_AGAIN = 250

/** Of this thread: a process may have several, each with locks of its own. */
const THREAD = randomUUID()
/** Tokens of the locks that this thread holds or asks for. */
const alive = new Set<string>()

interface Mark {
  host: string
  pid: number
  thread?: string
  token: string
  beat: number
}

/** Where a mark stands: a change of it by anybody else makes a conditional write fail. */
interface Place {
  if_seq_no: number
  if_primary_term: number
}

/**
 * Runs `work` while no other machine holds the lock of this name. A lock whose holder is gone is taken over.
 * `work` asks `held()` before it makes something visible. @throws CONFLICT from `held` when the lock was lost
 */
export async function withClusterLock<T>(
  cluster: Cluster,
  name: string,
  work: (held: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const index = `${cluster.settings.prefix}-locks`
  await makeLockIndex(cluster, index)
  const lock = new Lock(cluster, index, name)
  try {
    await lock.take()
    return await work(() => lock.beat())
  } finally {
    await lock.release()
  }
}

class Lock {
  private readonly mark: Mark = {
    host: hostname(),
    pid: process.pid,
    thread: THREAD,
    token: randomUUID(),
    beat: 0,
  }
  private place: Place | null = null
  private timer: NodeJS.Timeout | undefined
  private beating: Promise<void> = Promise.resolve()

  constructor(
    private readonly cluster: Cluster,
    private readonly index: string,
    private readonly name: string,
  ) {}

  async take(): Promise<void> {
    alive.add(this.mark.token)
    let seen: { place: Place; since: number } | null = null
    for (;;) {
      if (await this.put({ op_type: 'create' })) break
      const found = await this.look()
      if (found === null) continue
      if (found.mark.token === this.mark.token) {
        this.place = found.place // written by an attempt whose answer was lost
        break
      }
      if (seen?.place.if_seq_no !== found.place.if_seq_no) seen = { place: found.place, since: performance.now() }
      const leftOver = performance.now() - seen.since > LEFT_OVER || isGone(found.mark)
      if (leftOver && (await this.put(found.place))) break
      if (!leftOver) await sleep(LOOK_AGAIN)
    }
    this.timer = setInterval(() => {
      this.beat().catch(() => undefined) // the next `held` tells
    }, BEAT)
    this.timer.unref()
  }

  /** Renews the mark, one at a time. @throws CONFLICT when another one took it */
  beat(): Promise<void> {
    this.beating = this.beating
      .catch(() => undefined)
      .then(async () => {
        this.mark.beat++
        if (this.place !== null && (await this.put(this.place))) return
        const found = await this.look()
        if (found?.mark.token === this.mark.token) {
          this.place = found.place
          return
        }
        this.place = null
        throw new AnamnesisError(
          'CONFLICT',
          'Another machine took over the writing of this index while this one could not reach Elasticsearch. Index again: what is written is not written twice.',
        )
      })
    return this.beating
  }

  async release(): Promise<void> {
    clearInterval(this.timer)
    await this.beating.catch(() => undefined)
    alive.delete(this.mark.token)
    if (this.place === null) return
    const { index, name: id } = this
    await this.cluster.client.delete({ index, id, ...this.place }).catch(() => undefined) // left over at worst
  }

  /** False where another one was faster. */
  private async put(condition: Place | { op_type: 'create' }): Promise<boolean> {
    const { index, name: id } = this
    try {
      const done = await this.cluster.write('taking the lock of an index', (client) =>
        client.index({ index, id, document: this.mark, ...condition }),
      )
      this.place = { if_seq_no: done._seq_no!, if_primary_term: done._primary_term! }
      return true
    } catch (error) {
      if (statusOf(error) === 409) return false
      throw error
    }
  }

  private async look(): Promise<{ mark: Mark; place: Place } | null> {
    const { index, name: id } = this
    try {
      const found = await this.cluster.write('reading the lock of an index', (client) =>
        client.get<Mark>({ index, id }),
      )
      const place = { if_seq_no: found._seq_no!, if_primary_term: found._primary_term! }
      return { mark: found._source!, place }
    } catch (error) {
      if (statusOf(error) === 404) return null
      throw error
    }
  }
}

/** True when the holder was work of this thread, or a process of this machine, that has ended. */
function isGone({ host, pid, thread, token }: Mark): boolean {
  if (thread === THREAD) return !alive.has(token)
  if (host !== hostname()) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

async function makeLockIndex(cluster: Cluster, index: string): Promise<void> {
  if (await cluster.write('looking for the locks', (client) => client.indices.exists({ index }))) return
  try {
    await cluster.write('making the index of locks', (client) =>
      client.indices.create({
        index,
        settings: { number_of_shards: 1, auto_expand_replicas: '0-1', hidden: true },
        mappings: { dynamic: false },
      }),
    )
  } catch (error) {
    if (statusOf(error) !== 400) throw error // made by another one meanwhile
  }
  await waitForCopies(cluster, index, EMPTY_COPIES_PATIENCE)
}
