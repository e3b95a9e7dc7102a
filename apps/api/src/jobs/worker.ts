import { type ChildProcess, fork } from 'node:child_process'
import { hostname } from 'node:os'
import { type EventPayload, FINAL_RUN_STATES, type NewEvent, toAnamnesisError } from '@anamnesis/core/contracts'
import type { TrainingRequest } from '@anamnesis/core/train'
import type { Logger } from 'pino'
import type { Database, Prisma } from '../db/client.ts'
import { corpusOfRun } from '../events/guidance.ts'
import { Bell, type EventHub } from '../events/hub.ts'
import { parseEvent } from '../events/store.ts'
import { recalledFigures } from '../services/recalls.ts'
import {
  afterLoss,
  type Claim,
  changeHeldRun,
  claimRun,
  heartbeat,
  type LeaseTimes,
  leaseTimes,
  lineUpForgotten,
  lookAfterRuns,
  released,
  stateEvent,
  workerId,
} from './lease.ts'
import type { FromTraining, ToTraining } from './protocol.ts'
import type { RunQueue } from './queue.ts'
import { relativeToHome, trainingRequest } from './trainingRequest.ts'

export interface WorkerOptions {
  db: Database
  queue: RunQueue
  hub: EventHub
  log: Logger
  home: string
  backend: TrainingRequest['backend']
  /** Module that the training process runs. */
  trainEntry: string
  times?: LeaseTimes
  /** How long a stop may take before the training process is ended by force. Milliseconds. */
  stopGrace?: number
}

/** Events are stored in batches this often. Milliseconds. */
const FLUSH_MS = 60

/** Takes runs from the queue one after another; each trains in a process of its own. */
export class RunWorker {
  readonly id = workerId()
  private readonly times: LeaseTimes
  private readonly bell = new Bell()
  private stopping = false
  private current: Supervision | null = null
  private done: Promise<void> | null = null
  private timers: NodeJS.Timeout[] = []
  private stopListening = () => {}

  constructor(private readonly options: WorkerOptions) {
    this.times = options.times ?? leaseTimes
  }

  /** Process id of the training process at work, null between runs. */
  get trainingPid(): number | null {
    return this.current?.pid ?? null
  }

  async start(): Promise<void> {
    const { db, hub, backend } = this.options
    const now = new Date()
    const row = { id: this.id, host: hostname(), pid: process.pid, backend, startedAt: now }
    await db.worker.create({ data: { ...row, heartbeatAt: now } })
    this.every(this.times.heartbeat, async () => {
      await db.worker.upsert({
        where: { id: this.id },
        create: { ...row, heartbeatAt: new Date() },
        update: { heartbeatAt: new Date() },
      })
    })
    // A worker that died on this machine is noticed at once, so it is worth looking often.
    this.every(this.times.heartbeat, () => lookAfterRuns(db, this.options.queue, this.times))
    this.every(this.times.stale / 2, () => lineUpForgotten(db, this.options.queue, this.times))
    this.stopListening = hub.listen((notice) => {
      if (!notice?.news.includes('state') && notice !== null) return
      this.bell.ring()
      if (notice === null || notice.runId === this.current?.claim.runId) void this.current?.beat()
    })
    await lookAfterRuns(db, this.options.queue, this.times)
    await lineUpForgotten(db, this.options.queue, this.times)
    this.done = this.loop()
  }

  /** Ends after handing the run at work back to the queue, from where it goes on at its last checkpoint. */
  async stop(): Promise<void> {
    this.stopping = true
    this.bell.ring()
    this.stopListening()
    this.current?.interrupt()
    await this.done
    for (const timer of this.timers) clearInterval(timer)
    await this.options.db.worker.deleteMany({ where: { id: this.id } }).catch(() => undefined)
  }

