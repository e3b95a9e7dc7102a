/** The accuracy matrix as it is drawn: rows 0..T (row 0 = before any training), columns 1..T. Missing cells are null. */

export interface MatrixCell {
  row: number
  column: number
  taskKey: string
  n: number
  accuracy: number
  low: number
  high: number
  balancedAccuracy: number | null
  auc: number | null
  confusion: number[][]
}

export type Measure = 'accuracy' | 'balancedAccuracy' | 'auc'
export const MEASURES: { key: Measure; title: string; short: string }[] = [
  { key: 'accuracy', title: 'Accuracy', short: 'ACC' },
  { key: 'balancedAccuracy', title: 'Balanced accuracy', short: 'BAL' },
  { key: 'auc', title: 'Area under the ROC curve', short: 'AUC' },
]

/** What a cell tells: row 0 is zero-shot, above the diagonal transfer, on it learning, below it retention. */
export type Region = 'zero-shot' | 'transfer' | 'learning' | 'retention'

export function regionOf(row: number, column: number): Region {
  if (row === 0) return 'zero-shot'
  if (row < column) return 'transfer'
  return row === column ? 'learning' : 'retention'
}

export interface GridCell {
  row: number
  column: number
  region: Region
  /** The chosen measure in [0, 1], null while the cell has not landed or has no such value. */
  value: number | null
  /** Difference to the reference of its region: row 0 for transfer and learning, the diagonal for retention. */
  change: number | null
  cell: MatrixCell | null
}

export interface Grid {
  tasks: { key: string; name: string }[]
  /** rows[r][c - 1] */
  rows: GridCell[][]
  landed: number
  expected: number
}

export const cellId = (row: number, column: number): string => `${row}-${column}`

/** Arranges the cells that have landed. `rows` beyond the tasks and unknown columns are left out. */
export function arrange(tasks: { key: string; name: string }[], cells: readonly MatrixCell[], measure: Measure): Grid {
  const byId = new Map(cells.map((cell) => [cellId(cell.row, cell.column), cell]))
  const valueAt = (row: number, column: number): number | null => byId.get(cellId(row, column))?.[measure] ?? null
  let landed = 0
  const rows = Array.from({ length: tasks.length + 1 }, (_, row) =>
    tasks.map((_, index): GridCell => {
      const column = index + 1
      const region = regionOf(row, column)
      const cell = byId.get(cellId(row, column)) ?? null
      if (cell) landed++
      const value = valueAt(row, column)
      const reference = region === 'zero-shot' ? null : valueAt(region === 'retention' ? column : 0, column)
      return {
        row,
        column,
        region,
        value,
        cell,
        change: value === null || reference === null ? null : value - reference,
      }
    }),
  )
  return { tasks, rows, landed, expected: tasks.length * (tasks.length + 1) }
}

/** Mean over a whole row, null while one of its cells is missing. */
export function rowMean(row: readonly GridCell[]): number | null {
  if (row.length === 0) return null
  let sum = 0
  for (const { value } of row) {
    if (value === null) return null
    sum += value
  }
  return sum / row.length
}

/** Evaluation order: row by row, column by column, unless events told the true order. */
export function inOrder(cells: readonly MatrixCell[]): MatrixCell[] {
  return [...cells].sort((a, b) => a.row - b.row || a.column - b.column)
}

export type Move = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End'

/** The cell that a key leads to, inside the grid. */
export function moveFocus(
  at: { row: number; column: number },
  key: Move,
  size: number,
): { row: number; column: number } {
  const clamp = (v: number, low: number, high: number) => Math.min(high, Math.max(low, v))
  switch (key) {
    case 'ArrowUp':
      return { ...at, row: clamp(at.row - 1, 0, size) }
    case 'ArrowDown':
      return { ...at, row: clamp(at.row + 1, 0, size) }
    case 'ArrowLeft':
      return { ...at, column: clamp(at.column - 1, 1, size) }
    case 'ArrowRight':
      return { ...at, column: clamp(at.column + 1, 1, size) }
    case 'Home':
      return { ...at, column: 1 }
    case 'End':
      return { ...at, column: size }
  }
}

const rowName = (grid: Grid, row: number) => (row === 0 ? 'zero-shot' : `after ${grid.tasks[row - 1]!.name}`)

/** One line a row, quoted names, full precision, empty where a cell is missing. */
export function toCsv(grid: Grid): string {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
  const lines = [['', ...grid.tasks.map((task) => task.name)].map(quote).join(',')]
  grid.rows.forEach((row, index) => {
    lines.push(
      [quote(rowName(grid, index)), ...row.map(({ value }) => (value === null ? '' : String(value)))].join(','),
    )
  })
  return `${lines.join('\n')}\n`
}

/** A booktabs table in per cent; the diagonal is bold, a missing cell is "--". */
export function toLatex(grid: Grid): string {
  const escaped = (text: string) => text.replace(/[&%$#_{}]/g, (char) => `\\${char}`)
  const number = ({ value, region }: GridCell) => {
    if (value === null) return '--'
    const text = (value * 100).toFixed(1)
    return region === 'learning' ? `\\textbf{${text}}` : text
  }
  return [
    `\\begin{tabular}{l${'r'.repeat(grid.tasks.length)}}`,
    '\\toprule',
    `${['', ...grid.tasks.map((task) => escaped(task.name))].join(' & ')} \\\\`,
    '\\midrule',
    ...grid.rows.map((row, index) => `${[escaped(rowName(grid, index)), ...row.map(number)].join(' & ')} \\\\`),
    '\\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n')
}
