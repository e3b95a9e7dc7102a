import { describe, expect, it } from 'vitest'
import { arrange, type MatrixCell, moveFocus, regionOf, rowMean, toCsv, toLatex } from './matrix.ts'

const tasks = [
  { key: 'a', name: 'Chest_X' },
  { key: 'b', name: 'Brain "MR"' },
]
const cell = (row: number, column: number, accuracy: number): MatrixCell => ({
  row,
  column,
  taskKey: tasks[column - 1]!.key,
  n: 50,
  accuracy,
  low: accuracy - 0.1,
  high: accuracy + 0.1,
  balancedAccuracy: null,
  auc: null,
  confusion: [],
})
const full = [cell(0, 1, 0.5), cell(0, 2, 0.4), cell(1, 1, 0.9), cell(1, 2, 0.45), cell(2, 1, 0.7), cell(2, 2, 0.8)]

describe('the accuracy matrix', () => {
  it('leaves a missing cell null, never 0', () => {
    const grid = arrange(tasks, full.slice(0, 3), 'accuracy')
    expect(grid.rows[1]![1]!.value).toBeNull()
    expect(grid.rows[2]![0]!.change).toBeNull()
    expect(rowMean(grid.rows[1]!)).toBeNull()
    expect([grid.landed, grid.expected]).toEqual([3, 6])
  })

  it('compares transfer and learning with zero-shot, retention with the diagonal', () => {
    const { rows } = arrange(tasks, full, 'accuracy')
    expect(rows[0]![0]!.change).toBeNull()
    expect(rows[1]![0]!.change).toBeCloseTo(0.4)
    expect(rows[1]![1]!.change).toBeCloseTo(0.05)
    expect(rows[2]![0]!.change).toBeCloseTo(-0.2)
  })

  it('has no value where the measure is absent although the cell landed', () => {
    const { rows } = arrange(tasks, full, 'auc')
    expect(rows[0]![0]!.value).toBeNull()
    expect(rows[0]![0]!.cell).not.toBeNull()
  })

  it('names the regions', () => {
    expect([regionOf(0, 1), regionOf(1, 2), regionOf(2, 2), regionOf(2, 1)]).toEqual([
      'zero-shot',
      'transfer',
      'learning',
      'retention',
    ])
  })

  it('keeps keyboard moves inside', () => {
    expect(moveFocus({ row: 0, column: 1 }, 'ArrowUp', 2)).toEqual({ row: 0, column: 1 })
    expect(moveFocus({ row: 0, column: 1 }, 'ArrowDown', 2)).toEqual({ row: 1, column: 1 })
    expect(moveFocus({ row: 2, column: 1 }, 'End', 2)).toEqual({ row: 2, column: 2 })
  })

  it('exports CSV with quoted names and LaTeX with escapes, missing cells empty', () => {
    const grid = arrange(tasks, full.slice(0, 3), 'accuracy')
    expect(toCsv(grid).split('\n')).toEqual([
      '"","Chest_X","Brain ""MR"""',
      '"zero-shot",0.5,0.4',
      '"after Chest_X",0.9,',
      '"after Brain ""MR""",,',
      '',
    ])
    expect(toLatex(grid)).toContain('Chest\\_X')
    expect(toLatex(grid)).toContain('after Chest\\_X & \\textbf{90.0} & -- \\\\')
  })
})
