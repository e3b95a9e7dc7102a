import { describe, expect, it } from 'vitest'
import { axisOf, place, places, variants } from './leaderboard.ts'

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
})

describe('places', () => {
  it('joins neighbours whose order is not established into one group', () => {
    const board = [
      { rank: 1, tied: false },
      { rank: 2, tied: true },
      { rank: 3, tied: true },
      { rank: 4, tied: false },
      { rank: null, tied: false },
    ]
    expect(places(board).map(({ label, tied }) => [label, tied])).toEqual([
      ['1–3', true],
      ['1–3', true],
      ['1–3', true],
      ['4', false],
      ['unranked', false],
    ])
    expect(
      places(board)
        .map(({ first, last }) => [first, last])
        .slice(0, 3),
    ).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ])
  })

  it('says what tells entries of one method apart', () => {
    expect(
      variants([
        { method: { key: 'primed' }, config: { batchSize: 32, parameters: { alpha: 1 } } },
        { method: { key: 'primed' }, config: { batchSize: 32, parameters: { alpha: 2 } } },
        { method: { key: 'l2' }, config: { batchSize: 8 } },
      ]),
    ).toEqual(['alpha = 1', 'alpha = 2', ''])
  })
})
