import { randomUUID } from 'node:crypto'
import { findSuite } from '@anamnesis/core/benchmarks'
import { AnamnesisError, toAnamnesisError } from '@anamnesis/core/contracts'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Database, LeakPairRow, LeakSearchRow } from '../db/client.ts'
import type { Engine } from '../engine/engine.ts'
import type { LeaksRequest, LeaksResult } from '../engine/protocol.ts'
import type { Env } from '../env.ts'
import type { Catalog } from './catalog.ts'
import { indexOf, parseInput } from './retrieval.ts'

export const LEAK_VERDICTS = ['LEAK', 'SAME_PATIENT', 'NOT_A_LEAK'] as const
export type LeakVerdict = (typeof LEAK_VERDICTS)[number]
/** Test images with such a pair do not count in clean scores. */
const DIRTY: readonly LeakVerdict[] = ['LEAK', 'SAME_PATIENT']

const searchInput = z.object({
  suite: z.string().min(1).max(200),
  corpus: z.string().min(1).max(200).nullish(),
  similarity: z.number().min(0.5).max(1).nullish(),
  distance: z.number().int().min(0).max(32).nullish(),
})

const judgeInput = z.object({
  corpus: z.string().min(1).max(200),
  taskKey: z.string().min(1).max(200),
  sampleId: z.string().min(1).max(300),
  figureKey: z.string().min(1).max(200),
  verdict: z.enum(LEAK_VERDICTS).nullable(),
})

/** Another encoder wants another similarity: the model that comes with the product puts much of a modality above 0.98. */
export const LEAK_DEFAULTS = { similarity: 0.995, distance: 6 }

/** How clean a task's test images are. */
export interface TaskLeaks {
  taskKey: string
  images: number
  /** Images with at least one suspect pair. */
  suspects: number
  /** Images with a pair that nobody judged. */
  open: number
  /** Images with a pair judged as a leak or the same patient. */
  dirty: number
}

/** Looks for a suite's test images in the literature; people judge what looks alike. */
export class Leaks implements AsyncDisposable {
  private readonly running = new Set<Promise<void>>()
  private closed = false

  constructor(private readonly services: { db: Database; engine: Engine; catalog: Catalog; env: Env; log: Logger }) {}

  /**
   * Starts a search; it goes on after this answer. While one of the same kind runs, that one is given.
   * @throws UNKNOWN_SUITE, UNKNOWN_CORPUS, BAD_INPUT, MISSING_DATA when a task is not imported
   */
  async search(raw: unknown): Promise<LeakSearchRow> {
    const input = parseInput(searchInput, raw)
    const { db, catalog } = this.services
    const suite = findSuite(input.suite)
    const corpus = input.corpus ?? suite.corpusId
    const index = await indexOf({ corpus }, this.services)
    const imported = new Set((await catalog.datasets()).map(({ task }) => task.id))
    const missing = suite.taskIds.find((id) => !imported.has(id))
    if (missing !== undefined) {
      throw new AnamnesisError('MISSING_DATA', `Task "${missing}" of suite "${suite.id}" is not imported.`, {
        field: 'suite',
      })
    }
    const similarity = input.similarity ?? LEAK_DEFAULTS.similarity
    const distance = input.distance ?? LEAK_DEFAULTS.distance
    const settings = { suite: suite.id, corpus, similarity, distance }
    const same = await db.leakSearch.findFirst({ where: { ...settings, state: 'RUNNING' } })
    if (same && this.running.size > 0) return same
    const row = await db.leakSearch.create({
      data: { id: randomUUID(), ...settings, model: index.modelId, state: 'RUNNING', createdAt: new Date() },
    })
    const work = this.work(row, { ...index, taskIds: [...suite.taskIds], similarity, distance })
    this.running.add(work)
    void work.finally(() => this.running.delete(work))
    return row
  }

  private async work(row: LeakSearchRow, request: LeaksRequest): Promise<void> {
    const { db, engine, log } = this.services
    try {
      let told = 0
      const result = await engine.run('leaks', request, ({ done, total }) => {
        if (Date.now() - told < 500) return
        told = Date.now()
        void db.leakSearch
          .updateMany({ where: { id: row.id, state: 'RUNNING' }, data: { done, total } })
          .catch(() => {})
      })
      await this.store(row, result)
    } catch (error) {
      const { code, message } = toAnamnesisError(error)
      log.warn({ search: row.id, code, message }, 'search for leaks failed')
      if (this.closed) return
      await db.leakSearch
        .update({ where: { id: row.id }, data: { state: 'FAILED', errorCode: code, message, finishedAt: new Date() } })
        .catch(() => undefined)
    }
  }

