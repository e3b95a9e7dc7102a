import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Random } from '../contracts/index.ts'
import { type Contender, gridOf, type ScoredRun } from './contender.ts'
import { fisherTail, studentT95, studentTail } from './distributions.ts'
import { holm } from './holm.ts'
import type { Scope } from './resample.ts'
import { seedSpread } from './seedSpread.ts'
import { standingsOf } from './standings.ts'
import { taskBreakdown } from './taskBreakdown.ts'
import { tieGroups } from './tieGroups.ts'
import { varianceSplit } from './varianceSplit.ts'

interface Golden {
  tTails: [number, number, number][]
  t95: [number, number][]
  fTails: [number, number, number, number][]
  paired: {
    values: number[][][]
    pairs: {
      a: number
      b: number
      scope: Scope
      difference: number
      freedom: number
      standardError: number
      interval: [number, number]
      p: number
    }[]
  }
  ranks: { values: number[][][]; intervals: [number, number][] }
  spread: { values: number[][][]; variance: number; freedom: number }[]
  holm: { p: number[]; corrected: number[] }
  variance: { groups: number[][]; order: number; seed: number; orderShare: number; p: number }[]
}
const golden: Golden = JSON.parse(readFileSync(new URL('./golden/statistics.json', import.meta.url), 'utf8'))

const run = (seed: number, values: readonly number[], order = 'default'): ScoredRun => ({
  seed,
  order,
  terms: new Map(values.map((value, t) => [`task-${t}`, { value, weight: 1 }])),
})
const contender = (id: string, runs: ScoredRun[], deterministic = false): Contender => ({ id, runs, deterministic })
/** values[method][seed][task] as contenders "0", "1" ... */
const contendersOf = (values: readonly (readonly (readonly number[])[])[]) =>
  values.map((seeds, m) =>
    contender(
      `${m}`,
      seeds.map((tasks, s) => run(s, tasks)),
    ),
  )
const higher = { better: 'higher' } as const

describe('distributions', () => {
  it('have the tails of an independent implementation', () => {
    for (const [t, freedom, p] of golden.tTails) expect(studentTail(t, freedom) / p).toBeCloseTo(1, 9)
    for (const [freedom, t] of golden.t95) expect(studentT95(freedom) / t).toBeCloseTo(1, 9)
    for (const [f, between, within, p] of golden.fTails) expect(fisherTail(f, between, within) / p).toBeCloseTo(1, 9)
  })

  it('refuse what has no degrees of freedom and know the ends', () => {
    expect(() => studentTail(1, 0)).toThrow(RangeError)
    expect(() => studentTail(Number.NaN, 3)).toThrow(RangeError)
    expect(() => fisherTail(1, 0, 2)).toThrow(RangeError)
    expect([studentTail(0, 3), studentTail(Infinity, 3), fisherTail(0, 1, 1), fisherTail(Infinity, 1, 1)]).toEqual([
      1, 0, 1, 0,
    ])
  })
})