  private every(milliseconds: number, action: () => Promise<void>): void {
    let busy = false
    const timer = setInterval(() => {
      if (busy) return
      busy = true
      action()
        .catch((error: unknown) => this.options.log.warn({ error: String(error) }, 'periodic work failed'))
        .finally(() => {
          busy = false
        })
    }, milliseconds)
    this.timers.push(timer)
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      try {
        const runId = await this.options.queue.take()
        if (runId === null) {
          await this.bell.wait(1000)
          continue
        }
        const claim = await claimRun(this.options.db, runId, this.id, this.times)
        if (!claim) continue
        this.current = new Supervision(this.options, claim, this.times)
        if (this.stopping) this.current.interrupt()
        await this.current.run()
      } catch (error) {
        this.options.log.error({ error: String(error) }, 'run could not be looked after')
        await this.bell.wait(1000)
      } finally {
        this.current = null
      }
    }
  }
}

type End =
  | { type: 'ended'; outcome: 'succeeded' | 'stopped' }
  | { type: 'failed'; code: string; message: string }
  | { type: 'died'; what: string }

/** One run at work: its training process, its lease and the way of its events into the store. */
class Supervision {
  private child: ChildProcess | null = null
  private pending: NewEvent[] = []
  private provenance: Record<string, unknown> | null = null
  private end: End | null = null
  private leaseLost = false
  private interrupted = false
  private stopAsked = false
  private flushing: Promise<void> = Promise.resolve()

  constructor(
    private readonly options: WorkerOptions,
    readonly claim: Claim,
    private readonly times: LeaseTimes,
  ) {}

  get pid(): number | null {
    return this.child?.pid ?? null
  }

  async run(): Promise<void> {
    const { db, log } = this.options
    const run = await db.run.findUniqueOrThrow({ where: { id: this.claim.runId } })
    log.info({ run: run.key, attempt: this.claim.attempt }, 'run taken')
    const { home, backend } = this.options
    const leaveOut = await recalledFigures(db, corpusOfRun(run))
    const request = trainingRequest(run, home, backend, await lastCheckpoint(db, run.id), leaveOut)
    const heart = setInterval(() => void this.beat(), this.times.heartbeat)
    const flush = setInterval(() => this.flush(), FLUSH_MS)
    try {
      if (!this.interrupted) await this.train(request)
    } finally {
      clearInterval(heart)
      clearInterval(flush)
    }
    this.flush()
    await this.flushing
    if (!this.leaseLost) await this.finish()
    log.info({ run: run.key, end: this.interrupted ? 'interrupted' : (this.end?.type ?? 'dropped') }, 'run left')
  }

  /** Resolves when the training process is gone. */
  private train(request: TrainingRequest): Promise<void> {
    const { trainEntry, log } = this.options
    return new Promise((resolve) => {
      const child = fork(trainEntry, [], {
        execArgv: ['--import', 'tsx'],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      })
      this.child = child
      let errors = ''
      child.stderr?.on('data', (chunk: Buffer) => {
        errors = `${errors}${chunk}`.slice(-4000)
      })
      child.on('message', (message: FromTraining) => this.receive(message))
      child.on('error', (error) => {
        this.end ??= {
          type: 'failed',
          code: 'INTERNAL',
          message: `The training process could not be started: ${error.message}`,
        }
        resolve()
      })
      // "close" comes after the last message and the last output.
      child.on('close', (code, signal) => {
        if (errors && (code !== 0 || !this.end)) log.warn({ errors }, 'training process')
        const last = errors.trim().split('\n').at(-1)
        const how = signal ? `was ended by ${signal}` : `ended with code ${code}${last ? ` (${last})` : ''}`
        this.end ??= { type: 'died', what: `The training process ${how}.` }
        resolve()
      })
      this.send({ type: 'start', request })
      if (this.interrupted) this.kill()
    })
  }

  private send(message: ToTraining): void {
    if (this.child?.connected) this.child.send(message, () => undefined)
  }

  private kill(): void {
    this.child?.kill('SIGKILL')
  }

