'use client'

import type { CSSProperties } from 'react'
import { sequential } from '../../prepare/colour.ts'
import { count, percent } from '../../prepare/format.ts'
import { cellId, type MatrixCell } from '../../prepare/matrix.ts'
import { Select } from '../../ui/controls.tsx'
import { Empty, Panel, TooMuch } from '../../ui/surfaces.tsx'
import { useUrlState } from '../../ui/useUrlState.ts'
import type { PanelProps } from './panel.ts'

const MAX_CLASSES = 30

/** What the model took for what, on one task after another. */
export function ConfusionPanel({ view: { run, details } }: PanelProps) {
  const [get, set] = useUrlState()
  const names = details.matrix.taskNames
  const latest = Math.max(0, ...run.cells.map((cell) => cell.row))
  const chosen = /^(\d+)-(\d+)$/.exec(get('cell'))
  const row = chosen ? Number(chosen[1]) : latest
  const column = chosen ? Number(chosen[2]) : 1
  const cell = run.cells.find((one) => one.row === row && one.column === column) ?? null
  const rows = [...new Set(run.cells.map((one) => one.row))].sort((a, b) => a - b)
  const classes =
    details.suite.tasks
      .find((task) => task.key === details.matrix.taskKeys[column - 1])
      ?.classes.map(({ name }) => name) ?? []
  return (
    <Panel
      title="Confusion"
      note={cell ? `n = ${count(cell.n)}, accuracy ${percent(cell.accuracy)} %` : undefined}
      flush
      actions={
        <>
          <Select
            aria-label="After"
            value={row}
            onChange={(event) => set({ cell: cellId(Number(event.target.value), column) })}
          >
            {(rows.includes(row) ? rows : [...rows, row]).map((r) => (
              <option key={r} value={r}>
                {r === 0 ? 'zero-shot' : `after ${r}: ${names[r - 1] ?? ''}`}
              </option>
            ))}
          </Select>
          <Select
            aria-label="On task"
            value={column}
            onChange={(event) => set({ cell: cellId(row, Number(event.target.value)) })}
          >
            {names.map((name, i) => (
              <option key={details.matrix.taskKeys[i]} value={i + 1}>
                on {name}
              </option>
            ))}
          </Select>
        </>
      }
    >
      {cell && cell.confusion.length > 0 ? (
        <ConfusionTable cell={cell} classes={classes} />
      ) : (
        <Empty title="This cell has not landed yet">Choose another, or wait for the evaluation.</Empty>
      )}
    </Panel>
  )
}

function ConfusionTable({ cell, classes }: { cell: MatrixCell; classes: string[] }) {
  const size = Math.min(cell.confusion.length, MAX_CLASSES)
  const name = (i: number) => classes[i] ?? `class ${i + 1}`
  const shown = cell.confusion.slice(0, size)
  return (
    <>
      <p className="px-4 pt-3 text-2xs text-ink-3">
        Rows are the true class, columns what the model said. Counts; colour is the share of the row.
      </p>
      <div className="overflow-x-auto px-4 pt-2 pb-4">
        <table className="border-separate border-spacing-[3px]">
          <thead>
            <tr>
              <td />
              {shown.map((_, j) => (
                <th
                  key={name(j)}
                  scope="col"
                  title={name(j)}
                  className="max-w-24 min-w-16 truncate px-1 pb-1 text-left align-bottom text-2xs font-medium text-ink-2"
                >
                  {name(j)}
                </th>
              ))}
              <th scope="col" className="px-2 pb-1 text-right align-bottom text-2xs font-normal text-ink-3">
                recall
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row, i) => {
              const total = row.reduce((sum, n) => sum + n, 0)
              return (
                <tr key={name(i)}>
                  <th
                    scope="row"
                    title={name(i)}
                    className="sticky left-0 max-w-40 truncate bg-panel pr-2 text-left text-xs font-normal text-ink-2"
                  >
                    {name(i)}
                  </th>
                  {row.slice(0, size).map((n, j) => (
                    <td
                      key={name(j)}
                      className={`num cell h-9 rounded-[4px] text-center ${i === j ? 'shadow-[inset_0_0_0_1.5px_currentColor]' : ''}`}
                      style={confusionColours(total === 0 ? 0 : n / total)}
                    >
                      {n}
                    </td>
                  ))}
                  <td className="num px-2 text-right text-xs text-ink-2">
                    {total === 0 ? '–' : percent(row[i]! / total)}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {cell.confusion.length > size ? (
        <TooMuch>
          The first {size} of {cell.confusion.length} classes are shown; the API has all of them in{' '}
          <code>matrix.cells.confusion</code>.
        </TooMuch>
      ) : null}
    </>
  )
}

function confusionColours(share: number): CSSProperties {
  const [light, dark] = [sequential(share, 'light'), sequential(share, 'dark')]
  return {
    '--fill-light': light.fill,
    '--text-light': light.text,
    '--fill-dark': dark.fill,
    '--text-dark': dark.text,
  } as CSSProperties
}
