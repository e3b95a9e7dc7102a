import { z } from 'zod'

/** What an expert says of a retrieved pair. */
export const REVIEW_VERDICTS = ['accept', 'wrong domain', 'wrong finding'] as const
export type ReviewVerdict = (typeof REVIEW_VERDICTS)[number]

/** A retrieved pair as a reviewer sees it: blinded, without score, rank, bag or run. */
export const reviewItem = z.object({
  /** Stands for the pair; says nothing about where it came from. */
  key: z.string().min(1),
  figureId: z.string().min(1),
  caption: z.string().min(1),
  question: z.string().min(1),
})
export type ReviewItem = z.infer<typeof reviewItem>

/** One verdict of one reviewer; the latest of a reviewer on an item counts. */
export const review = z.object({
  key: z.string().min(1),
  reviewer: z.string().min(1),
  verdict: z.enum(REVIEW_VERDICTS),
  /** ISO 8601 */
  at: z.iso.datetime(),
})
export type Review = z.infer<typeof review>
