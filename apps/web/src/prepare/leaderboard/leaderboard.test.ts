import { describe, expect, it } from 'vitest'
import { passportOf } from '../passport.ts'
import { axisOf, place } from './axis.ts'
import type { Board, BoardEntry } from './board.ts'
import { differenceMatrix } from './differences.ts'
import { boardCsv, boardJson, boardLatex } from './exportBoard.ts'
import { spreadRows } from './spread.ts'
import { standingsTable } from './standings.ts'
import { variants } from './variants.ts'

const metric = (key: string, better = 'higher', unit = 'percent') => ({
  ...{ key, title: key.toUpperCase(), better, unit, definition: 'd', formula: 'f', convention: 'c' },
  ...{ source: 's', needs: 'n' },
})

function entry(key: string, mean: number | null, more: Partial<BoardEntry> = {}): BoardEntry {
  const interval = { mean, low: mean === null ? null : mean - 0.02, high: mean === null ? null : mean + 0.02 }
  return {
    ...{
      key,
      n: 3,
      orders: 1,
      rank: null,
      rankInterval: null,
      tieGroup: null,
      tied: false,
      ranked: true,
      reason: null,
    },
    config: {},
    method: { key, title: key, paper: '', trains: true },
    runs: [{ id: `Run:${key}`, key: `run-${key}`, seed: 1, order: { key: 'default', title: 'As listed' } }],
    metrics: [
      { key: 'last', interval: { ...interval, deviation: 0.01, standardError: 0.006, n: 3, values: [mean ?? 0] } },
    ],
    tasks: [],
    variance: { runs: 3, orders: 1, order: null, seed: 0.0001, orderShare: null, p: null },
    ...more,
  }
}

const board = (entries: BoardEntry[], more: Partial<Board> = {}): Board => ({
  ...{ sortedBy: 'last', unit: 'seed', scope: 'runs', resamples: 2000, seedsToRank: 3, group: null, groups: [] },
  suite: { key: 'phantom-3', title: 'Phantom', summary: '', orders: [], tasks: [] },
  order: { key: 'default', title: 'As listed', taskKeys: [], hash: '' },
  orders: [{ key: 'default', title: 'As listed' }],
  metrics: [metric('last'), metric('forgetting', 'lower', 'points')],
  entries,
  comparisons: [],
  leftOut: [],
  publishedRows: [],
  ...more,
})

const three = () =>
  board(
    [
      entry('a', 0.8, { rank: 1, rankInterval: [1, 2], tieGroup: 1 }),
      entry('b', 0.79, { rank: 2, rankInterval: [1, 2], tieGroup: 1, tied: true }),
      entry('c', 0.5, { rank: 3, rankInterval: [3, 3], tieGroup: 2 }),
      entry('d', 0.9, { ranked: false, reason: '2 of 3 seeds', n: 2 }),
    ],
    {
      comparisons: [
        pair('a', 'b', 0.01, -0.02, 0.04, false),
        pair('a', 'c', 0.3, 0.25, 0.35, true),
        { ...pair('b', 'c', 0, 0, 0, false), pairs: 0, difference: null, low: null, high: null, correctedP: null },
      ],
    },
  )

function pair(a: string, b: string, difference: number, low: number, high: number, separated: boolean) {
  const p = separated ? 0.0001 : 0.4
  return {
    a,
    b,
    pairs: 3,
    difference,
    low,
    high,
    p,
    correctedP: p,
    separated,
    better: separated ? a : null,
    reason: null,
  }
}

