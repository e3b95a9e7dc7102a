import { hostname } from 'node:os'
import { AnamnesisError, type NewEvent } from '@anamnesis/core/contracts'
import type { Database } from '../db/client.ts'
import { type Change, changeRun, type LockedRun } from '../events/store.ts'
import type { RunQueue } from './queue.ts'

/** How long a worker may be silent. Milliseconds. */
export interface LeaseTimes {
  heartbeat: number
  /** Without a heartbeat for this long a run is STALE. */
  stale: number
  /** ... and for this long LOST. */
  lost: number
}

export const leaseTimes: LeaseTimes = { heartbeat: 2000, stale: 10_000, lost: 30_000 }

/** Losses after which a run is given up. */
export const MAX_LOSSES = 3

/** `host/pid/random`: the random part tells apart processes that got the same number. */
export function workerId(): string {
  return `${hostname()}/${process.pid}/${Math.random().toString(36).slice(2, 10)}`
}

/** What a worker holds while it works on a run. */
export interface Claim {
  runId: string
  owner: string
  attempt: number
}

/** Takes a waiting run, null when it is not waiting (any more). */
export async function claimRun(db: Database, runId: string, owner: string, times: LeaseTimes): Promise<Claim | null> {
  let attempt = 0
  const events = await changeRun(db, runId, ({ row, state }) => {
    if (state !== 'QUEUED') return null
    attempt = row.attempt + 1
    const reason = attempt === 1 ? null : `Attempt ${attempt}.`
    return { events: [stateEvent('RUNNING', reason)], columns: leaseUntil(owner, times.lost) }
  }).catch((error) => {
    // A job can outlive its run.
    if (error instanceof AnamnesisError && error.code === 'NOT_FOUND') return null
    throw error
  })
  return events && { runId, owner, attempt }
}

/** Prolongs the lease. @returns the run's state; null when the lease is gone and the work must be dropped */
export async function heartbeat(db: Database, claim: Claim, times: LeaseTimes): Promise<string | null> {
  const { runId, owner, attempt } = claim
  const [run] = await db.run.updateManyAndReturn({
    where: { id: runId, leaseOwner: owner, attempt },
    data: leaseUntil(owner, times.lost),
    select: { state: true },
  })
  if (run?.state === 'STALE')
    await changeHeldRun(db, claim, () => ({ events: [stateEvent('RUNNING', 'The worker is back.')] }))
  return run?.state ?? null
}

/** Changes a run that the caller holds. @throws WORKER_LOST when the lease went to someone else */
export async function changeHeldRun(
  db: Database,
  claim: Claim,
  decide: (
    run: LockedRun,
    tx: Parameters<Parameters<typeof changeRun>[2]>[1],
  ) => Change | null | Promise<Change | null>,
) {
  return changeRun(db, claim.runId, (run, tx) => {
    if (run.row.leaseOwner !== claim.owner || run.row.attempt !== claim.attempt) {
      throw new AnamnesisError('WORKER_LOST', `Run ${run.row.key} went on without worker ${claim.owner}.`)
    }
    return decide(run, tx)
  })
}

function leaseUntil(owner: string, milliseconds: number) {
  const now = Date.now()
  return { leaseOwner: owner, heartbeatAt: new Date(now), leaseExpiresAt: new Date(now + milliseconds) }
}

/** Columns of a run that nobody holds. */
export const released = { leaseOwner: null, leaseExpiresAt: null }

export function stateEvent(
  state: Extract<NewEvent, { type: 'run.state' }>['payload']['state'],
  reason: string | null = null,
  errorCode: string | null = null,
): NewEvent {
  return { type: 'run.state', payload: { state, reason, errorCode } }
}

/** The events and columns after a run was lost: back to the queue, or the end when it was lost too often. */
export function afterLoss(run: LockedRun, what: string): Change & { requeue: boolean } {
  const lost = stateEvent('LOST', what, 'WORKER_LOST')
  const losses = run.row.losses + 1
  if (run.state === 'STOP_REQUESTED') {
    return { events: [lost, stateEvent('STOPPED', `Stopped as asked. ${what}`)], columns: released, requeue: false }
  }
  if (losses >= run.row.maxLosses) {
    const reason = `${what} That was loss ${losses} of ${run.row.maxLosses}: given up. Its checkpoints are kept.`
    return { events: [lost, stateEvent('FAILED', reason, 'WORKER_LOST')], columns: released, requeue: false }
  }
  const reason = `${what} Goes on from its last checkpoint (loss ${losses} of ${run.row.maxLosses}).`
  return { events: [lost, stateEvent('QUEUED', reason)], columns: released, requeue: true }
}

/**
 * Looks after runs whose worker is silent: RUNNING -> STALE -> LOST -> queue. Any number of processes may do so at the
 * same time.
 */
export async function lookAfterRuns(db: Database, queue: RunQueue, times: LeaseTimes, now = Date.now()): Promise<void> {
  const held = await db.run.findMany({
    where: {
      leaseOwner: { not: null },
      heartbeatAt: { lt: new Date(now - Math.min(times.stale, times.heartbeat * 2)) },
    },
    select: { id: true, leaseOwner: true },
  })
  for (const { id } of held) {
    await changeRun(db, id, async (run, tx) => {
      const { leaseOwner, heartbeatAt } = run.row
      if (!leaseOwner || run.final) return null
      const silent = now - (heartbeatAt?.getTime() ?? 0)
      if (silent > times.lost || diedHere(leaseOwner)) {
        const seconds = Math.round(silent / 1000)
        const change = afterLoss(run, `The worker ${leaseOwner} was lost (silent for ${seconds} s).`)
        if (change.requeue) await queue.add(tx, id, { resumed: true })
        return change
      }
      if (silent > times.stale && run.state === 'RUNNING') {
        return { events: [stateEvent('STALE', `No sign of life from worker ${leaseOwner}.`)] }
      }
      return null
    })
  }
}

/** Puts waiting runs that no job points to back into the queue, and strikes off workers that are gone. */
export async function lineUpForgotten(db: Database, queue: RunQueue, times: LeaseTimes): Promise<void> {
  const waiting = await db.run.findMany({
    where: { state: 'QUEUED' },
    select: { id: true, attempt: true },
    take: 200,
    orderBy: { createdAt: 'asc' },
  })
  for (const run of waiting) await queue.add(db, run.id, { resumed: run.attempt > 0 })
  await db.worker.deleteMany({ where: { heartbeatAt: { lt: new Date(Date.now() - times.lost) } } })
}

/** True when the owner was a process of this machine that is gone. */
function diedHere(owner: string): boolean {
  const [host, pid] = owner.split('/')
  if (host !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
