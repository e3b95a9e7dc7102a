import { metricValue } from '../format.ts'
import type { Board } from './board.ts'

type Row = Board['publishedRows'][number]

/** Tables of papers in the order they are offered, in words. */
const TABLES: Record<string, string> = {
  main: 'Methods',
  modules: 'Modules',
  components: 'Components',
  siphon: 'Siphon ratio',
  backbones: 'Base models',
  reference: 'Reference',
}
const CONFIDENCES: Record<string, string> = {
  published: 'as printed',
  code: 'from the authors’ repository',
  secondary: 'told by others',
  recomputed: 'computed from printed numbers',
}

interface PublishedCell {
  text: string
  /** Computed from other printed numbers. */
  recomputed: boolean
}

export interface PublishedLine {
  key: string
  title: string
  variant: string
  /** Title of the order; empty where all lines are of one. */
  order: string
  /** In the order of the columns; null where nothing is printed. */
  cells: (PublishedCell | null)[]
  confidence: string
  /** Numbers of the notes that belong to this line, from 1. */
  notes: number[]
}

export interface PublishedTable {
  /** Tables that there are. */
  tables: { value: string; label: string }[]
  /** The one that is shown. */
  table: string
  columns: { key: string; title: string }[]
  lines: PublishedLine[]
  notes: string[]
  sources: string[]
  hasRecomputed: boolean
  /** The sorted metric on single tasks, where it is printed: one line a method, one cell a task. */
  tasks: { names: string[]; lines: { key: string; title: string; cells: string[] }[] } | null
}

/** Published results of a board as one table; null where nothing is published. Lines stay in the order of the paper. */
export function publishedTable(board: Board, wanted: string): PublishedTable | null {
  const present = new Set(board.publishedRows.map(({ table }) => table))
  const tables = Object.entries(TABLES).flatMap(([value, label]) => (present.has(value) ? [{ value, label }] : []))
  const table = tables.find(({ value }) => value === wanted)?.value ?? tables[0]?.value
  if (table === undefined) return null
  const rows = board.publishedRows.filter((row) => row.table === table)
  const used = new Set(rows.flatMap(({ values }) => values.map(({ key }) => key)))
  const columns = board.metrics.filter(({ key }) => used.has(key)).map(({ key, title }) => ({ key, title }))
  const notes = [...new Set(rows.flatMap(({ remarks }) => remarks))]
  const severalOrders = new Set(rows.map(({ orderKey }) => orderKey)).size > 1
  const orderTitle = new Map(board.suite.orders.map(({ key, title }) => [key, title]))
  return {
    tables,
    table,
    columns,
    lines: rows.map((row) => ({
      key: lineKey(row),
      title: row.title,
      variant: row.variant,
      order: severalOrders ? (orderTitle.get(row.orderKey) ?? row.orderKey) : '',
      cells: columns.map(({ key }) => {
        const found = row.values.find((value) => value.key === key)
        return found ? { text: metricValue(found.value), recomputed: found.recomputed } : null
      }),
      confidence: CONFIDENCES[row.confidence] ?? row.confidence,
      notes: row.remarks.map((remark) => notes.indexOf(remark) + 1),
    })),
    notes,
    sources: [...new Set(rows.map(({ source }) => source))],
    hasRecomputed: rows.some(({ values }) => values.some(({ recomputed }) => recomputed)),
    tasks: severalOrders ? null : singleTasks(board, rows),
  }
}

function singleTasks(board: Board, rows: readonly Row[]): PublishedTable['tasks'] {
  const withTasks = rows.filter(({ tasks }) => tasks.some(({ key }) => key === board.sortedBy))
  if (withTasks.length === 0) return null
  const names = new Map(board.suite.tasks.map(({ key, name }) => [key, name]))
  return {
    names: board.order.taskKeys.map((key) => names.get(key) ?? key),
    lines: withTasks.map((row) => ({
      key: lineKey(row),
      title: row.variant ? `${row.title}, ${row.variant}` : row.title,
      cells: board.order.taskKeys.map((taskKey) =>
        metricValue(row.tasks.find((one) => one.key === board.sortedBy && one.taskKey === taskKey)?.value),
      ),
    })),
  }
}

const lineKey = ({ orderKey, title, variant }: Row) => `${orderKey} ${title} ${variant}`