describe('the difference of two methods', () => {
  it.each(golden.paired.pairs)('$a - $b over $scope agrees with an independent bootstrap', (expected) => {
    const contenders = contendersOf(golden.paired.values)
    const { comparisons } = standingsOf(contenders, { ...higher, scope: expected.scope, resamples: 20_000 })
    const found = comparisons.find(({ a, b }) => [a, b].sort().join() === `${expected.a},${expected.b}`)!
    const sign = found.a === `${expected.a}` ? 1 : -1
    const [low, high] = [found.interval![0] * sign, found.interval![1] * sign].sort((x, y) => x - y)
    const width = expected.interval[1] - expected.interval[0]
    expect(found.difference! * sign).toBeCloseTo(expected.difference, 10)
    expect(found.freedom).toBeCloseTo(expected.freedom, 8)
    // Two Monte Carlo runs of other random numbers.
    expect(Math.abs(low! - expected.interval[0]) / width).toBeLessThan(0.03)
    expect(Math.abs(high! - expected.interval[1]) / width).toBeLessThan(0.03)
    expect(found.standardError! / expected.standardError).toBeCloseTo(1, 1)
    expect(Math.abs(found.p! - expected.p)).toBeLessThan(0.02)
  })

  it('pairs equal seeds: what both have in common does not blur it', () => {
    const luck = [0.2, -0.1, 0.05, -0.15]
    const values = [0.01, 0].map((gain) =>
      luck.map((l, s) => [0.5 + l + gain + 0.001 * s * (gain > 0 ? 1 : 0), 0.6 + l]),
    )
    const [pair] = standingsOf(contendersOf(values), { ...higher, scope: 'runs' }).comparisons
    expect(pair).toMatchObject({ pairs: 4, separated: true })
    const shuffled = [values[0]!, [values[1]![2]!, values[1]![3]!, values[1]![0]!, values[1]![1]!]]
    expect(standingsOf(contendersOf(shuffled), { ...higher, scope: 'runs' }).comparisons[0]!.separated).toBe(false)
  })

  it('is wider when the tasks count as a sample as well', () => {
    const gains = [0.02, 0.3, 0.11, 0.2]
    const values = [gains, [0, 0, 0, 0]].map((own) =>
      [1, 2, 3].map((s) => own.map((gain) => 0.4 + gain * (1 + s / 100))),
    )
    const contenders = contendersOf(values)
    const width = (scope: Scope) => {
      const [low, high] = standingsOf(contenders, { ...higher, scope }).comparisons[0]!.interval!
      return high - low
    }
    expect(width('tasksAndRuns')).toBeGreaterThan(1.5 * width('runs'))
  })

  it('uses only the seeds that both have, and is unknown without two of them', () => {
    const a = contender(
      'a',
      [1, 2, 3].map((seed) => run(seed, [0.5 + seed / 100, 0.6])),
    )
    const b = contender(
      'b',
      [2, 3, 4].map((seed) => run(seed, [0.4 + seed / 90, 0.5])),
    )
    const c = contender(
      'c',
      [7, 8, 9].map((seed) => run(seed, [0.1, 0.2])),
    )
    const { comparisons, standings } = standingsOf([a, b, c], higher)
    expect(comparisons.map(({ a, b, pairs, p }) => [a + b, pairs, p === null])).toEqual([
      ['ab', 2, false],
      ['ac', 0, true],
      ['bc', 0, true],
    ])
    expect(comparisons[1]).toMatchObject({ difference: null, interval: null, separated: false })
    expect(standings.map(({ tieGroup }) => tieGroup)).toEqual([1, 1, 1])
  })

  it('lets the one run of a method without randomness stand for every seed', () => {
    const trained = contender(
      'trained',
      [1, 2, 3].map((seed) => run(seed, [0.8 + seed / 100, 0.7])),
    )
    const still = contender('still', [run(42, [0.3, 0.2]), run(43, [0.3, 0.2])], true)
    const { comparisons, standings } = standingsOf([trained, still], { ...higher, scope: 'runs' })
    expect(comparisons[0]).toMatchObject({ pairs: 3, separated: true })
    expect(standings[1]).toMatchObject({
      id: 'still',
      rank: 2,
      reason: null,
      runs: 2,
      aggregate: { n: 1, interval: null },
    })
  })

  it('is exact where nothing varies', () => {
    const same = [1, 2, 3].map((seed) => run(seed, [0.5, 0.5]))
    const better = [1, 2, 3].map((seed) => run(seed, [0.75, 0.75]))
    const [pair] = standingsOf([contender('a', better), contender('b', same)], higher).comparisons
    expect(pair).toMatchObject({ difference: 0.25, interval: [0.25, 0.25], p: 0, separated: true })
    const [none] = standingsOf([contender('a', same), contender('b', same)], higher).comparisons
    expect(none).toMatchObject({ difference: 0, interval: [0, 0], p: 1, separated: false })
  })

  it('covers the truth about as often as it says', () => {
    const random = new Random(11)
    let [covered, all] = [0, 0]
    for (let i = 0; i < 400; i++) {
      // No true difference: seeds, tasks and noise all vary.
      const values = [0, 1].map(() => {
        const tasks = [1, 2, 3, 4, 5, 6].map(() => random.normal(0, 0.03))
        return [1, 2, 3].map(() => {
          const seed = random.normal(0, 0.02)
          return tasks.map((task) => task + seed + random.normal(0, 0.02))
        })
      })
      const [low, high] = standingsOf(contendersOf(values), { ...higher, resamples: 200 }).comparisons[0]!.interval!
      covered += Number(low <= 0 && high >= 0)
      all++
    }
    expect(covered / all).toBeGreaterThan(0.92)
    expect(covered / all).toBeLessThan(0.995)
  })
})

