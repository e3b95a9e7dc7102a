'use client'

import type { Board } from '../../prepare/leaderboard/board.ts'
import { type PublishedLine, publishedTable } from '../../prepare/leaderboard/published.ts'
import { Segmented } from '../../ui/controls.tsx'
import { Tag } from '../../ui/surfaces.tsx'
import { useUrlState } from '../../ui/useUrlState.ts'

/** Results that papers print for this suite and order: beside the board, never in its ranks. */
export function PublishedPanel({ board }: { board: Board }) {
  const [get, set] = useUrlState()
  const found = publishedTable(board, get('published'))
  if (!found) return null
  const { tables, table, columns, lines, notes, sources, hasRecomputed, tasks } = found
  return (
    <section
      aria-labelledby="published-results"
      data-testid="published"
      className="min-w-0 rounded-lg border border-dashed border-line-strong"
    >
      <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-3 gap-y-1.5 border-b border-dashed border-line-strong px-4 py-1.5">
        <div className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <h2 id="published-results" className="text-sm font-semibold">
            Published results
          </h2>
          <span className="text-xs text-ink-3">printed in papers, not run here; never ranked</span>
        </div>
        {tables.length > 1 ? (
          <div className="max-w-full overflow-x-auto whitespace-nowrap">
            <Segmented
              label="Published table"
              value={table}
              choices={tables}
              onChange={(value) => set({ published: value })}
            />
          </div>
        ) : null}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="overflow-x-auto" aria-label="Published results" tabIndex={0}>
        <table className="num w-full text-right" data-testid="published-table">
          <thead>
            <tr className="text-2xs text-ink-3">
              <th scope="col" className="sticky left-0 z-10 bg-canvas py-2 pr-2 pl-4 text-left font-medium">
                Method
              </th>
              {columns.map(({ key, title }) => (
                <th key={key} scope="col" className="px-2 py-2 font-medium whitespace-nowrap">
                  {title}
                </th>
              ))}
              <th scope="col" className="py-2 pr-4 pl-4 text-left font-medium">
                Origin
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {lines.map((line) => (
              <Line key={line.key} line={line} />
            ))}
          </tbody>
        </table>
      </section>
      {tasks ? <Tasks tasks={tasks} metric={board.sortedBy} /> : null}
      <div className="grid gap-1 border-t border-line px-4 py-3 text-xs text-ink-2">
        <p className="text-ink-3">
          Source: {sources.join('; ')}.
          {hasRecomputed ? ' Numbers in italics were computed from other printed numbers.' : ''}
        </p>
        {notes.length > 0 ? (
          <ol className="grid max-w-[100ch] gap-1">
            {notes.map((note, i) => (
              <li key={note} className="flex gap-1.5">
                <span className="num text-ink-3">{i + 1}</span>
                <span>{note}</span>
              </li>
            ))}
          </ol>
        ) : null}
      </div>
    </section>
  )
}

function Line({ line: { title, variant, order, cells, confidence, notes } }: { line: PublishedLine }) {
  return (
    <tr data-testid="published-row">
      <th
        scope="row"
        className="sticky left-0 z-10 max-w-52 bg-canvas py-1.5 pr-2 pl-4 text-left align-top font-normal"
      >
        <span className="text-ink">{title}</span>
        {notes.length > 0 ? (
          <sup className="ml-0.5 text-2xs text-ink-3">
            <span className="sr-only">remark </span>
            {notes.join(', ')}
          </sup>
        ) : null}
        {variant || order ? (
          <span className="block text-2xs text-ink-2">{[variant, order].filter(Boolean).join(', ')}</span>
        ) : null}
      </th>
      {cells.map((cell, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cells follow the columns
        <td key={i} className="px-2 py-1.5 align-top whitespace-nowrap text-ink-2">
          {cell === null ? <span className="text-ink-3">–</span> : cell.recomputed ? <i>{cell.text}</i> : cell.text}
        </td>
      ))}
      <td className="py-1.5 pr-4 pl-4 text-left align-top whitespace-nowrap">
        <Tag>published</Tag> <span className="text-2xs text-ink-3">{confidence}</span>
      </td>
    </tr>
  )
}

function Tasks({
  tasks: { names, lines },
  metric,
}: {
  tasks: NonNullable<NonNullable<ReturnType<typeof publishedTable>>['tasks']>
  metric: string
}) {
  return (
    <details className="border-t border-line">
      <summary className="px-4 py-2 text-xs text-accent hover:underline">Single tasks, {metric}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="overflow-x-auto" aria-label="Published results of single tasks" tabIndex={0}>
        <table className="num w-full text-right text-xs">
          <thead>
            <tr className="text-2xs text-ink-3">
              <th scope="col" className="sticky left-0 bg-canvas py-2 pr-2 pl-4 text-left font-medium">
                Method
              </th>
              {names.map((name) => (
                <th key={name} scope="col" className="max-w-28 px-2 py-2 align-bottom font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {lines.map(({ key, title, cells }) => (
              <tr key={key}>
                <th scope="row" className="sticky left-0 bg-canvas py-1.5 pr-2 pl-4 text-left font-normal">
                  {title}
                </th>
                {cells.map((cell, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells follow the tasks
                  <td key={i} className="px-2 py-1.5 text-ink-2">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
