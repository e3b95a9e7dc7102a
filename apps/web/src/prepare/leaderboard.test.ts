import { describe, expect, it } from 'vitest'
import { axisOf, place, tieLabel } from './leaderboard.ts'

const interval = (mean: number | null, low: number | null, high: number | null, values: number[] = []) => ({
  mean,
  low,
  high,
  values,
  n: values.length,
})

describe('the axis of a board', () => {
  it('covers every mean, interval end and single value with round ticks', () => {
    const axis = axisOf([interval(0.71, 0.66, 0.76, [0.652, 0.77]), interval(0.5, null, null, [0.5])])
    expect(axis.low).toBeLessThanOrEqual(0.5)
    expect(axis.high).toBeGreaterThanOrEqual(0.77)
    expect(axis.ticks.length).toBeGreaterThan(2)
  })

  it('survives no values, one value and negative values', () => {
    expect(axisOf([interval(null, null, null)])).toEqual({ low: 0, high: 1, ticks: [0, 0.5, 1] })
    const one = axisOf([interval(0.3, null, null)])
    expect(one.high).toBeGreaterThan(one.low)
    const negative = axisOf([interval(-0.12, -0.2, -0.04)])
    expect(place(negative, -0.12)).toBeGreaterThan(0)
  })

  it('marks ties and missing ranks', () => {
    expect([tieLabel(1, true), tieLabel(3, false), tieLabel(null, false)]).toEqual(['1=', '3', 'unranked'])
  })
})
