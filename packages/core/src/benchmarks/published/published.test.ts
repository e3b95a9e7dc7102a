import { describe, expect, test } from 'vitest'
import { findOrder, findSuite, suites } from '../registry.ts'
import { publishedRows } from './index.ts'
import type { PublishedRow } from './row.ts'

const all = suites.flatMap((suite) =>
  publishedRows(
    suite.id,
    suite.orders.map(({ id }) => id),
  ),
)
const one = (suite: string, order: string, method: string): PublishedRow =>
  publishedRows(suite, [order]).find((row) => row.method === method && row.table === 'main')!
const mean = (values: Readonly<Record<string, number>>) => {
  const list = Object.values(values)
  return (100 * list.reduce((a, b) => a + b, 0)) / list.length
}
/** Printed per cents have one decimal. */
const printed = (row: PublishedRow, metric: string) => Number((100 * row.values[metric]!).toFixed(2))

describe('published rows', () => {
  test('belong to suites, orders and tasks that there are', () => {
    expect(all.length).toBeGreaterThan(100)
    for (const row of all) {
      const order = findOrder(findSuite(row.suite), row.order)
      for (const values of Object.values(row.perTask)) {
        for (const taskId of Object.keys(values)) expect(order.taskIds).toContain(taskId)
      }
      expect(row.source).not.toBe('')
      for (const value of Object.values(row.values)) expect(Math.abs(value)).toBeLessThan(1)
    }
    expect(publishedRows('phantom-3', ['default'])).toEqual([])
    expect(publishedRows('med-xtreme', ['shift-1'])).toEqual([])
  })

  test('are told apart by table, method and variant', () => {
    const names = all.map(({ suite, order, table, method, variant }) =>
      [suite, order, table, method, variant].join('/'),
    )
    expect(new Set(names).size).toBe(names.length)
  })

  test('repeat the method itself in every table of its variants', () => {
    for (const row of all.filter(({ variant }) => variant.includes('as published'))) {
      expect(row.values).toEqual(one(row.suite, row.order, 'PRIMED_dyn').values)
    }
    expect(all.filter(({ variant }) => variant.includes('as published')).length).toBe(9)
  })

  test('are all thirteen methods on each order of both medical suites', () => {
    for (const suite of ['hiera-med-transfer', 'med-xtreme']) {
      for (const order of ['order-1', 'order-2']) {
        expect(publishedRows(suite, [order]).filter(({ table }) => table === 'main').length).toBe(13)
      }
    }
    expect(publishedRows('mtil', ['order-1']).length).toBe(18)
    expect(publishedRows('mtil', ['order-2']).length).toBe(8)
  })
})

describe('means of the single data sets', () => {
  const dyn = one('hiera-med-transfer', 'order-1', 'PRIMED_dyn')

  test('PRIMED_dyn on order I: 58.33 / 73.11 / 82.07', () => {
    expect(Math.abs(mean(dyn.perTask.transfer!) - 58.33)).toBeLessThan(0.006)
    expect(Math.abs(mean(dyn.perTask.avg!) - 73.11)).toBeLessThan(0.006)
    expect(Math.abs(mean(dyn.perTask.last!) - 82.07)).toBeLessThan(0.006)
    expect(Object.keys(dyn.perTask.transfer!)).not.toContain('ranzcr')
  })

  test.each([
    ['order-1', 'PRIMED_dyn'],
    ['order-1', 'l2 baseline'],
    ['order-1', 'Continual FT'],
    ['order-2', 'PRIMED_dyn'],
    ['order-2', 'Continual FT'],
  ])('%s, %s: the printed Last', (order, method) => {
    const row = one('hiera-med-transfer', order, method)
    expect(Math.abs(mean(row.perTask.last!) - printed(row, 'last'))).toBeLessThan(0.06)
  })

  test('zero-shot Transfer is 57.45 on order I but 47.45 on order II, where 57.5 is printed', () => {
    for (const [order, recomputed] of [
      ['order-1', 57.45],
      ['order-2', 47.45],
    ] as const) {
      const row = one('hiera-med-transfer', order, 'Zero-shot')
      const { [findOrder(findSuite('hiera-med-transfer'), order).taskIds[0]!]: _, ...rest } = row.perTask.last!
      expect(Math.abs(mean(rest) - recomputed)).toBeLessThan(0.006)
      expect(printed(row, 'transfer')).toBe(57.5)
      expect(row.remarks.join(' ')).toContain(String(recomputed))
    }
  })

  test('each data set alone: 85.15', () => {
    const alone = publishedRows('hiera-med-transfer', ['order-1']).find(({ table }) => table === 'reference')!
    expect(mean(alone.perTask.last!)).toBeCloseTo(85.15, 2)
    expect(printed(alone, 'last')).toBe(85.15)
  })
})
