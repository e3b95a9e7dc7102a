'use client'

import Link from 'next/link'
import { useQuery } from 'urql'
import { messageOf, useApi } from '../graphql/client.tsx'
import type { LeaderboardPageQuery } from '../graphql/generated/graphql.ts'
import { LeaderboardPage as LeaderboardQuery } from '../graphql/leaderboard.ts'
import { metricValue, plural } from '../prepare/format.ts'
import { type Axis, axisOf, type BoardInterval, type Place, place, places, variants } from '../prepare/leaderboard.ts'
import { Hint, Select } from '../ui/controls.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Empty, Failure, Loading, PageHeader, Panel } from '../ui/surfaces.tsx'
import { useUrlState } from '../ui/useUrlState.ts'

type Board = LeaderboardPageQuery['leaderboard']
type Entry = Board['entries'][number]
type Metric = Board['metrics'][number]

/** Methods on one suite and order: exact means over all seeds, their intervals, and who cannot be told apart. */
export function LeaderboardPage({ suite }: { suite: string }) {
  const { base } = useApi()
  const [get, set] = useUrlState()
  const variables = { suite, order: get('order') || null, sortBy: get('sort') || null }
  const [{ data, error, fetching }, again] = useQuery({ query: LeaderboardQuery, variables })
  const board = data?.leaderboard
  return (
    <>
      <PageHeader title={board?.suite.title ?? 'Leaderboard'} lead={board?.suite.summary}>
        {board && board.suite.orders.length > 0 ? (
          <div className="flex items-center gap-2 text-xs text-ink-3">
            Order
            <Select aria-label="Order" value={board.order.key} onChange={(event) => set({ order: event.target.value })}>
              {board.suite.orders.map(({ key, title }) => (
                <option key={key} value={key}>
                  {title}
                </option>
              ))}
            </Select>
          </div>
        ) : null}
      </PageHeader>
      {error ? (
        <Failure message={messageOf(error, base)} onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : null}
      {fetching && !board ? <Loading rows={7} /> : null}
      {board && !error ? <BoardView board={board} onSort={(key) => set({ sort: key })} /> : null}
    </>
  )
}

function BoardView({ board, onSort }: { board: Board; onSort: (key: string) => void }) {
  const sorted = board.metrics.find(({ key }) => key === board.sortedBy) ?? board.metrics[0]
  if (board.entries.length === 0 || !sorted) {
    return (
      <Panel>
        <Empty title="No finished run on this suite and order yet">
          <Link href={`/runs/new?suite=${encodeURIComponent(board.suite.key)}`} className="text-accent hover:underline">
            Start a run
          </Link>
          ; a method is listed with its first finished seed.
        </Empty>
      </Panel>
    )
  }
  const taskNames = board.order.taskKeys.map((key) => board.suite.tasks.find((task) => task.key === key)?.name ?? key)
  return (
    <div className="grid gap-4">
      <p className="text-xs text-ink-2">
        {taskNames.map((name, i) => (
          <span key={name} className="mr-2 inline-block">
            <span className="num text-ink-3">{i + 1}</span> {name}
          </span>
        ))}
        <code className="text-2xs text-ink-3" title="Hash of the order">
          {board.order.hash.slice(0, 12)}
        </code>
      </p>
      <DotPlot entries={board.entries} metric={sorted} />
      <BoardTable board={board} onSort={onSort} />
      <Panel title="Definitions">
        <dl className="grid gap-x-8 gap-y-3 sm:grid-cols-2">
          {board.metrics.map((metric) => (
            <div key={metric.key}>
              <dt className="text-xs font-medium">
                {metric.title} <code className="text-2xs font-normal text-ink-3">{metric.key}</code>
              </dt>
              <dd className="text-xs text-ink-2">
                {metric.definition} {metric.better === 'lower' ? 'Lower is better.' : 'Higher is better.'}
              </dd>
            </div>
          ))}
        </dl>
      </Panel>
    </div>
  )
}

const intervalOf = (entry: Entry, key: string): BoardInterval => {
  const found = entry.metrics.find((metric) => metric.key === key)?.interval
  return {
    mean: found?.mean ?? null,
    low: found?.low ?? null,
    high: found?.high ?? null,
    n: found?.n ?? 0,
    values: found?.values ?? [],
  }
}

/** Mean and 95 % interval per method, one dot a seed. */
function DotPlot({ entries, metric }: { entries: readonly Entry[]; metric: Metric }) {
  const notes = variants(entries)
  const rows = entries.map((entry, i) => ({ entry, note: notes[i]!, interval: intervalOf(entry, metric.key) }))
  const axis = axisOf(rows.map(({ interval }) => interval))
  return (
    <Panel
      title={metric.title}
      note={`mean, 95 % interval and every seed, ${metric.unit === 'points' ? 'points' : 'per cent'}`}
    >
      <div className="grid grid-cols-[minmax(5.5rem,10rem)_minmax(0,1fr)] gap-x-4">
        {rows.map(({ entry, note, interval }) => (
          <PlotRow
            key={`${entry.method.key} ${note}`}
            title={note ? `${entry.method.title}, ${note}` : entry.method.title}
            interval={interval}
            axis={axis}
          />
        ))}
        <span />
        <div className="num relative h-5 text-2xs text-ink-3">
          {axis.ticks.map((tick) => (
            <span key={tick} className="absolute -translate-x-1/2 pt-1" style={{ left: `${place(axis, tick)}%` }}>
              {metricValue(tick).replace(/\.0$/, '')}
            </span>
          ))}
        </div>
      </div>
    </Panel>
  )
}

function PlotRow({ title, interval, axis }: { title: string; interval: BoardInterval; axis: Axis }) {
  const { mean, low, high, values } = interval
  const words =
    mean === null
      ? 'no value yet'
      : `${metricValue(mean)}${low !== null && high !== null ? `, 95 % ${metricValue(low)} to ${metricValue(high)}` : ''}, n = ${interval.n}`
  return (
    <>
      <span className="truncate py-1.5 text-xs" title={title}>
        {title}
      </span>
      <div role="img" aria-label={`${title}: ${words}`} title={words} className="relative h-8 border-b border-line">
        {axis.ticks.map((tick) => (
          <span key={tick} className="absolute inset-y-0 w-px bg-line" style={{ left: `${place(axis, tick)}%` }} />
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
    </>
  )
}

function BoardTable({ board, onSort }: { board: Board; onSort: (key: string) => void }) {
  const ranks = places(board.entries)
  const notes = variants(board.entries)
  return (
    <Panel title="Methods" note="mean ± half of the 95 % interval; n seeds" flush>
      <div className="overflow-x-auto">
        <table className="num w-full min-w-[58rem] text-right" data-testid="leaderboard">
          <thead>
            <tr className="text-2xs text-ink-3">
              <th scope="col" className="w-16 py-2 pl-4 text-left font-medium">
                Rank
              </th>
              <th scope="col" className="sticky left-0 bg-panel px-2 py-2 text-left font-medium">
                Method
              </th>
              {board.metrics.map((metric) => {
                const on = metric.key === board.sortedBy
                return (
                  <th
                    key={metric.key}
                    scope="col"
                    aria-sort={on ? (metric.better === 'lower' ? 'ascending' : 'descending') : 'none'}
                    className="px-2 py-2 font-medium whitespace-nowrap"
                  >
                    <button
                      type="button"
                      onClick={() => onSort(metric.key)}
                      title={metric.definition}
                      className={`inline-flex items-center gap-1 hover:text-ink ${on ? 'text-ink' : ''}`}
                    >
                      {on ? <Icon name={metric.better === 'lower' ? 'arrowUp' : 'arrowDown'} size={11} /> : null}
                      {metric.title}
                    </button>
                  </th>
                )
              })}
              <th scope="col" className="py-2 pr-4 pl-2 font-medium">
                Seeds
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {board.entries.map((entry, i) => (
              <Row
                key={`${entry.method.key} ${notes[i]}`}
                entry={entry}
                note={notes[i]!}
                place={ranks[i]!}
                board={board}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

function Row({
  entry,
  note,
  place: { label, tied, first, last },
  board,
}: {
  entry: Entry
  note: string
  place: Place
  board: Board
}) {
  return (
    <tr data-testid="leaderboard-row" data-method={entry.method.key} className="hover:bg-hover">
      <td className="relative py-2 pl-4 text-left align-top">
        {tied ? (
          <span
            aria-hidden="true"
            className={`absolute left-1.5 w-[3px] bg-accent ${first ? 'top-2 rounded-t-full' : '-top-px'} ${last ? 'bottom-2 rounded-b-full' : 'bottom-0'}`}
          />
        ) : null}
        {tied ? (
          <Hint text="Tied: the order of these places is not established. Their intervals overlap, or there is only one seed.">
            {label}
          </Hint>
        ) : (
          label
        )}
      </td>
      <th scope="row" className="sticky left-0 bg-panel px-2 py-2 text-left align-top font-normal">
        <span className="font-medium">{entry.method.title}</span>
        {note ? <span className="block text-2xs text-ink-2">{note}</span> : null}
        {entry.method.paper ? <span className="block text-2xs text-ink-3">{entry.method.paper}</span> : null}
      </th>
      {board.metrics.map((metric) => (
        <Value key={metric.key} interval={intervalOf(entry, metric.key)} strong={metric.key === board.sortedBy} />
      ))}
      <td className="py-2 pr-4 pl-2 align-top whitespace-nowrap">
        <details className="relative">
          <summary className="list-none text-accent hover:underline [&::-webkit-details-marker]:hidden">
            {entry.n}
          </summary>
          <ul
            className="mt-1 grid gap-0.5 text-2xs"
            aria-label={`${plural(entry.runs.length, 'run')} of ${entry.method.title}`}
          >
            {entry.runs.map((run) => (
              <li key={run.id}>
                <Link
                  href={`/runs/${encodeURIComponent(run.id)}`}
                  className="text-ink-2 hover:text-accent hover:underline"
                >
                  seed {run.seed}, {run.key}
                </Link>
              </li>
            ))}
          </ul>
        </details>
      </td>
    </tr>
  )
}

function Value({ interval: { mean, low, high, n }, strong }: { interval: BoardInterval; strong: boolean }) {
  const half = low !== null && high !== null ? (high - low) / 2 : null
  const range =
    half === null ? 'one seed, so no interval' : `95 % interval ${metricValue(low)} to ${metricValue(high)}, n = ${n}`
  return (
    <td
      title={mean === null ? 'no value' : range}
      className={`px-2 py-2 align-top whitespace-nowrap ${strong ? 'font-semibold' : ''}`}
    >
      {metricValue(mean)}
      <span className="block text-2xs font-normal text-ink-3">
        {mean === null ? '' : half === null ? `n = ${n}` : `± ${metricValue(half)}`}
      </span>
    </td>
  )
}
