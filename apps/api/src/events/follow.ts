import { FINAL_RUN_STATES, type RunEvent } from '@anamnesis/core/contracts'
import type { Database } from '../db/client.ts'
import { abortable } from './abortable.ts'
import { Bell, type EventHub } from './hub.ts'
import { type Notice, readEvents } from './store.ts'

const PAGE = 500
/** Looked at even without a notice: a pooler between us and PostgreSQL may swallow them. */
const POLL_MS = 5000

/**
 * Every event of a run after `sinceSeq`, first from the store, then live, each once and in order. Everything is read
 * from the store by its number, so nothing can be lost or doubled between the two; a slow reader is simply behind.
 * Ends after the event that brings a final state.
 */
export function followRun(
  db: Database,
  hub: EventHub,
  runId: string,
  sinceSeq: number,
): AsyncGenerator<RunEvent, void> {
  return abortable((signal) => follow(db, hub, runId, sinceSeq, signal))
}

async function* follow(
  db: Database,
  hub: EventHub,
  runId: string,
  sinceSeq: number,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void> {
  const bell = new Bell()
  const stop = hub.listen((notice) => {
    if (notice === null || notice.runId === runId) bell.ring()
  })
  signal.addEventListener('abort', bell.ring)
  try {
    for (let cursor = sinceSeq; !signal.aborted; ) {
      const page = await readEvents(db, runId, cursor, PAGE)
      for (const event of page) {
        yield event
        cursor = event.seq
        if (event.type === 'run.state' && FINAL_RUN_STATES.includes(event.payload.state)) return
      }
      if (page.length === PAGE) continue
      if (page.length === 0 && (await endedBefore(db, runId, cursor))) return
      await bell.wait(POLL_MS)
    }
  } finally {
    stop()
  }
}

/** True when the run is over and nothing comes after `cursor`. */
async function endedBefore(db: Database, runId: string, cursor: number): Promise<boolean> {
  const run = await db.run.findUnique({ where: { id: runId }, select: { state: true, lastSeq: true } })
  return !run || (FINAL_RUN_STATES.some((state) => state === run.state) && run.lastSeq <= cursor)
}

/** Notices about any run, steps at most once a second and run. */
export function followProject(hub: EventHub): AsyncGenerator<Notice, void> {
  return abortable((signal) => followAll(hub, signal))
}

async function* followAll(hub: EventHub, signal: AbortSignal): AsyncGenerator<Notice, void> {
  const bell = new Bell()
  const waiting = new Map<string, Notice>()
  const lastStep = new Map<string, number>()
  const stop = hub.listen((notice) => {
    if (!notice) return
    if (notice.news.every((news) => news === 'step' || news === 'other')) {
      const now = Date.now()
      if (now - (lastStep.get(notice.runId) ?? 0) < 1000) return
      lastStep.set(notice.runId, now)
    }
    if (notice.news.includes('state')) lastStep.delete(notice.runId)
    const before = waiting.get(notice.runId)
    waiting.set(notice.runId, before ? { ...notice, news: [...new Set([...before.news, ...notice.news])] } : notice)
    bell.ring()
  })
  signal.addEventListener('abort', bell.ring)
  try {
    while (!signal.aborted) {
      for (const [runId, notice] of [...waiting]) {
        waiting.delete(runId)
        yield notice
      }
      if (waiting.size === 0) await bell.wait(POLL_MS)
    }
  } finally {
    stop()
  }
}
