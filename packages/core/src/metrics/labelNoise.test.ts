import { expect, it } from 'vitest'
import { Random, type ReferencePair, type Review } from '../contracts/index.ts'
import { reviewQueue } from '../reference/index.ts'
import { labelNoise } from './labelNoise.ts'

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`
const review = (key: string, verdict: Review['verdict'], reviewer = 'one', minute = 0): Review => ({
  key,
  reviewer,
  verdict,
  at: at(minute),
})

it('is unknown before any review', () => {
  expect(labelNoise([])).toMatchObject({ reviewed: 0, rate: null, interval: null })
})

it('is the share of items found wrong, with its Wilson interval', () => {
  const reviews = Array.from({ length: 10 }, (_, i) =>
    review(`${i}`, i < 2 ? 'wrong domain' : i === 2 ? 'wrong finding' : 'accept'),
  )
  const noise = labelNoise(reviews)
  expect(noise).toMatchObject({ reviewed: 10, rate: 0.3, disputed: 0 })
  expect(noise.verdicts).toEqual({ accept: 7, 'wrong domain': 2, 'wrong finding': 1 })
  expect(noise.interval![0]).toBeCloseTo(0.1078, 4)
  expect(noise.interval![1]).toBeCloseTo(0.6032, 4)
})

it('takes the latest verdict of a reviewer and the majority of reviewers, the stricter on a tie', () => {
  const noise = labelNoise([
    review('a', 'wrong domain', 'one', 1),
    review('a', 'accept', 'one', 2),
    review('b', 'accept', 'one'),
    review('b', 'wrong finding', 'two'),
    review('c', 'accept', 'one'),
    review('c', 'accept', 'two'),
    review('c', 'wrong domain', 'three'),
  ])
  expect(noise.verdicts).toEqual({ accept: 2, 'wrong domain': 0, 'wrong finding': 1 })
  expect(noise.disputed).toBe(2)
})

it('queues pairs blinded, evenly over questions, equally for equal seeds', () => {
  const pairs = Array.from(
    { length: 20 },
    (_, i): ReferencePair => ({
      figureId: `figure-${i}`,
      caption: `caption ${i}`,
      bag: 'task',
      question: i < 17 ? 'common' : 'rare',
      rank: i + 1,
      dense: 0.1,
      visual: 0.2,
      lexical: null,
    }),
  )
  const queue = reviewQueue(pairs, 6, new Random(3))
  expect(queue).toHaveLength(6)
  expect(queue.filter(({ question }) => question === 'rare')).toHaveLength(3)
  expect(Object.keys(queue[0]!).sort()).toEqual(['caption', 'figureId', 'key', 'question'])
  expect(reviewQueue(pairs, 6, new Random(3))).toEqual(queue)
  expect(new Set(reviewQueue(pairs, 99, new Random(4)).map(({ key }) => key)).size).toBe(20)
})
