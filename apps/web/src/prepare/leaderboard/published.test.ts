import { describe, expect, it } from 'vitest'
import type { Board } from './board.ts'
import { publishedTable } from './published.ts'

type Row = Board['publishedRows'][number]

const row = (over: Partial<Row>): Row => ({
  orderKey: 'order-1',
  table: 'main',
  title: 'GIFT',
  variant: '',
  confidence: 'published',
  source: 'a paper',
  remarks: [],
  values: [{ key: 'last', value: 0.752, recomputed: false }],
  tasks: [],
  ...over,
})

const board = (publishedRows: Row[]) =>
  ({
    sortedBy: 'last',
    suite: {
      orders: [
        { key: 'order-1', title: 'Order I' },
        { key: 'order-2', title: 'Order II' },
      ],
      tasks: [{ key: 'a', name: 'Task A' }],
    },
    order: { key: 'order-1', taskKeys: ['a', 'b'] },
    metrics: ['transfer', 'last', 'bwt'].map((key) => ({ key, title: key.toUpperCase() })),
    publishedRows,
  }) as unknown as Board

describe('published results', () => {
  it('are absent where nothing is published', () => {
    expect(publishedTable(board([]), '')).toBeNull()
  })

  it('keep the order of the paper, whatever the board is sorted by', () => {
    const table = publishedTable(board([row({ title: 'worst', values: [] }), row({}), row({ title: 'best' })]), '')!
    expect(table.lines.map(({ title }) => title)).toEqual(['worst', 'GIFT', 'best'])
    expect(table.lines[0]!.cells).toEqual([null])
  })

  it('have a column for every metric that is printed', () => {
    const values = [
      { key: 'bwt', value: -0.0385, recomputed: true },
      { key: 'last', value: 0.836, recomputed: false },
    ]
    const table = publishedTable(board([row({ values }), row({ title: 'other' })]), '')!
    expect(table.columns.map(({ title }) => title)).toEqual(['LAST', 'BWT'])
    expect(table.lines[0]!.cells).toEqual([
      { text: '83.6', recomputed: false },
      { text: '\u22123.9', recomputed: true },
    ])
    expect(table.lines[1]!.cells[1]).toBeNull()
    expect(table.hasRecomputed).toBe(true)
  })

  it('are one table of the paper at a time', () => {
    const rows = [row({ table: 'siphon', variant: '10:90' }), row({})]
    expect(publishedTable(board(rows), '')).toMatchObject({
      table: 'main',
      tables: [{ value: 'main' }, { value: 'siphon', label: 'Siphon ratio' }],
    })
    expect(publishedTable(board(rows), 'siphon')!.lines.map(({ variant }) => variant)).toEqual(['10:90'])
    expect(publishedTable(board(rows), 'nonsense')!.table).toBe('main')
  })

  it('number their remarks, each once', () => {
    const table = publishedTable(
      board([row({ remarks: ['x', 'y'] }), row({ title: 'b' }), row({ title: 'c', remarks: ['y'] })]),
      '',
    )!
    expect(table.notes).toEqual(['x', 'y'])
    expect(table.lines.map(({ notes }) => notes)).toEqual([[1, 2], [], [2]])
  })

  it('name the order only where there are several', () => {
    expect(publishedTable(board([row({})]), '')!.lines[0]!.order).toBe('')
    const both = publishedTable(board([row({}), row({ orderKey: 'order-2' })]), '')!
    expect(both.lines.map(({ order }) => order)).toEqual(['Order I', 'Order II'])
    expect(both.tasks).toBeNull()
  })

  it('show single tasks of the sorted metric', () => {
    const tasks = [
      { key: 'last', taskKey: 'b', value: 0.5 },
      { key: 'avg', taskKey: 'a', value: 0.9 },
    ]
    expect(publishedTable(board([row({ tasks }), row({ title: 'other' })]), '')!.tasks).toEqual({
      names: ['Task A', 'b'],
      lines: [{ key: 'order-1 GIFT ', title: 'GIFT', cells: ['–', '50.0'] }],
    })
  })
})
