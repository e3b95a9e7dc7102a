import { z } from 'zod'
import { BAGS, type Bag } from '../contracts/index.ts'

/** Weights of the bags, task : domain : general. The paper's best ratio, read as general 30 : domain 80 : task 100. */
export const siphonRatio = z.object({
  task: z.number().min(0).max(1000).default(100),
  domain: z.number().min(0).max(1000).default(80),
  general: z.number().min(0).max(1000).default(30),
})
export type SiphonRatio = z.infer<typeof siphonRatio>

/**
 * What the ratio weighs: whole bags, or every question of a bag (then a bag with many questions gets more, and the
 * stated order task > domain > general no longer holds for the set as a whole).
 */
export const SIPHON_SPLITS = ['bag', 'question'] as const
export type SiphonSplit = (typeof SIPHON_SPLITS)[number]

/**
 * Shares out `size` whole units by weight: everyone gets the whole part of the share, what is left goes to the largest
 * remainders (earlier first on ties). The budgets sum to `size`, or to 0 when all weights are 0.
 */
export function largestRemainder(size: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return weights.map(() => 0)
  const shares = weights.map((weight) => (size * weight) / total)
  const budgets = shares.map(Math.floor)
  const left = size - budgets.reduce((sum, budget) => sum + budget, 0)
  const order = shares
    .map((share, i) => ({ i, remainder: share - budgets[i]! }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i)
  for (const { i } of order.slice(0, left)) budgets[i]!++
  return budgets
}

/** Budget of every bag; a bag without questions gets nothing (first task: the general bag gets everything). */
export function bagBudgets(
  size: number,
  questions: Record<Bag, number>,
  ratio: SiphonRatio,
  split: SiphonSplit,
): Record<Bag, number> {
  const weights = BAGS.map((bag) => (questions[bag] === 0 ? 0 : ratio[bag] * (split === 'bag' ? 1 : questions[bag])))
  const budgets = largestRemainder(size, weights)
  return Object.fromEntries(BAGS.map((bag, i) => [bag, budgets[i]!])) as Record<Bag, number>
}
