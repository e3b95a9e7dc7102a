import { expect, test } from 'vitest'
import { matrixOfAccuracies } from '../../packages/core/src/metrics/matrix.ts'
import type { MethodResult } from './methodsRuns.ts'
import { claimsOf, differenceOf, orderHolds, standings } from './methodsStandings.ts'
import { suiteTables } from './methodsTable.ts'

const TASKS = ['first', 'second']
const ANSWER = { cells: [], steps: [], references: [], checkpointBytes: 0, peakBytes: 0, seconds: 1 }

/** A method that ends with `last` on its first task, one seed for each value. */
const method = (id: string, ...lasts: number[]): MethodResult => ({
  method: id,
  learningRate: 1e-3,
  tried: [{ learningRate: 1e-3, last: 0.5 }],
  runs: lasts.map((last, i) => ({
    method: id,
    seed: i + 1,
    learningRate: 1e-3,
    answer: ANSWER,
    matrix: matrixOfAccuracies([
      [0.9, last / 2],
      [last, 0.9],
    ]),
  })),
})

const measured = [
  method('fine-tune', 0.3, 0.34),
  method('l2', 0.5, 0.52),
  method('primed-uni', 0.6, 0.61),
  method('primed-dyn', 0.7, 0.72),
]
const claims = (results: MethodResult[]) =>
  claimsOf(standings('last', results, TASKS), standings('transfer', results, TASKS))

test('the order holds when each difference of the means points the right way', () => {
  expect(claims(measured).map(({ metric, a, b }) => [metric, a, b])).toEqual([
    ['last', 'primed-dyn', 'primed-uni'],
    ['last', 'primed-uni', 'l2'],
    ['last', 'l2', 'fine-tune'],
    ['transfer', 'primed-dyn', 'fine-tune'],
    ['transfer', 'primed-uni', 'fine-tune'],
  ])
  expect(orderHolds(claims(measured))).toBe(1)
  expect(orderHolds(claims([...measured.slice(0, 3), method('primed-dyn', 0.5, 0.6)]))).toBe(0)
  expect(orderHolds(claims(measured.slice(0, 3)))).toBeNull()
})

test('a difference is read in both directions', () => {
  const last = standings('last', measured, TASKS)
  const there = differenceOf(last, 'primed-dyn', 'l2')!
  const back = differenceOf(last, 'l2', 'primed-dyn')!
  expect(there.difference).toBeCloseTo(0.1, 10)
  expect(back.difference).toBeCloseTo(-there.difference!, 12)
  expect(back.interval![0]).toBeCloseTo(-there.interval![1], 12)
})

test('the tables name every method with what was measured', () => {
  const markdown = suiteTables(measured, TASKS, claims(measured))
  for (const { method } of measured) expect(markdown).toContain(`\`${method}\``)
  expect(markdown).toContain('0.001: 50.0')
  expect(markdown).not.toMatch(/NaN|undefined/)
})
