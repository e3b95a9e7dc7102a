import { describe, expect, it } from 'vitest'
import { aggregate } from './aggregate.ts'
import { studentT95 } from './distributions.ts'

describe('aggregates over seeds', () => {
  it.each([
    [1, 12.7062047],
    [2, 4.3026527],
    [4, 2.7764451],
    [9, 2.2621572],
    [30, 2.0422725],
    [1000, 1.9623391],
  ])('has the tabulated t point for %i degrees of freedom', (freedom, expected) => {
    expect(studentT95(freedom)).toBeCloseTo(expected, 5)
  })

  it('gives mean, sample deviation, standard error and t interval', () => {
    const result = aggregate([1, 2, 3, 4])
    expect(result).toMatchObject({ n: 4, mean: 2.5 })
    expect(result.deviation).toBeCloseTo(1.2909944, 6)
    expect(result.standardError).toBeCloseTo(0.6454972, 6)
    expect(result.interval![0]).toBeCloseTo(2.5 - 3.1824463 * 0.6454972, 5)
    expect(result.interval![1]).toBeCloseTo(2.5 + 3.1824463 * 0.6454972, 5)
  })

  it('states no spread for a single seed and nothing for none', () => {
    expect(aggregate([0.5, null])).toEqual({
      n: 1,
      mean: 0.5,
      deviation: null,
      standardError: null,
      interval: null,
      values: [0.5],
    })
    expect(aggregate([null])).toMatchObject({ n: 0, mean: null })
  })
})
