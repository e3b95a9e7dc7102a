import { expect, test } from 'vitest'
import { cosineSchedule } from './schedule.ts'

const schedule = { peak: 2, steps: 12, warmup: 4 }

test('grows linearly to the peak and falls along a cosine', () => {
  const rates = Array.from({ length: 12 }, (_, step) => cosineSchedule(step, schedule))
  expect(rates.slice(0, 5)).toEqual([0.5, 1, 1.5, 2, 2])
  expect(rates[8]).toBeCloseTo(1, 12) // half way
  expect(rates[11]).toBeCloseTo(1 + Math.cos((Math.PI * 7) / 8), 12)
  expect(rates.every((rate) => rate > 0)).toBe(true)
})

test('starts at the peak without a warm-up', () => {
  expect(cosineSchedule(0, { peak: 1, steps: 2, warmup: 0 })).toBe(1)
})

test('only warms up when there are fewer steps than warm-up', () => {
  expect(cosineSchedule(2, { peak: 1, steps: 3, warmup: 10 })).toBeCloseTo(0.3, 12)
})
