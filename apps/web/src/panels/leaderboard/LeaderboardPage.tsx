'use client'

import Link from 'next/link'
import type { ReactNode } from 'react'
import { useQuery } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import { LeaderboardPage as LeaderboardQuery } from '../../graphql/leaderboard.ts'
import { count, plural } from '../../prepare/format.ts'
import type { Before, Board } from '../../prepare/leaderboard/board.ts'
import { Segmented, Select } from '../../ui/controls.tsx'
import { Empty, Failure, Loading, PageHeader, Panel } from '../../ui/surfaces.tsx'
import { useUrlState } from '../../ui/useUrlState.ts'
import { AllMetricsPanel } from './AllMetricsPanel.tsx'
import { DifferencesPanel } from './DifferencesPanel.tsx'
import { LeftOutPanel } from './LeftOutPanel.tsx'
import { PassportProvider } from './Passport.tsx'
import { PublishedPanel } from './PublishedPanel.tsx'
import { SpreadPanel } from './SpreadPanel.tsx'
import { StandingsPanel } from './StandingsPanel.tsx'

/** In the address these stand for several orders; the API calls them order sets. */
const ORDER_SETS = [
  { value: '*all', set: 'all', title: 'All orders' },
  { value: '*shifts', set: 'shifts', title: 'Cyclic shifts' },
]

/** Methods of one suite: who is better, and how far that can be trusted. */
export function LeaderboardPage({ suite }: { suite: string }) {
  const { base } = useApi()
  const [get, set] = useUrlState()
  const orderSet = ORDER_SETS.find(({ value }) => value === get('order'))?.set ?? null
  const from = get('from')
  const variables = {
    suite,
    order: orderSet ? null : get('order') || null,
    orderSet,
    sortBy: get('sort') || null,
    scope: get('scope') || null,
    group: get('group') || null,
    from: from || null,
    moved: from !== '',
  }
  const [{ data, error, fetching }, again] = useQuery({ query: LeaderboardQuery, variables })
  const board = data?.leaderboard
  const onSort = (key: string) => set({ sort: key, from: board && board.sortedBy !== key ? board.sortedBy : null })
  return (
    <>
      <PageHeader title={board?.suite.title ?? 'Leaderboard'} lead={board?.suite.summary} />
      {error ? (
        <Failure message={messageOf(error, base)} onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : null}
      {fetching && !board ? <Loading rows={7} /> : null}
      {board ? (
        <div className="grid gap-4">
          <Choices board={board} order={get('order')} onSort={onSort} set={set} />
          {error ? null : (
            <BoardView
              board={board}
              before={data.before ?? null}
              onSort={onSort}
              onForget={() => set({ from: null })}
            />
          )}
          {error ? null : <PublishedPanel board={board} />}
        </div>
      ) : null}
    </>
  )
}

function Choices({
  board,
  order,
  onSort,
  set,
}: {
  board: Board
  order: string
  onSort: (key: string) => void
  set: (changes: Record<string, string | null>) => void
}) {
  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
      <Choice label="Metric">
        <Select aria-label="Metric" value={board.sortedBy} onChange={(event) => onSort(event.target.value)}>
          {board.metrics.map(({ key, title }) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
        </Select>
      </Choice>
      {board.suite.orders.length > 1 ? (
        <Choice label="Order of tasks">
          <Select
            aria-label="Order of tasks"
            value={order.startsWith('*') ? order : board.order.key}
            onChange={(event) => set({ order: event.target.value, from: null, group: null })}
          >
            {board.suite.orders.map(({ key, title }) => (
              <option key={key} value={key}>
                {title}
              </option>
            ))}
            {ORDER_SETS.map(({ value, title }) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </Select>
        </Choice>
      ) : null}
      <Choice label="Uncertainty over">
        <Segmented
          label="Uncertainty over"
          value={board.scope === 'runs' ? 'runs' : ''}
          choices={[
            { value: '', label: 'Tasks and seeds', title: 'The tasks count as a sample of such tasks' },
            { value: 'runs', label: 'Seeds', title: 'Only for these tasks' },
          ]}
          onChange={(value) => set({ scope: value, from: null })}
        />
      </Choice>
      {board.groups.length > 1 ? (
        <Choice label="Conditions">
          <Select
            aria-label="Conditions"
            value={board.group?.key ?? ''}
            onChange={(event) => set({ group: event.target.value, from: null })}
          >
            {board.groups.map(({ key, stepsPerTask, evalLimit, modelKey, dataDigest, runs }) => (
              <option key={key} value={key}>
                {`${count(stepsPerTask)} steps, ${modelKey}${evalLimit ? `, ${evalLimit} test images` : ''}${
                  dataDigest ? `, data ${dataDigest.slice(0, 6)}` : ''
                } (${plural(runs, 'run')})`}
              </option>
            ))}
          </Select>
        </Choice>
      ) : null}
    </div>
  )
}

function Choice({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid max-w-full gap-1 text-2xs text-ink-3">
      <span aria-hidden="true">{label}</span>
      {children}
    </div>
  )
}

function BoardView({
  board,
  before,
  onSort,
  onForget,
}: {
  board: Board
  before: Before | null
  onSort: (key: string) => void
  onForget: () => void
}) {
  if (board.entries.length === 0) {
    return (
      <>
        <Panel>
          <Empty title="No finished run on this suite and order yet">
            <Link
              href={`/runs/new?suite=${encodeURIComponent(board.suite.key)}`}
              className="text-accent hover:underline"
            >
              Start a run
            </Link>
            ; a method is listed with its first finished seed and ranked from {board.seedsToRank} seeds on.
          </Empty>
        </Panel>
        <LeftOutPanel board={board} />
      </>
    )
  }
  return (
    <PassportProvider>
      <OrderLine board={board} />
      <StandingsPanel board={board} before={before} onForget={onForget} />
      <DifferencesPanel board={board} />
      <AllMetricsPanel board={board} onSort={onSort} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <SpreadPanel board={board} />
        <LeftOutPanel board={board} />
      </div>
    </PassportProvider>
  )
}

/** Which sequence, and which conditions all runs of the board share. */
function OrderLine({ board: { order, orders, suite, group } }: { board: Board }) {
  const names = new Map(suite.tasks.map(({ key, name }) => [key, name]))
  return (
    <p className="text-xs text-ink-2">
      {orders.length > 1
        ? `${plural(orders.length, 'order')}: ${orders.map(({ title }) => title).join(', ')}. `
        : order.taskKeys.map((key, i) => (
            <span key={key} className="mr-2 inline-block">
              <span className="num text-ink-3">{i + 1}</span> {names.get(key) ?? key}
            </span>
          ))}
      {orders.length > 1 ? null : (
        <code className="mr-2 text-2xs text-ink-3" title="Hash of the order">
          {order.hash.slice(0, 12)}
        </code>
      )}
      {group ? (
        <span className="text-ink-3">
          {plural(group.stepsPerTask, 'step')} a task from {group.modelKey}
          {group.evalLimit ? `, ${plural(group.evalLimit, 'test image')} a task` : ''}
        </span>
      ) : null}
    </p>
  )
}
