'use client'

import Link from 'next/link'
import { Fragment, useState } from 'react'
import { metricValue, plural } from '../../prepare/format.ts'
import { type Axis, place } from '../../prepare/leaderboard/axis.ts'
import { type Before, type Board, type BoardMetric, sortedMetric } from '../../prepare/leaderboard/board.ts'
import { boardCsv, boardJson, boardLatex } from '../../prepare/leaderboard/exportBoard.ts'
import { type StandingRow, standingsTable } from '../../prepare/leaderboard/standings.ts'
import { Hint } from '../../ui/controls.tsx'
import { DownloadButton } from '../../ui/DownloadButton.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Panel } from '../../ui/surfaces.tsx'
import { MetricNumber } from './Passport.tsx'

const SAMPLE: Record<string, string> = { seed: 'seeds', run: 'runs', order: 'orders' }

/** Who stands where: mean, interval on one scale, rank interval, and brackets around what cannot be told apart. */
export function StandingsPanel({
  board,
  before,
  onForget,
}: {
  board: Board
  before: Before | null
  /** No longer marks what moved. */
  onForget: () => void
}) {
  const metric = sortedMetric(board)
  const { axis, rows, moved } = standingsTable(board, before)
  const [open, setOpen] = useState<string | null>(null)
  const earlier = before ? board.metrics.find(({ key }) => key === before.sortedBy)?.title : null
  const name = `${board.suite.key}-${board.sortedBy}`
  return (
    <Panel
      title={metric.title}
      note={`mean and 95 % interval over ${SAMPLE[board.unit] ?? board.unit}, ${metric.unit === 'points' ? 'points' : 'per cent'}, ${metric.better} is better`}
      flush
      actions={
        <>
          <DownloadButton label="CSV" file={`${name}.csv`} type="text/csv" text={() => boardCsv(board)} />
          <DownloadButton label="LaTeX" file={`${name}.tex`} type="text/x-tex" text={() => boardLatex(board)} />
          <DownloadButton label="JSON" file={`${name}.json`} type="application/json" text={() => boardJson(board)} />
        </>
      }
    >
      {moved !== null && earlier ? (
        <p role="status" className="border-b border-line px-4 py-1.5 text-xs text-ink-2">
          {moved === 0
            ? `No method changed its place against ${earlier}.`
            : `${plural(moved, 'method')} changed place against ${earlier}.`}{' '}
          <button type="button" onClick={onForget} className="text-accent hover:underline">
            Hide the marks
          </button>
        </p>
      ) : null}
      <div className="relative overflow-x-auto">
        <table className="num w-full" data-testid="leaderboard">
          <caption className="sr-only">
            Methods by {metric.title}. Brackets join methods whose order is not established.
          </caption>
          <thead>
            <tr className="text-2xs text-ink-3">
              <th scope="col" className="w-16 py-2 pl-4 text-left font-medium">
                <Hint text="Place by the mean. Below it the places that 95 % of the resampled boards give. A bracket joins methods whose differences are not established (paired bootstrap, corrected by Holm).">
                  Rank
                </Hint>
              </th>
              <th scope="col" className="px-2 py-2 text-left font-medium">
                Method
              </th>
              <th scope="col" className="w-20 px-2 py-2 text-right font-medium whitespace-nowrap">
                <MetricNumber metric={metric} value={null} className="underline decoration-dotted underline-offset-4">
                  {metric.title}
                </MetricNumber>
              </th>
              <th scope="col" className="min-w-28 px-2 py-2 font-medium sm:w-[42%]">
                <span className="sr-only">95 % interval on one scale</span>
                <Ticks axis={axis} />
              </th>
              <th scope="col" className="hidden px-2 py-2 text-right font-medium lg:table-cell">
                <Hint text="Sample standard deviation, and standard error of the mean.">sd, se</Hint>
              </th>
              <th scope="col" className="hidden py-2 pr-4 pl-2 text-right font-medium sm:table-cell">
                Runs
              </th>
            </tr>
          </thead>
          <tbody className="border-t border-line">
            {rows.map((row) => (
              <Fragment key={row.key}>
                <Row
                  row={row}
                  axis={axis}
                  metric={metric}
                  open={open === row.key}
                  onToggle={() => setOpen(open === row.key ? null : row.key)}
                />
                {open === row.key ? <Details row={row} board={board} metric={metric} /> : null}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

function Row({
  row,
  axis,
  metric,
  open,
  onToggle,
}: {
  row: StandingRow
  axis: Axis
  metric: BoardMetric
  open: boolean
  onToggle: () => void
}) {
  const details = `details-${row.key}`
  return (
    <tr
      data-testid="leaderboard-row"
      data-method={row.entry.method.key}
      className={`border-line hover:bg-hover [&:not(:first-child)]:border-t ${row.unranked ? 'text-ink-2' : ''}`}
    >
      <td className="relative py-2 pl-4 align-top whitespace-nowrap">
        {row.bracket ? <Bracket part={row.bracket} /> : null}
        <span className="font-semibold">{row.rank || <span aria-hidden="true">–</span>}</span>
        {row.move ? <Moved by={row.move.by} text={row.move.text} /> : null}
        {row.rankRange ? (
          <span className="block text-2xs text-ink-3">
            <span className="sr-only">95 % rank interval </span>
            {row.rankRange}
          </span>
        ) : null}
        {row.tie ? <span className="sr-only">{row.tie}</span> : null}
      </td>
      <th scope="row" className="px-2 py-2 text-left align-top font-normal">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={details}
          onClick={onToggle}
          className="inline-flex items-start gap-1 text-left hover:text-accent"
        >
          <Icon
            name="chevron"
            size={11}
            className={`mt-1 text-ink-3 transition-transform ${open ? 'rotate-90' : ''}`}
          />
          <span className="font-medium">{row.title}</span>
        </button>
        {row.note ? <span className="block pl-4 text-2xs text-ink-2">{row.note}</span> : null}
        {row.paper ? <span className="block pl-4 text-2xs text-ink-3 max-sm:hidden">{row.paper}</span> : null}
        {row.unranked ? <span className="block pl-4 text-2xs text-warn">{row.unranked}</span> : null}
      </th>
      <td className="px-2 py-2 text-right align-top whitespace-nowrap">
        <MetricNumber metric={metric} value={row.words}>
          <span className="font-semibold">{row.mean}</span>
          {row.half ? <span className="block text-2xs font-normal text-ink-3">{row.half}</span> : null}
        </MetricNumber>
      </td>
      <td className="px-2 py-2 align-top">
        <Bar row={row} axis={axis} />
      </td>
      <td className="hidden px-2 py-2 text-right align-top whitespace-nowrap text-ink-2 lg:table-cell">
        {row.deviation}
        <span className="block text-2xs text-ink-3">{row.standardError}</span>
      </td>
      <td className="hidden py-2 pr-4 pl-2 text-right align-top whitespace-nowrap text-ink-2 sm:table-cell">
        {row.sample.split(', ').map((part, i) => (
          <span key={part} className={i === 0 ? '' : 'block text-2xs text-ink-3'}>
            {part}
          </span>
        ))}
      </td>
    </tr>
  )
}

/** A square bracket down the rows of a tie group. */
function Bracket({ part }: { part: NonNullable<StandingRow['bracket']> }) {
  const ends = {
    top: 'top-2 bottom-0 border-t-2 rounded-tl-[3px]',
    middle: '-top-px bottom-0',
    bottom: '-top-px bottom-2 border-b-2 rounded-bl-[3px]',
  }
  return <span aria-hidden="true" className={`absolute left-1.5 w-1.5 border-l-2 border-accent ${ends[part]}`} />
}

function Moved({ by, text }: { by: number; text: string }) {
  return (
    <span title={text} className={`ml-1 inline-flex items-center text-2xs ${by > 0 ? 'text-good' : 'text-bad'}`}>
      <Icon name={by > 0 ? 'arrowUp' : 'arrowDown'} size={10} />
      <span aria-hidden="true">{Math.abs(by)}</span>
      <span className="sr-only">{text}</span>
    </span>
  )
}

function Ticks({ axis }: { axis: Axis }) {
  return (
    <span aria-hidden="true" className="num relative block h-4">
      {axis.ticks.map((tick, i) => (
        <span
          key={tick}
          className={`absolute -translate-x-1/2 ${i % 2 === 1 ? 'max-sm:hidden' : ''}`}
          style={{ left: `${place(axis, tick)}%` }}
        >
          {metricValue(tick).replace(/\.0$/, '')}
        </span>
      ))}
    </span>
  )
}

/** Mean, 95 % interval and every value on the common scale. */
function Bar({ row: { interval, words }, axis }: { row: StandingRow; axis: Axis }) {
  const { mean, low, high, values } = interval
  return (
    <div role="img" aria-label={words} title={words} className="relative h-6">
      {axis.ticks.map((tick) => (
        <span key={tick} className="absolute -inset-y-2 w-px bg-line" style={{ left: `${place(axis, tick)}%` }} />
      ))}
      {low !== null && high !== null ? (
        <span
          className="absolute top-1/2 h-2 -translate-y-1/2 rounded-full bg-accent/25"
          style={{ left: `${place(axis, low)}%`, width: `${Math.max(0.4, place(axis, high) - place(axis, low))}%` }}
        />
      ) : null}
      {values.map((value, i) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: seeds may share a value
          key={i}
          className="absolute top-1/2 size-1.5 -translate-1/2 rounded-full border border-accent bg-panel"
          style={{ left: `${place(axis, value)}%` }}
        />
      ))}
      {mean !== null ? (
        <span
          className="absolute top-1/2 h-4 w-[3px] -translate-1/2 rounded-full bg-accent"
          style={{ left: `${place(axis, mean)}%` }}
        />
      ) : null}
    </div>
  )
}

/** The metric task by task, and the runs behind the row. */
function Details({ row, board, metric }: { row: StandingRow; board: Board; metric: BoardMetric }) {
  const names = new Map(board.suite.tasks.map(({ key, name }) => [key, name]))
  return (
    <tr id={`details-${row.key}`} className="bg-sunken/60">
      <td colSpan={6} className="px-4 py-3">
        <div className="grid gap-x-8 gap-y-4 md:grid-cols-2">
          <div>
            <p className="mb-1.5 text-xs font-medium">{metric.title} by task</p>
            <table className="w-full text-xs">
              <tbody>
                {row.entry.tasks.map(({ taskKey, interval: { mean, low, high, n } }) => (
                  <tr key={taskKey}>
                    <th scope="row" className="py-0.5 pr-2 text-left font-normal text-ink-2">
                      {names.get(taskKey) ?? taskKey}
                    </th>
                    <td className="py-0.5 text-right font-medium">{n === 0 ? '' : metricValue(mean)}</td>
                    <td className="w-36 py-0.5 pl-2 text-right text-2xs text-ink-3">
                      {n === 0
                        ? 'left out'
                        : typeof low === 'number' && typeof high === 'number'
                          ? `${metricValue(low)} to ${metricValue(high)}`
                          : `n = ${n}`}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div>
            {row.established ? <p className="mb-3 text-xs text-ink-2">Established: {row.established}.</p> : null}
            <p className="mb-1.5 text-xs font-medium">{plural(row.entry.runs.length, 'run')}</p>
            <ul className="flex flex-wrap gap-x-4 gap-y-0.5 text-xs">
              {row.entry.runs.map((run) => (
                <li key={run.id}>
                  <Link href={`/runs/${encodeURIComponent(run.id)}`} className="text-accent hover:underline">
                    {run.key}
                  </Link>{' '}
                  <span className="text-ink-3">
                    seed {run.seed}
                    {board.orders.length > 1 ? `, ${run.order.title}` : ''}
                  </span>
                </li>
              ))}
            </ul>
          </div>
        </div>
      </td>
    </tr>
  )
}
