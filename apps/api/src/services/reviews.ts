import {
  AnamnesisError,
  Random,
  REVIEW_VERDICTS,
  type Review,
  type ReviewItem,
  type ReviewVerdict,
} from '@anamnesis/core/contracts'
import { type LabelNoise, labelNoise } from '@anamnesis/core/metrics'
import { readRetrieval, reviewQueue } from '@anamnesis/core/reference'
import { z } from 'zod'
import type { Database, RunRow } from '../db/client.ts'
import type { Env } from '../env.ts'
import { retrievalFolder } from './folders.ts'
import { parseInput } from './retrieval.ts'

const reviewer = z.string().trim().min(1, 'say who reviews').max(100)
const queueInput = z.object({
  task: z.number().int().min(1),
  reviewer,
  count: z
    .number()
    .int()
    .min(1)
    .max(200)
    .nullish()
    .transform((n) => n ?? 20),
})
const reviewInput = z.object({
  task: z.number().int().min(1),
  key: z.string().min(1).max(64),
  reviewer,
  verdict: z.enum(REVIEW_VERDICTS),
})

interface ReviewServices {
  db: Database
  env: Env
}

/** Pairs of a recorded retrieval as reviewers see them: in an order that says nothing. */
async function itemsOf(run: RunRow, task: number, env: Env): Promise<{ corpus: string; items: ReviewItem[] }> {
  const { record } = await readRetrieval(retrievalFolder(env.home, run.id), task)
  const random = new Random(`review ${run.id} ${task}`)
  return { corpus: record.corpus.id, items: reviewQueue(record.pairs, record.pairs.length, random) }
}

/** The next pairs that a reviewer has not judged. @throws BAD_INPUT, NOT_FOUND when the task has no recorded retrieval */
export async function nextReviews(
  run: RunRow,
  raw: unknown,
  { db, env }: ReviewServices,
): Promise<{ corpus: string; items: ReviewItem[]; open: number; noise: LabelNoise }> {
  const input = parseInput(queueInput, raw)
  const { corpus, items } = await itemsOf(run, input.task, env)
  const reviews = await reviewsOf(db, items)
  const judged = new Set(reviews.filter((one) => one.reviewer === input.reviewer).map(({ key }) => key))
  const open = items.filter(({ key }) => !judged.has(key))
  return { corpus, items: open.slice(0, input.count), open: open.length, noise: labelNoise(reviews) }
}

/** Stores a verdict; of the same reviewer on the same pair the latest counts. @throws BAD_INPUT, NOT_FOUND */
export async function reviewPair(run: RunRow, raw: unknown, { db, env }: ReviewServices): Promise<LabelNoise> {
  const { task, key, reviewer, verdict } = parseInput(reviewInput, raw)
  const { corpus, items } = await itemsOf(run, task, env)
  const item = items.find((one) => one.key === key)
  if (!item) throw new AnamnesisError('NOT_FOUND', 'This retrieval has no such pair.', { field: 'key' })
  const { figureId, question } = item
  const said = { corpus, figureId, question, verdict, at: new Date() }
  await db.pairReview.upsert({
    where: { key_reviewer: { key, reviewer } },
    create: { key, reviewer, ...said },
    update: said,
  })
  return labelNoise(await reviewsOf(db, items))
}

async function reviewsOf(db: Database, items: readonly ReviewItem[]): Promise<Review[]> {
  const rows = await db.pairReview.findMany({ where: { key: { in: items.map(({ key }) => key) } } })
  return rows.map(({ key, reviewer, verdict, at }) => ({
    ...{ key, reviewer, at: at.toISOString() },
    verdict: verdict as ReviewVerdict,
  }))
}