describe('the axis of a board', () => {
  const interval = (mean: number | null, low: number | null, high: number | null, values: number[] = []) => ({
    ...{ mean, low, high, values, n: values.length },
  })

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

describe('standings', () => {
  it('bracket what is not told apart and show the interval of the rank', () => {
    const { rows } = standingsTable(three(), null)
    expect(rows.map(({ rank, rankRange, bracket, tie }) => [rank, rankRange, bracket, tie !== null])).toEqual([
      ['1', '1–2', 'top', true],
      ['2', '1–2', 'bottom', true],
      ['3', null, null, false],
      ['', null, null, false],
    ])
  })

  it('count what is established about each', () => {
    expect(standingsTable(three(), null).rows.map(({ established }) => established)).toEqual([
      'better than 1 and worse than 0 of 2 others',
      'better than 0 and worse than 0 of 2 others',
      'better than 0 and worse than 1 of 2 others',
      null,
    ])
  })

  it('say why something is not ranked, and everything in words', () => {
    const last = standingsTable(three(), null).rows[3]!
    expect(last.unranked).toBe('not ranked yet (2 of 3 seeds)')
    expect(last.words).toBe('d: 90.0, 95 % interval 88.0 to 92.0, 2 seeds, not ranked yet (2 of 3 seeds)')
    const still = entry('z', 0.4, { method: { key: 'z', title: 'z', paper: '', trains: false }, orders: 2 })
    expect(standingsTable(board([still]), null).rows[0]!.sample).toBe('no randomness, 2 orders')
  })

  it('mark what moved when the definition changed', () => {
    const before = {
      sortedBy: 'forgetting',
      entries: ['c', 'b', 'a', 'd'].map((key, i) => ({ key, rank: key === 'd' ? null : i + 1 })),
    }
    const { rows, moved } = standingsTable(three(), before)
    expect(rows.map(({ move }) => move && [move.by, move.text])).toEqual([
      [2, 'up 2 places from 3'],
      null,
      [-2, 'down 2 places from 1'],
      null,
    ])
    expect(moved).toBe(2)
    expect(standingsTable(three(), null).moved).toBeNull()
  })
})

describe('differences', () => {
  it('are coloured only where they are established, and turn with the side', () => {
    const { names, cells, established, pairs } = differenceMatrix(three())
    expect(names.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
    expect([established, pairs]).toEqual([1, 3])
    expect(cells[0]![0]).toBeNull()
    expect(cells[0]![1]).toMatchObject({ text: '+1.0', tone: 'open' })
    expect(cells[0]![2]).toMatchObject({ text: '+30.0', tone: 'better' })
    expect(cells[2]![0]).toMatchObject({
      text: '−30.0',
      tone: 'worse',
      words: 'c − a: −30.0 points, 95 % −35.0 to −25.0, p < 0.001 after Holm, 3 pairs; established',
    })
    expect(cells[1]![2]).toMatchObject({ text: '–', tone: 'unknown' })
  })

  it('tell what holds for one pair from what holds among all pairs', () => {
    const { cells } = differenceMatrix({ ...three(), comparisons: [pair('a', 'b', 0.01, 0.002, 0.018, false)] })
    expect([cells[0]![1]!.tone, cells[1]![0]!.tone]).toEqual(['better?', 'worse?'])
    expect(cells[0]![1]!.words).toMatch(/not established among so many pairs$/)
  })

  it('know that less is better where it is', () => {
    const { cells } = differenceMatrix({ ...three(), sortedBy: 'forgetting' })
    expect(cells[0]![2]!.tone).toBe('worse')
  })
})

describe('the spread', () => {
  it('shows what is known and leaves out what is not', () => {
    const both = entry('a', 0.8, {
      variance: { runs: 9, orders: 3, order: 0.0003, seed: 0.0001, orderShare: 0.75, p: 0.01 },
    })
    const none = entry('b', 0.8, {
      variance: { runs: 1, orders: 1, order: null, seed: null, orderShare: null, p: null },
    })
    const rows = spreadRows(board([both, none, entry('c', 0.7)]))
    expect(rows.map(({ key, seed, order, orderShare }) => [key, seed, order, orderShare])).toEqual([
      ['a', '1.0', '1.7', 75],
      ['c', '1.0', '–', null],
    ])
    expect(rows[0]!.words).toContain('75 % of the variance between orders')
  })
})

describe('exports', () => {
  it('write a CSV that spreadsheets take, without formulas', () => {
    const evil = entry('x', -0.021, { method: { key: 'x', title: '=1+1,"two"', paper: '', trains: true } })
    const lines = boardCsv(board([evil]))
      .trimEnd()
      .split('\r\n')
    expect(lines[0]).toBe(
      'rank,rank low,rank high,tie group,method,settings,LAST (percent),95% low,95% high,sd,se,seeds,orders,runs,note',
    )
    expect(lines[1]).toBe(`,,,,"'=1+1,""two""",,-2.1,-4.1,-0.1,1,0.6,3,1,run-x,`)
  })

  it('write a LaTeX table with ranks, intervals and escaped names', () => {
    const text = boardLatex(three())
    expect(text).toContain('1--2 & \\textbf{a} & $80.0 \\pm 2.0$ & 3 \\\\')
    expect(text).toContain('-- & d & $90.0 \\pm 2.0$ & 2 \\\\')
    const odd = entry('x', null, { method: { key: 'x', title: 'a_b & 50 %', paper: '', trains: true } })
    expect(boardLatex(board([odd]))).toContain('-- & a\\_b \\& 50 \\% & -- & 3 \\\\')
  })

  it('write JSON with the method of the statistics and every run', () => {
    const parsed = JSON.parse(boardJson(three()))
    expect(parsed).toMatchObject({ suite: 'phantom-3', method: { unit: 'seed', scope: 'runs', resamples: 2000 } })
    expect(parsed.entries[0]).toMatchObject({
      rank: 1,
      rankInterval: [1, 2],
      runs: [{ key: 'run-a', order: 'default' }],
    })
    expect(parsed.comparisons).toHaveLength(3)
  })
})

describe('names and passports', () => {
  it('say what tells entries of one method apart', () => {
    expect(
      variants([
        { method: { key: 'primed' }, config: { batchSize: 32, parameters: { alpha: 1 } } },
        { method: { key: 'primed' }, config: { batchSize: 32, parameters: { alpha: 2 } } },
        { method: { key: 'l2' }, config: { batchSize: 8 } },
      ]),
    ).toEqual(['alpha = 1', 'alpha = 2', ''])
  })

  it('have every line of a passport', () => {
    const lines = passportOf(metric('forgetting', 'lower', 'points'))
    expect(lines.map(({ name }) => name)).toEqual([
      ...['Definition', 'Formula', 'Matrix', 'Better', 'Unit', 'Needs', 'Source', 'Key'],
    ])
    expect(lines[3]!.text).toBe('lower')
  })
})