describe('the spread that methods lend each other', () => {
  it.each(golden.spread)('is the empirical Bayes estimate of an independent implementation, %#', (expected) => {
    const found = seedSpread(gridOf(contendersOf(expected.values)))!
    expect(found.variance / expected.variance).toBeCloseTo(1, 8)
    expect(found.freedom / expected.freedom).toBeCloseTo(1, 8)
  })

  it('is worth less where methods are unlike, and nothing with fewer than three', () => {
    const [alike, unlike] = golden.spread
    expect(unlike!.freedom).toBeLessThan(alike!.freedom)
    expect(seedSpread(gridOf(contendersOf(unlike!.values.slice(0, 2))))).toBeNull()
  })

  it('lets three seeds of ten methods establish a difference after the correction for all pairs', () => {
    const random = new Random(4)
    const values = Array.from({ length: 10 }, (_, m) =>
      [1, 2, 3].map(() => {
        const luck = random.normal(0, 0.015)
        return [1, 2, 3].map(() => (m === 0 ? 0.6 : 0.5) + luck)
      }),
    )
    const many = standingsOf(contendersOf(values), { ...higher, scope: 'runs' })
    const two = standingsOf(contendersOf(values.slice(0, 2)), { ...higher, scope: 'runs' })
    expect(many.standings.filter(({ tieGroup }) => tieGroup === 1)).toHaveLength(1)
    expect(many.comparisons[0]!.freedom).toBeGreaterThan(10)
    expect(two.comparisons[0]!.freedom).toBeCloseTo(2, 10)
  })

  it('does not take agreement by chance for certainty', () => {
    const values = [
      [0.5, 0.5, 0.5],
      [0.49, 0.52, 0.47],
      [0.53, 0.48, 0.52],
      [0.51, 0.51, 0.51],
      [0.5, 0.53, 0.49],
    ].map((seeds) => seeds.map((value) => [value, value]))
    const found = standingsOf(contendersOf(values), { ...higher, scope: 'runs' })
    const pair = found.comparisons.find(({ a, b }) => [a, b].sort().join() === '0,3')!
    expect(pair.interval![0]).toBeLessThan(0)
    expect(pair.interval![1]).toBeGreaterThan(0)
    expect(pair.separated).toBe(false)
  })
})

describe('standings', () => {
  it('give the rank intervals of an independent joint bootstrap', () => {
    const { standings } = standingsOf(contendersOf(golden.ranks.values), { ...higher, resamples: 20_000 })
    const byId = new Map(standings.map((standing) => [standing.id, standing.rankInterval]))
    golden.ranks.intervals.forEach((expected, m) => {
      expect(byId.get(`${m}`)).toEqual(expected)
    })
  })

  it('do not rank what has too few seeds, misses an order or has no value, and say so', () => {
    const seeds = (n: number, order = 'default') =>
      Array.from({ length: n }, (_, s) => run(s + 1, [0.5 + s / 50, 0.6], order))
    const hole: ScoredRun = { seed: 1, order: 'default', terms: new Map([['task-0', { value: null, weight: 1 }]]) }
    const { standings } = standingsOf(
      [contender('full', seeds(3)), contender('two', seeds(2)), contender('hole', [hole]), contender('none', [])],
      higher,
    )
    expect(standings.map(({ id, rank, reason }) => [id, rank, reason])).toEqual([
      ['full', 1, null],
      ['two', null, '2 of 3 seeds'],
      ['hole', null, 'the metric cannot be computed from its runs'],
      ['none', null, 'no finished run'],
    ])
    const both = [...seeds(3), ...seeds(3, 'reversed')]
    const orders = standingsOf([contender('both', both), contender('one', seeds(3))], higher)
    expect(orders.unit).toBe('run')
    expect(orders.standings.map(({ reason }) => reason)).toEqual([null, '1 of 2 orders'])
  })

  it('take whole orders as the units where there are three', () => {
    const orders = ['a', 'b', 'c']
    const of = (gain: number) =>
      orders.flatMap((order, o) => [1, 2].map((seed) => run(seed, [0.4 + gain + o / 20 + seed / 100, 0.5], order)))
    const { unit, standings, comparisons } = standingsOf([contender('x', of(0.2)), contender('y', of(0))], higher)
    expect(unit).toBe('order')
    expect(standings[0]).toMatchObject({ id: 'x', runs: 6, orders: 3, seeds: 2, rank: 1, aggregate: { n: 3 } })
    expect(comparisons[0]).toMatchObject({ pairs: 3 })
    expect(standings[0]!.variance.order).toBeGreaterThan(0)
  })

  it('leave out the tasks that a metric leaves out, in every draw', () => {
    const transferLike = (seed: number, gain: number): ScoredRun => ({
      seed,
      order: 'default',
      terms: new Map([
        ['task-0', { value: null, weight: 0 }],
        ['task-1', { value: 0.4 + gain + seed / 100, weight: 1 }],
        ['task-2', { value: 0.6 + gain - seed / 200, weight: 2 }],
      ]),
    })
    const { scope, standings, comparisons } = standingsOf(
      [0.2, 0].map((gain) =>
        contender(
          `${gain}`,
          [1, 2, 3].map((seed) => transferLike(seed, gain)),
        ),
      ),
      higher,
    )
    expect(scope).toBe('tasksAndRuns')
    expect(standings[0]!.aggregate.mean).toBeCloseTo((0.42 + 0.2 + 2 * (0.8 - 0.01)) / 3, 12)
    expect(comparisons[0]!.difference).toBeCloseTo(0.2, 12)
  })

  it('rank the lower value first where lower is better, and equal means alike', () => {
    const flat = (value: number) => [1, 2, 3].map((seed) => run(seed, [value, value]))
    const { standings } = standingsOf(
      [contender('a', flat(0.2)), contender('b', flat(0.1)), contender('c', flat(0.2))],
      { better: 'lower' },
    )
    expect(standings.map(({ id, rank, rankInterval, tieGroup }) => [id, rank, rankInterval, tieGroup])).toEqual([
      ['b', 1, [1, 1], 1],
      ['a', 2, [2, 2], 2],
      ['c', 2, [2, 2], 2],
    ])
  })

  it('are the same for the same runs in any sequence', () => {
    const contenders = contendersOf(golden.ranks.values)
    const backwards = contenders.map((one) => ({ ...one, runs: [...one.runs].reverse() }))
    expect(standingsOf(backwards, higher)).toEqual(standingsOf(contenders, higher))
  })

  it('survive nothing at all', () => {
    expect(standingsOf([], higher)).toMatchObject({ standings: [], comparisons: [] })
  })
})