  private async store(row: LeakSearchRow, { suspects, images, encoderId, indexVersion }: LeaksResult): Promise<void> {
    const foundAt = new Date()
    const total = images.reduce((sum, task) => sum + task.images, 0)
    await this.services.db.$transaction(
      async (tx) => {
        for (const { taskId, sampleId, sampleIndex, figureId, similarity, distance } of suspects) {
          const place = { corpus: row.corpus, taskKey: taskId, sampleId, figureId }
          const found = { sampleIndex, similarity, distance, foundAt }
          await tx.leakPair.upsert({
            where: { corpus_taskKey_sampleId_figureId: place },
            create: { ...place, ...found },
            update: found,
          })
        }
        const tasks = images.map((task) => ({
          taskKey: task.taskId,
          images: task.images,
          suspects: new Set(suspects.filter(({ taskId }) => taskId === task.taskId).map(({ sampleId }) => sampleId))
            .size,
        }))
        await tx.leakSearch.update({
          where: { id: row.id },
          data: { state: 'SUCCEEDED', done: total, total, tasks, encoderId, indexVersion, finishedAt: foundAt },
        })
      },
      { timeout: 120_000 },
    )
  }

  byId(id: string): Promise<LeakSearchRow | null> {
    return this.services.db.leakSearch.findUnique({ where: { id } })
  }

  /** The newest search of a suite; null before the first. */
  latest(suite: string): Promise<LeakSearchRow | null> {
    return this.services.db.leakSearch.findFirst({ where: { suite }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] })
  }

  /** Pairs of the tasks of a suite in a corpus: the most alike first. @param open only those that nobody judged */
  async pairs(
    { suite, corpus, open }: { suite: string; corpus: string; open: boolean },
    first: number,
    offset: number,
  ): Promise<{ rows: LeakPairRow[]; totalCount: number }> {
    const taskKey = { in: [...findSuite(suite).taskIds] }
    const where = { corpus, taskKey, ...(open ? { verdict: null } : {}) }
    const { db } = this.services
    const [rows, totalCount] = await Promise.all([
      db.leakPair.findMany({
        where,
        orderBy: [{ similarity: 'desc' }, { taskKey: 'asc' }, { sampleId: 'asc' }, { figureId: 'asc' }],
        skip: offset,
        take: first + 1,
      }),
      db.leakPair.count({ where }),
    ])
    return { rows, totalCount }
  }

  /** Says what a pair is; null takes it back. @throws NOT_FOUND, BAD_INPUT */
  async judge(raw: unknown): Promise<LeakPairRow> {
    const { corpus, taskKey, sampleId, figureKey, verdict } = parseInput(judgeInput, raw)
    const place = { corpus, taskKey, sampleId, figureId: figureKey }
    const { db } = this.services
    const { count } = await db.leakPair.updateMany({
      where: place,
      data: { verdict, judgedAt: verdict === null ? null : new Date() },
    })
    if (count === 0) throw new AnamnesisError('NOT_FOUND', 'There is no such pair.', { field: 'sampleId' })
    return db.leakPair.findUniqueOrThrow({ where: { corpus_taskKey_sampleId_figureId: place } })
  }

  /** Task by task: how many test images are suspect, open and dirty now. */
  async report(search: LeakSearchRow): Promise<TaskLeaks[]> {
    const tasks = search.tasks as { taskKey: string; images: number }[]
    const rows = await this.services.db.leakPair.findMany({
      where: { corpus: search.corpus, taskKey: { in: tasks.map(({ taskKey }) => taskKey) } },
      select: { taskKey: true, sampleId: true, verdict: true },
    })
    return tasks.map(({ taskKey, images }) => {
      const own = rows.filter((row) => row.taskKey === taskKey)
      const distinct = (keep: (verdict: string | null) => boolean) =>
        new Set(own.filter(({ verdict }) => keep(verdict)).map(({ sampleId }) => sampleId)).size
      return {
        taskKey,
        images,
        suspects: distinct(() => true),
        open: distinct((verdict) => verdict === null),
        dirty: distinct((verdict) => (DIRTY as readonly (string | null)[]).includes(verdict)),
      }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true
    if (this.running.size === 0) return
    await this.services.db.leakSearch.updateMany({
      where: { state: 'RUNNING' },
      data: { state: 'FAILED', errorCode: 'STOPPED', message: 'The server was shut down.', finishedAt: new Date() },
    })
  }
}
