import { createHash } from 'node:crypto'
import type { Random, ReferencePair, ReviewItem } from '../contracts/index.ts'

/**
 * Pairs for blinded review (after ARIEL, arXiv 2505.04638): a random sample that takes the questions in turn, so that
 * none is seen more than others, in random order, stripped of everything that could sway the reviewer. Equal pairs
 * have equal keys in every queue.
 */
export function reviewQueue(pairs: readonly ReferencePair[], count: number, random: Random): ReviewItem[] {
  const byQuestion = new Map<string, ReferencePair[]>()
  for (const pair of random.shuffle(pairs)) {
    byQuestion.set(pair.question, [...(byQuestion.get(pair.question) ?? []), pair])
  }
  const queues = [...byQuestion.values()]
  const taken: ReferencePair[] = []
  for (let round = 0; taken.length < Math.min(count, pairs.length); round++) {
    for (const queue of queues) {
      const pair = queue[round]
      if (pair && taken.length < count) taken.push(pair)
    }
  }
  return random.shuffle(taken).map(({ figureId, caption, question }) => ({
    key: createHash('sha256')
      .update(JSON.stringify([figureId, caption, question]))
      .digest('hex')
      .slice(0, 16),
    figureId,
    caption,
    question,
  }))
}
