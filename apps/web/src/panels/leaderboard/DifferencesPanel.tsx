'use client'

import { useState } from 'react'
import type { Board } from '../../prepare/leaderboard/board.ts'
import { type DifferenceCell, differenceMatrix } from '../../prepare/leaderboard/differences.ts'
import { Select } from '../../ui/controls.tsx'
import { Empty, Panel } from '../../ui/surfaces.tsx'

const TONES: Record<DifferenceCell['tone'], string> = {
  better: 'bg-good-soft text-good font-medium',
  worse: 'bg-bad-soft text-bad font-medium',
  'better?': 'text-good',
  'worse?': 'text-bad',
  open: 'text-ink-3',
  unknown: 'text-ink-3',
}

/** Every pair of ranked methods: row minus column, coloured only where the difference is established. */
export function DifferencesPanel({ board }: { board: Board }) {
  const { names, cells, established, pairs } = differenceMatrix(board)
  const [pair, setPair] = useState<[number, number]>([0, 1])
  const [row, column] = [Math.min(pair[0], names.length - 1), Math.min(pair[1], names.length - 1)]
  const shown = cells[row]?.[column] ?? null
  if (names.length < 2) {
    return (
      <Panel title="Differences">
        <Empty title="Fewer than two ranked methods">
          A difference needs two methods with at least {board.seedsToRank} seeds each.
        </Empty>
      </Panel>
    )
  }
  return (
    <Panel title="Differences" note={`row minus column, points; ${established} of ${pairs} established`} flush>
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 text-xs text-ink-2">
        {([0, 1] as const).map((side) => (
          <Select
            key={side}
            aria-label={side === 0 ? 'First method' : 'Second method'}
            className="max-w-56"
            value={side === 0 ? row : column}
            onChange={(event) => {
              const at = Number(event.target.value)
              setPair(side === 0 ? [at, column] : [row, at])
            }}
          >
            {names.map(({ key, title }, i) => (
              <option key={key} value={i}>
                {title}
              </option>
            ))}
          </Select>
        ))}
        <output className="num min-w-0 basis-72 grow">{shown ? shown.words : 'Choose two different methods.'}</output>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="relative overflow-x-auto" aria-label="Differences of all pairs" tabIndex={0}>
        <table className="num text-right text-xs">
          <caption className="sr-only">Row minus column, in points. The chooser above says all about one pair.</caption>
          <thead>
            <tr className="text-2xs text-ink-3">
              <td className="sticky left-0 z-10 bg-panel" />
              {names.map(({ key, title, short }) => (
                <th
                  key={key}
                  scope="col"
                  title={title}
                  className="px-2 py-2 align-bottom font-medium whitespace-nowrap"
                >
                  {short}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map(({ key, title, short }, r) => (
              <tr key={key} className="border-t border-line">
                <th
                  scope="row"
                  title={title}
                  className="sticky left-0 z-10 bg-panel py-1.5 pr-2 pl-4 text-left font-normal whitespace-nowrap"
                >
                  {short}
                </th>
                {cells[r]!.map((cell, c) => (
                  <td key={names[c]!.key} className={`p-0 ${cell ? TONES[cell.tone] : 'cell-empty'}`}>
                    {cell ? (
                      <button
                        type="button"
                        tabIndex={-1}
                        title={cell.words}
                        onClick={() => setPair([r, c])}
                        className={`w-full px-2 py-1.5 text-right ${r === row && c === column ? 'outline-2 -outline-offset-2 outline-accent' : ''}`}
                      >
                        {cell.text}
                        <span className="sr-only">
                          {cell.tone === 'better' || cell.tone === 'worse' ? ' established' : ''}
                        </span>
                      </button>
                    ) : null}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="border-t border-line px-4 py-2 text-xs text-ink-3">
        Filled: established, the 95 % interval of the paired bootstrap leaves out zero and p after Holm over all pairs
        is below 0.05; green where the row is better, red where it is worse. Only coloured: so by itself, but not among
        so many pairs; more seeds would tell. {board.scope === 'tasksAndRuns' ? 'Tasks and' : 'Only'}{' '}
        {board.unit === 'order' ? 'orders' : 'seeds'} were redrawn, {board.resamples.toLocaleString('en-US')} times.
      </p>
    </Panel>
  )
}