describe('corrections and groups', () => {
  it('corrects by Holm', () => {
    holm(golden.holm.p).forEach((p, i) => {
      expect(p).toBeCloseTo(golden.holm.corrected[i]!, 12)
    })
    expect(holm([])).toEqual([])
  })

  it('chains places that cannot be told apart into one group', () => {
    const apart = new Set(['0,2', '0,3', '1,3', '2,3'])
    const separated = (i: number, j: number) => apart.has(`${i},${j}`)
    // 0-1 and 1-2 are not established, so 0..2 are one group although 0 and 2 differ.
    expect(tieGroups(4, separated)).toEqual([1, 1, 1, 2])
    expect(tieGroups(0, separated)).toEqual([])
  })
})

describe('the variance split', () => {
  it.each(golden.variance)('solves the expected mean squares of %#', (expected) => {
    const split = varianceSplit(expected.groups.flatMap((own, g) => own.map((value) => ({ order: `${g}`, value }))))
    expect(split.seed).toBeCloseTo(expected.seed, 12)
    expect(split.order).toBeCloseTo(expected.order, 12)
    expect(split.orderShare).toBeCloseTo(expected.orderShare, 10)
    expect(split.p).toBeCloseTo(expected.p, 10)
  })

  it('is null where it cannot be known', () => {
    expect(varianceSplit([{ order: 'a', value: 1 }])).toMatchObject({ order: null, seed: null, p: null })
    const oncePerOrder = ['a', 'b', 'c'].map((order, i) => ({ order, value: i }))
    expect(varianceSplit(oncePerOrder)).toMatchObject({ orders: 3, order: null, seed: null })
    const oneOrder = [1, 2, 4].map((value) => ({ order: 'a', value }))
    expect(varianceSplit(oneOrder)).toMatchObject({ order: null, seed: expect.closeTo(7 / 3, 12), orderShare: null })
  })
})

describe('a metric task by task', () => {
  it('has the mean and interval of each task over the runs that count it', () => {
    const runs = [run(1, [0.2, 0.5]), run(2, [0.4, 0.5]), run(3, [0.3, 0.8])]
    const [first, second, third] = taskBreakdown(runs, ['task-0', 'task-1', 'other'])
    expect(first).toMatchObject({ task: 'task-0', aggregate: { n: 3, mean: expect.closeTo(0.3, 12) } })
    expect(second!.aggregate.interval).not.toBeNull()
    expect(third!.aggregate).toMatchObject({ n: 0, mean: null })
  })
})
