import { describe, expect, it } from 'vitest'
import { rankBiasedOverlap } from './rankBiasedOverlap.ts'

const list = (text: string) => [...text]

describe('rank-biased overlap', () => {
  // Extrapolated values of the Python package rbo 0.1.3 (RankingSimilarity.rbo_ext).
  it.each([
    ['abcde', 'abcde', 0.9, 1],
    ['abcde', 'edcba', 0.9, 0.737775],
    ['abcde', 'edcba', 0.98, 0.9428887066666666],
    ['abc', 'def', 0.9, 0],
    ['abcdefg', 'bacdxyz', 0.9, 0.6394345714285714],
    ['abcdefg', 'bacdxyz', 0.98, 0.5906376540586666],
    ['abcdefgh', 'cab', 0.9, 0.8550000000000001],
    ['abcdefgh', 'cab', 0.98, 0.9702],
  ])('of %s and %s with p = %s is %s', (a, b, p, value) => {
    expect(rankBiasedOverlap(list(a), list(b), p)).toBeCloseTo(value, 12)
    expect(rankBiasedOverlap(list(b), list(a), p)).toBeCloseTo(value, 12)
  })

  it('is unknown without any item, and 0 when only one list has some', () => {
    expect(rankBiasedOverlap([], [])).toBeNull()
    expect(rankBiasedOverlap(list('ab'), [])).toBe(0)
  })

  it('refuses a persistence outside (0, 1)', () => {
    expect(() => rankBiasedOverlap(list('a'), list('a'), 1)).toThrow('between 0 and 1')
  })
})
