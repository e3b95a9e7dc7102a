import { describe, expect, it } from 'vitest'
import { chartData, groupCurves, sampleRows, smooth } from './curves.ts'

describe('curves', () => {
  it('puts the components of a loss into one chart, total first, losses before the rest', () => {
    const groups = groupCurves(['grad.norm', 'loss.ckt', 'lr', 'loss.total', 'loss.ce'])
    expect(groups.map((g) => g.key)).toEqual(['loss', 'lr', 'grad'])
    expect(groups[0]!.names).toEqual(['loss.total', 'loss.ce', 'loss.ckt'])
  })

  it('smooths without pulling the start to zero and keeps nulls', () => {
    expect(smooth([4, 4, 4], 0.9)).toEqual([4, 4, 4].map((v) => expect.closeTo(v)))
    expect(smooth([2, null, 4], 0.5)).toEqual([2, null, expect.closeTo(10 / 3)])
    expect(smooth([1, 5, 2], 0)).toEqual([1, 5, 2])
  })

  it('aligns series of different steps without inventing points', () => {
    const { columns } = chartData(
      [
        { name: 'a', steps: [1, 2], values: [1, null] },
        { name: 'b', steps: [2, 3], values: [5, 6] },
      ],
      0,
      false,
    )
    expect(columns[0]).toEqual([1, 2, 3])
    expect(columns[1]).toEqual([1, null, undefined])
    expect(columns[3]).toEqual([undefined, 5, 6])
  })

  it('leaves values that have no logarithm out of a log chart', () => {
    expect(chartData([{ name: 'a', steps: [1, 2, 3], values: [1, 0, -1] }], 0, true).columns[1]).toEqual([
      1,
      null,
      null,
    ])
  })

  it('samples rows evenly with both ends', () => {
    expect(sampleRows(3, 5)).toEqual([0, 1, 2])
    expect(sampleRows(101, 3)).toEqual([0, 50, 100])
  })
})
