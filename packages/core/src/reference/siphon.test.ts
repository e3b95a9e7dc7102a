import { expect, it } from 'vitest'
import { bagBudgets, largestRemainder } from './siphon.ts'

it('shares out every unit, the rest by largest remainder', () => {
  expect(largestRemainder(10, [1, 1, 1])).toEqual([4, 3, 3])
  expect(largestRemainder(512, [100, 80, 30])).toEqual([244, 195, 73])
  expect(largestRemainder(3, [0, 0])).toEqual([0, 0])
  for (let size = 0; size < 200; size += 13) {
    const budgets = largestRemainder(size, [3, 1.5, 0, 7, 0.2])
    expect(budgets.reduce((sum, budget) => sum + budget, 0)).toBe(size)
  }
})

it('gives a bag without questions nothing', () => {
  const ratio = { task: 100, domain: 80, general: 30 }
  expect(bagBudgets(100, { task: 0, domain: 0, general: 30 }, ratio, 'bag')).toEqual({
    task: 0,
    domain: 0,
    general: 100,
  })
  expect(bagBudgets(18, { task: 5, domain: 900, general: 0 }, ratio, 'bag')).toEqual({
    task: 10,
    domain: 8,
    general: 0,
  })
  expect(bagBudgets(90, { task: 1, domain: 10, general: 0 }, ratio, 'question')).toEqual({
    task: 10,
    domain: 80,
    general: 0,
  })
})
