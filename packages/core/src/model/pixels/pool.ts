import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { AnamnesisError } from '../../contracts/index.ts'
import type { FailedImage, PixelJob } from './jobs.ts'

const MOST_THREADS = 4
/** The engine needs the other processors. */
const SHARE_OF_PROCESSORS = 0.5
/** Threads that have had nothing to do for so long end. */
const IDLE = 10_000 // milliseconds

interface Waiting {
  resolve(result: Uint8Array | FailedImage): void
  reject(error: Error): void
}

interface Thread {
  worker: Worker
  /** Jobs that were posted, in order: a worker answers in the same order. */
  waiting: Waiting[]
}

/**
 * A few threads for pixel work. They start with the first job, end when they have been idle for a while, and never hold
 * the process.
 */
class PixelPool {
  readonly size = Math.max(1, Math.min(MOST_THREADS, Math.floor(availableParallelism() * SHARE_OF_PROCESSORS)))
  private threads: Thread[] = []
  private idle: NodeJS.Timeout | null = null

  /** @param transfer buffers of the job that the caller gives away */
  run(job: PixelJob, transfer: ArrayBuffer[]): Promise<Uint8Array | FailedImage> {
    if (this.idle) clearTimeout(this.idle)
    this.idle = null
    const thread = this.freest()
    return new Promise((resolve, reject) => {
      thread.waiting.push({ resolve, reject })
      thread.worker.ref()
      thread.worker.postMessage(job, transfer)
    })
  }

  private freest(): Thread {
    const [free] = [...this.threads].sort((left, right) => left.waiting.length - right.waiting.length)
    if (free && (free.waiting.length === 0 || this.threads.length >= this.size)) return free
    const thread = this.open()
    this.threads.push(thread)
    return thread
  }

  private open(): Thread {
    // Without the flags of this process: Node.js strips the types itself.
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      name: 'pixels',
    })
    const thread: Thread = { worker, waiting: [] }
    worker.unref()
    worker.on('message', (result: Uint8Array | FailedImage) => {
      thread.waiting.shift()?.resolve(result)
      if (thread.waiting.length > 0) return
      worker.unref()
      if (this.threads.every(({ waiting }) => waiting.length === 0)) this.endLater()
    })
    const fail = (cause: unknown) => {
      this.threads = this.threads.filter((one) => one !== thread)
      const error = new AnamnesisError('INTERNAL', `A thread for images ended: ${String(cause)}`, { cause })
      for (const { reject } of thread.waiting.splice(0)) reject(error)
    }
    worker.on('error', fail)
    worker.on('exit', (code) => fail(`exit code ${code}`))
    return thread
  }

  private endLater(): void {
    this.idle = setTimeout(() => {
      const threads = this.threads
      this.threads = []
      for (const { worker } of threads) void worker.terminate()
    }, IDLE)
    this.idle.unref()
  }
}

export const pixelPool = new PixelPool()