  private receive(message: FromTraining): void {
    if (message.type === 'event') {
      try {
        this.pending.push(relativeToHome(parseEvent(message.event), this.options.home))
      } catch (error) {
        const { code, message: text } = toAnamnesisError(error)
        this.end ??= { type: 'failed', code, message: text }
        this.kill()
      }
    } else if (message.type === 'provenance') this.provenance = message.provenance
    else this.end ??= message
  }

  /** Prolongs the lease and hears whether the run should stop. */
  async beat(): Promise<void> {
    try {
      const state = await heartbeat(this.options.db, this.claim, this.times)
      if (state === null) this.drop()
      else if (state === 'STOP_REQUESTED') this.askToStop()
    } catch (error) {
      this.options.log.warn({ error: String(error) }, 'heartbeat failed')
    }
  }

  private askToStop(): void {
    if (this.stopAsked) return
    this.stopAsked = true
    this.send({ type: 'stop' })
    const force = setTimeout(() => this.kill(), this.options.stopGrace ?? 60_000)
    this.child?.once('close', () => clearTimeout(force))
  }

  /** The worker ends: the run goes back to the queue. */
  interrupt(): void {
    this.interrupted = true
    this.kill()
  }

  /** Someone else has the run: nothing of this attempt may be stored any more. */
  private drop(): void {
    this.leaseLost = true
    this.pending = []
    this.kill()
  }

  /** Stores what came since the last time, in order. */
  private flush(): void {
    if (this.pending.length === 0 && !this.provenance) return
    this.flushing = this.flushing.then(() => this.store())
  }

  private async store(): Promise<void> {
    if (this.leaseLost) return
    const events = this.pending.splice(0)
    const provenance = this.provenance
    this.provenance = null
    if (events.length === 0 && !provenance) return
    const columns: Prisma.RunUpdateInput = provenance ? { provenance: provenance as Prisma.InputJsonObject } : {}
    const until = Date.now() + this.times.lost
    for (;;) {
      try {
        await changeHeldRun(this.options.db, this.claim, ({ final }) => (final ? null : { events, columns }))
        return
      } catch (error) {
        const { code } = toAnamnesisError(error)
        if (code === 'WORKER_LOST' || code === 'NOT_FOUND' || Date.now() > until) {
          this.options.log.error({ error: String(error) }, 'events could not be stored: run dropped')
          this.drop()
          return
        }
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
    }
  }

  /** The acknowledged end of the run, or its way back to the queue. */
  private async finish(): Promise<void> {
    const { db, queue } = this.options
    const end = this.end
    await changeHeldRun(db, this.claim, async (run, tx) => {
      if (FINAL_RUN_STATES.includes(run.state)) return { events: [], columns: released }
      const over = (event: NewEvent) => ({ events: [event], columns: released })
      if (end?.type === 'ended' && end.outcome === 'succeeded') return over(stateEvent('SUCCEEDED'))
      if (end?.type === 'failed') return over(stateEvent('FAILED', end.message, end.code))
      if (run.state === 'STOP_REQUESTED') return over(stateEvent('STOPPED', run.row.stateReason))
      if (this.interrupted) {
        await queue.add(tx, run.row.id, { resumed: true })
        return over(stateEvent('QUEUED', 'The worker was shut down; goes on from the last checkpoint.'))
      }
      if (end?.type === 'ended') return over(stateEvent('STOPPED'))
      const change = afterLoss(run, end?.type === 'died' ? end.what : 'The training process ended.')
      if (change.requeue) await queue.add(tx, run.row.id, { resumed: true })
      return change
    }).catch((error: unknown) => {
      if (toAnamnesisError(error).code !== 'WORKER_LOST') throw error
    })
  }
}

/** Folder of the checkpoint where a run goes on, as its event names it; null before the first. */
async function lastCheckpoint(db: Database, runId: string): Promise<string | null> {
  const row = await db.runEvent.findFirst({ where: { runId, type: 'checkpoint.saved' }, orderBy: { seq: 'desc' } })
  return row && (row.payload as EventPayload<'checkpoint.saved'>).path
}
