import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { AnamnesisError, type ErrorCode } from '@anamnesis/core/contracts'
import type { Logger } from 'pino'
import type { EngineJobs, FromEngine, JobKind, SearchRequest, ToEngine } from './protocol.ts'

interface Progress {
  done: number
  total: number
}

interface Waiting {
  resolve(result: EngineJobs[JobKind]['result']): void
  reject(error: AnamnesisError): void
  onProgress?(progress: Progress): void
  timer: NodeJS.Timeout
}

/** Longest the engine may be silent about a job. The first one loads the model. Milliseconds. */
const TIMEOUT_MS = 120_000

/** The engine process of this server: started with the first search, started anew after a crash. */
export class Engine implements AsyncDisposable {
  private child: ChildProcess | null = null
  private next = 1
  private readonly waiting = new Map<number, Waiting>()
  private closed = false

  constructor(
    private readonly log: Logger,
    private readonly entry = join(import.meta.dirname, 'engine-child.ts'),
  ) {}

  /** @throws the engine's coded errors, INTERNAL when it crashed, TIMEOUT */
  search(request: SearchRequest): Promise<EngineJobs['search']['result']> {
    return this.run('search', request)
  }

  /** @param onProgress told how far a long job is @throws the engine's coded errors, INTERNAL when it crashed, TIMEOUT */
  run<K extends JobKind>(
    kind: K,
    request: EngineJobs[K]['request'],
    onProgress?: (progress: Progress) => void,
  ): Promise<EngineJobs[K]['result']> {
    const child = this.running()
    const id = this.next++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id)
        reject(new AnamnesisError('TIMEOUT', `The engine was silent for ${TIMEOUT_MS / 1000} s. Try again.`))
      }, TIMEOUT_MS)
      this.waiting.set(id, { resolve, reject, timer, ...(onProgress ? { onProgress } : {}) })
      child.send({ id, kind, request } as ToEngine)
    })
  }

  /** Process id of the engine, null while none runs. */
  get pid(): number | null {
    return this.child?.pid ?? null
  }

  private running(): ChildProcess {
    if (this.child) return this.child
    if (this.closed) throw new AnamnesisError('STOPPED', 'The server is shutting down.')
    const child = fork(this.entry, [], {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
      stdio: ['ignore', 2, 2, 'ipc'],
    })
    child.on('message', (message: FromEngine) => {
      const waiting = this.waiting.get(message.id)
      if (!waiting) return
      if ('progress' in message) {
        waiting.timer.refresh()
        waiting.onProgress?.(message.progress)
        return
      }
      this.waiting.delete(message.id)
      clearTimeout(waiting.timer)
      if ('result' in message) waiting.resolve(message.result)
      else {
        const { code, message: text, field } = message.error
        waiting.reject(new AnamnesisError(code as ErrorCode, text, field === null ? {} : { field }))
      }
    })
    child.on('error', (error) => this.log.error({ error: error.message }, 'engine process'))
    child.on('exit', (code, signal) => {
      if (this.child !== child) return
      this.child = null
      if (!this.closed) this.log.error({ code, signal }, 'engine process ended; the next job starts a new one')
      for (const { reject, timer } of this.waiting.values()) {
        clearTimeout(timer)
        reject(new AnamnesisError('INTERNAL', 'The engine process ended while it worked. Try again: a new one starts.'))
      }
      this.waiting.clear()
    })
    this.child = child
    return child
  }

  async close(): Promise<void> {
    this.closed = true
    const child = this.child
    if (!child) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.disconnect()
    const force = setTimeout(() => child.kill('SIGKILL'), 3000)
    await ended
    clearTimeout(force)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
