import { describe, expect, it } from 'vitest'
import { BAGS, Random } from '../contracts/index.ts'
import {
  adaptiveRatio,
  adaptiveTargets,
  chosenPairs,
  classKey,
  type PoolPair,
  type ReviewNeeds,
  redrawn,
} from './adaptive.ts'
import { coarseMargin, margin, requiredDetail } from './domainGap.ts'

const ratio = { task: 100, domain: 80, general: 30 }
const unknown: ReviewNeeds = { gap: null, detail: null, risk: new Map(), need: new Map(), closeness: new Map() }

/** Forty pairs for each of: two classes of two tasks, two seen domains, three other domains. */
const pool: PoolPair[] = [
  ...['one', 'two'].flatMap((taskId) =>
    ['a', 'b'].map((classId) => ({ bag: 'task' as const, domain: 'CT', taskId, classId })),
  ),
  ...['CT', 'fundus'].map((domain) => ({ bag: 'domain' as const, domain, taskId: null, classId: null })),
  ...['MRI', 'skin', 'cell'].map((domain) => ({ bag: 'general' as const, domain, taskId: null, classId: null })),
].flatMap((question) => {
  const text = [question.bag, question.domain, question.taskId, question.classId].join(' ')
  return Array.from({ length: 40 }, () => ({ bag: question.bag, question: { ...question, text } }))
})

const bagsOf = (indices: readonly number[], of = pool) =>
  Object.fromEntries(BAGS.map((bag) => [bag, indices.filter((i) => of[i]!.bag === bag).length]))
const choose = (size: number, needs: Partial<ReviewNeeds>, of = pool) =>
  chosenPairs(of, adaptiveTargets(of, size, ratio, { ...unknown, ...needs }))
const countOf = (indices: readonly number[], text: string) =>
  indices.filter((i) => pool[i]!.question.text === text).length

describe('adaptive budgets', () => {
  it('go through the two published optima', () => {
    expect(adaptiveRatio(ratio, { gap: 0, detail: 0 })).toEqual(ratio)
    const fine = adaptiveRatio(ratio, { gap: 0, detail: 1 })
    expect([fine.task, fine.domain, fine.general]).toEqual([100, 100, expect.closeTo(70, 9)])
    expect(adaptiveRatio(ratio, { gap: 1, detail: 0 })).toEqual({ task: 100, domain: 100, general: 30 })
    expect(adaptiveRatio(ratio, { gap: null, detail: null })).toEqual(ratio)
  })

  it.each([1, 50, 105, 200, 360])('sum to a set of %d pairs, none of them negative', (size) => {
    for (const [gap, detail] of [
      [0, 0],
      [0.3, 0.9],
      [1, 1],
      [null, null],
    ] as const) {
      const chosen = choose(size, { gap, detail })
      expect(chosen).toHaveLength(size)
      expect(new Set(chosen).size).toBe(size)
    }
    expect(choose(1000, {})).toHaveLength(pool.length) // all there is
  })

  it('are those of the paper where nothing is known', () => {
    expect(bagsOf(choose(105, {}))).toEqual({ task: 50, domain: 40, general: 15 })
  })

  it('are the general bag alone before any task was learned', () => {
    const general = pool.filter(({ bag }) => bag === 'general')
    expect(bagsOf(choose(90, { gap: 1, detail: 0.5 }, general), general)).toEqual({ task: 0, domain: 0, general: 90 })
  })

  it('give risky tasks and confused classes more of the task bag', () => {
    const risk = new Map([
      ['one', 0.3],
      ['two', 0],
    ])
    const need = new Map([
      [classKey('one', 'a'), 0.6],
      [classKey('one', 'b'), 0.1],
    ])
    const chosen = choose(80, { risk, need })
    const [confused, safe, calm] = ['task CT one a', 'task CT one b', 'task CT two a'].map((text) =>
      countOf(chosen, text),
    )
    expect(confused).toBeGreaterThan(safe!)
    expect(safe).toBeGreaterThan(calm!)
    expect(calm).toBeGreaterThanOrEqual(1)
  })

  it('give far old domains more of the domain bag', () => {
    const closeness = new Map([
      ['CT', 0.9],
      ['fundus', 0.2],
    ])
    const chosen = choose(60, { closeness })
    expect(countOf(chosen, 'domain fundus  ')).toBeGreaterThan(countOf(chosen, 'domain CT  '))
    expect(countOf(chosen, 'domain CT  ')).toBeGreaterThan(0)
  })
})

describe('a redraw', () => {
  const active = choose(100, {})

  it('replaces a fifth of the set, each pair once, and is equal for equal seeds', () => {
    const targets = adaptiveTargets(pool, 100, ratio, unknown)
    const next = redrawn(active, pool, targets, new Random(1))
    expect(next).toHaveLength(100)
    expect(new Set(next).size).toBe(100)
    expect(next.filter((index, place) => index !== active[place])).toHaveLength(20)
    expect(redrawn(active, pool, targets, new Random(1))).toEqual(next)
    expect(redrawn(active, pool, targets, new Random(2))).not.toEqual(next)
  })

  it('moves towards what is needed now', () => {
    const risk = new Map([['two', 0.9]])
    const targets = adaptiveTargets(pool, 100, ratio, { ...unknown, risk })
    const next = redrawn(active, pool, targets, new Random(1))
    const ofTwo = (indices: readonly number[]) => indices.filter((i) => pool[i]!.question.taskId === 'two').length
    expect(ofTwo(next)).toBeGreaterThan(ofTwo(active) + 5)
  })

  it('keeps what it has where nothing fresh is left', () => {
    const all = pool.map((_, i) => i)
    expect(redrawn(all, pool, adaptiveTargets(pool, pool.length, ratio, unknown), new Random(1))).toEqual(all)
  })
})

describe('required detail', () => {
  const unit = (angle: number) => Float32Array.from([Math.cos(angle), Math.sin(angle)])

  it('rises as class texts get closer', () => {
    const at = (distance: number) => {
      const texts = [unit(0), unit(distance)]
      return requiredDetail([margin(unit(0), texts, 0), margin(unit(distance), texts, 1)], 0.5)!
    }
    expect(at(1.5)).toBe(0)
    expect(at(0.6)).toBeGreaterThan(at(0.9))
    expect(at(0.1)).toBeGreaterThan(0.9)
  })

  it('is unknown without classes, and without domains to compare with', () => {
    expect(requiredDetail([], 0.5)).toBeNull()
    expect(requiredDetail([0.1], null)).toBeNull()
  })

  it('compares with the domains that the corpus shows', () => {
    const texts = [unit(0), unit(1), unit(2)]
    const right = coarseMargin([[unit(0), unit(0.1)], [unit(1)], [unit(2)]], texts)!
    expect(right).toBeGreaterThan(0.3)
    // Figures found for the third domain are of the first: it does not count.
    expect(coarseMargin([[unit(0), unit(0.1)], [unit(1)], [unit(0)]], texts)).toBeCloseTo(right, 1)
    expect(coarseMargin([[unit(0)], [unit(0)], [unit(0)]], texts)).toBeNull()
    expect(coarseMargin([[unit(0)], [], []], texts)).toBeNull()
  })
})
