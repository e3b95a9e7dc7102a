import { expect, test } from 'vitest'
import { fromHalf, toHalf } from './half.ts'

test('every half that is a number survives the way there and back', () => {
  for (let half = 0; half < 0x10000; half++) {
    const value = fromHalf(half)
    if (!Number.isNaN(value)) expect(toHalf(value)).toBe(half)
  }
})

test('rounds to nearest, ties to even', () => {
  expect(fromHalf(toHalf(1 + 2 ** -11))).toBe(1) // halfway between 1 and the next half
  expect(fromHalf(toHalf(1 + 3 * 2 ** -11))).toBe(1 + 2 ** -9)
  expect(fromHalf(toHalf(0.1))).toBeCloseTo(0.1, 4)
  expect(fromHalf(toHalf(2 ** -25))).toBe(0)
  expect(fromHalf(toHalf(3 * 2 ** -25))).toBe(2 ** -23)
})

test('keeps what is no number and makes too large numbers infinite', () => {
  expect(fromHalf(toHalf(Number.NaN))).toBeNaN()
  expect(fromHalf(toHalf(65519))).toBe(65504)
  expect(fromHalf(toHalf(65520))).toBe(Number.POSITIVE_INFINITY)
  expect(fromHalf(toHalf(-1e6))).toBe(Number.NEGATIVE_INFINITY)
})
