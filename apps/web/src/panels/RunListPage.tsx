// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed by hand, which a table element cannot do
// biome-ignore-all lint/a11y/useFocusableInteractive: the rows' links take the focus
'use client'

import { useWindowVirtualizer } from '@tanstack/react-virtual'
import Link from 'next/link'
import { type ReactNode, useDeferredValue, useEffect, useRef, useState } from 'react'
import { useQuery } from 'urql'
import type { RunRowFragment, RunSortField, RunState } from '../graphql/generated/graphql.ts'
import { RunFilters } from '../graphql/runs.ts'
import { age, count, duration, percent } from '../prepare/format.ts'
import { metricOf, progressOf } from '../prepare/runList.ts'
import { buttonClass, Select, Toggles } from '../ui/controls.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Progress } from '../ui/Progress.tsx'
import { Heartbeat, StateBadge, stateLabel } from '../ui/StateBadge.tsx'
import { Empty, Failure, Loading, PageHeader } from '../ui/surfaces.tsx'
import { useNow } from '../ui/useNow.ts'
import { asList, useUrlState } from '../ui/useUrlState.ts'
import { SetupBanner } from './SetupBanner.tsx'
import { useRunList } from './useRunList.ts'

const STATES: RunState[] = ['RUNNING', 'QUEUED', 'STALE', 'LOST', 'SUCCEEDED', 'FAILED', 'STOPPED']
const SHOWN_METRICS = ['transfer', 'avg', 'last'] as const
const COLUMNS =
  'xl:grid-cols-[6rem_minmax(8rem,1.1fr)_minmax(7.5rem,1fr)_minmax(8.5rem,1.2fr)_2.25rem_minmax(8.5rem,1.1fr)_3.25rem_3rem_3rem_5.75rem]'

/** All runs, newest first, filtered and sorted by what the address says. */
export function RunListPage() {
  const [get, set] = useUrlState()
  const text = useDeferredValue(get('q'))
  const filter = {
    suite: get('suite') || null,
    methods: asList(get('method')),
    states: asList(get('state')) as RunState[],
    text,
  }
  const sort = {
    field: (get('sort') === 'finished' ? 'FINISHED_AT' : 'CREATED_AT') as RunSortField,
    descending: get('dir') !== 'asc',
  }
  const { list, total, loading, error, connection, more, loadMore, reload, showNew } = useRunList(filter, sort)
  const filtered = filter.suite !== null || filter.methods.length > 0 || filter.states.length > 0 || text !== ''
  return (
    <>
      <PageHeader title="Runs" lead="One method on one suite, order and seed; live from the worker.">
        <Link href="/runs/new" className={buttonClass('primary')}>
          <Icon name="plus" size={15} />
          New run
        </Link>
      </PageHeader>
      <SetupBanner />
      <Filters />
      <div className="mt-3 mb-2 flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-3">
        <span className="num" data-testid="run-count">
          {total === null ? ' ' : `${count(total)} ${total === 1 ? 'run' : 'runs'}`}
          {filtered && total !== null ? ' match' : ''}
        </span>
        <span aria-live="polite">{connection === 'reconnecting' ? 'Live updates interrupted, reconnecting' : ''}</span>
        {list.waiting.length > 0 ? (
          <button
            type="button"
            data-testid="new-runs"
            onClick={showNew}
            className="inline-flex h-6.5 items-center gap-1.5 rounded-full bg-accent px-3 font-medium text-on-accent hover:bg-accent-strong"
          >
            <Icon name="arrowUp" size={13} />
            {list.waiting.length} new
          </button>
        ) : null}
      </div>
      <div
        role="table"
        aria-label="Runs"
        aria-rowcount={total ?? -1}
        className="rounded-lg border border-line bg-panel"
      >
        <Head
          sort={sort}
          onSort={(field) =>
            set({
              sort: field === 'CREATED_AT' ? null : 'finished',
              dir: sort.field === field && sort.descending ? 'asc' : null,
            })
          }
        />
        {error ? <Failure message={error} onRetry={reload} /> : null}
        {list.runs.length > 0 ? (
          <Rows runs={list.runs} more={more} loading={loading} onMore={loadMore} />
        ) : loading ? (
          <Loading rows={8} label="Loading runs" />
        ) : error ? null : filtered ? (
          <Empty title="No run matches these filters">
            <button
              type="button"
              className="text-accent hover:underline"
              onClick={() => set({ suite: null, method: null, state: null, q: null })}
            >
              Clear the filters
            </button>
          </Empty>
        ) : (
          <Empty title="No runs yet">
            Start one with{' '}
            <Link href="/runs/new" className="text-accent hover:underline">
              New run
            </Link>
            , or from a script with <code>npm run benchmark</code>.
          </Empty>
        )}
      </div>
    </>
  )
}

function Filters() {
  const [get, set] = useUrlState()
  const [{ data }] = useQuery({ query: RunFilters, requestPolicy: 'cache-first' })
  const [open, setOpen] = useState(get('state') !== '' || get('method') !== '')
  return (
    <div className="grid gap-2.5">
      <div className="flex flex-wrap items-center gap-2">
        <label className="relative min-w-0 flex-1 basis-44 sm:max-w-72">
          <span className="sr-only">Search runs by name</span>
          <Icon
            name="search"
            size={14}
            className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3"
          />
          <input
            type="search"
            placeholder="Search by name"
            defaultValue={get('q')}
            onChange={(event) => set({ q: event.target.value })}
            className="control w-full pl-8!"
          />
        </label>
        <div className="min-w-0 flex-1 basis-36 sm:max-w-56">
          <Select
            aria-label="Suite"
            value={get('suite')}
            onChange={(event) => set({ suite: event.target.value })}
            className="w-full"
          >
            <option value="">All suites</option>
            {data?.suites.edges.map(({ node }) => (
              <option key={node.key} value={node.key}>
                {node.title}
              </option>
            ))}
          </Select>
        </div>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className={`${buttonClass('quiet')} xl:hidden!`}
        >
          <Icon name="filter" size={14} />
          Filters
        </button>
      </div>
      <div className={`flex-wrap gap-x-6 gap-y-2 xl:flex ${open ? 'flex' : 'hidden'}`}>
        <Toggles
          label="Method"
          values={asList(get('method'))}
          choices={(data?.methods ?? []).map(({ key, title }) => ({ value: key, label: title }))}
          onChange={(values) => set({ method: values.join(',') })}
        />
        <Toggles
          label="State"
          values={asList(get('state'))}
          choices={STATES.map((state) => ({ value: state, label: stateLabel(state) }))}
          onChange={(values) => set({ state: values.join(',') })}
        />
      </div>
    </div>
  )
}

const headClass = 'truncate text-2xs font-medium text-ink-3'

function Head({
  sort,
  onSort,
}: {
  sort: { field: RunSortField; descending: boolean }
  onSort: (field: RunSortField) => void
}) {
  const sortable = (field: RunSortField, label: string) => {
    const on = sort.field === field
    return (
      <span
        role="columnheader"
        aria-sort={on ? (sort.descending ? 'descending' : 'ascending') : 'none'}
        className={headClass}
      >
        <button
          type="button"
          onClick={() => onSort(field)}
          className={`inline-flex items-center gap-1 hover:text-ink ${on ? 'text-ink' : ''}`}
        >
          {label}
          {on ? <Icon name={sort.descending ? 'arrowDown' : 'arrowUp'} size={11} /> : null}
        </button>
      </span>
    )
  }
  const plain = (label: string, right = false) => (
    <span role="columnheader" className={`${headClass} ${right ? 'text-right' : ''}`}>
      {label}
    </span>
  )
  return (
    <div role="row" className={`hidden h-9 items-center gap-x-3 border-b border-line px-4 xl:grid ${COLUMNS}`}>
      {plain('State')}
      {plain('Run')}
      {plain('Method')}
      {plain('Suite and order')}
      {plain('Seed', true)}
      {plain('Progress')}
      {plain('Transfer', true)}
      {plain('Avg', true)}
      {plain('Last', true)}
      <span className="flex gap-2">
        {sortable('CREATED_AT', 'Started')}
        {sortable('FINISHED_AT', 'Ended')}
      </span>
    </div>
  )
}

function Rows({
  runs,
  more,
  loading,
  onMore,
}: {
  runs: RunRowFragment[]
  more: boolean
  loading: boolean
  onMore: () => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [wide, setWide] = useState(() => window.matchMedia('(min-width: 80rem)').matches)
  const now = useNow()
  useEffect(() => {
    const media = window.matchMedia('(min-width: 80rem)')
    const change = () => setWide(media.matches)
    media.addEventListener('change', change)
    return () => media.removeEventListener('change', change)
  }, [])
  useEffect(() => {
    if (box.current) setTop(box.current.offsetTop)
  }, [])
  const height = wide ? 52 : 132
  const virtual = useWindowVirtualizer({
    count: runs.length,
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: top,
    getItemKey: (i) => runs[i]!.id,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the row height changes with the layout
  useEffect(() => virtual.measure(), [height])
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const wanted = more && !loading && last >= runs.length - 10
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per time the end comes into view
  useEffect(() => {
    if (wanted) onMore()
  }, [wanted])
  return (
    <div ref={box} role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
      {items.map((item) => (
        <div
          key={item.key}
          className="absolute inset-x-0 border-b border-line last:border-b-0"
          style={{ height, transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
        >
          <Row run={runs[item.index]!} index={item.index} now={now} />
        </div>
      ))}
    </div>
  )
}

function Row({ run, index, now }: { run: RunRowFragment; index: number; now: number }) {
  const tasks = run.order.taskKeys.length
  const share = progressOf(run)
  const place =
    run.state === 'QUEUED'
      ? 'waiting for a worker'
      : run.method.trains
        ? `task ${Math.max(run.task, run.state === 'SUCCEEDED' ? tasks : 0)} of ${tasks}`
        : 'evaluation only'
  const took = run.startedAt
    ? duration((run.finishedAt ? Date.parse(run.finishedAt) : now) - Date.parse(run.startedAt))
    : '–'
  const started = run.startedAt ?? run.createdAt
  const state = <StateBadge state={run.state} reason={run.stateReason} />
  const name = (
    <Link
      href={`/runs/${encodeURIComponent(run.id)}`}
      className="block truncate font-medium after:absolute after:inset-0 hover:text-accent"
    >
      {run.key}
    </Link>
  )
  const cell = (content: ReactNode, className = '') => (
    <span role="cell" className={`min-w-0 ${className}`}>
      {content}
    </span>
  )
  return (
    <div
      role="row"
      data-testid="run-row"
      data-run-id={run.id}
      aria-rowindex={index + 1}
      className={`relative grid h-full content-center items-center gap-x-3 gap-y-1.5 px-4 transition-colors hover:bg-hover max-xl:grid-cols-[minmax(0,1fr)_auto] ${COLUMNS}`}
    >
      {cell(state, 'max-xl:order-2')}
      {cell(
        <>
          {name}
          <span className="block truncate text-2xs text-ink-3" title={run.name}>
            {[run.attempt > 1 ? `attempt ${run.attempt}` : '', run.name].filter(Boolean).join(', ')}
          </span>
        </>,
        'max-xl:order-1 max-xl:[&>span]:hidden',
      )}
      {cell(run.method.title, 'truncate max-xl:order-3')}
      {cell(
        <>
          <span className="block truncate">{run.suite.title}</span>
          <span className="block truncate text-2xs text-ink-3">{run.order.title}</span>
        </>,
        'max-xl:hidden',
      )}
      {cell(
        <span className="num">
          <span className="text-ink-3 xl:hidden">seed </span>
          {run.seed}
        </span>,
        'text-right max-xl:order-4 max-xl:text-xs',
      )}
      {cell(
        <>
          <Progress tasks={tasks} share={share} state={run.state} label={`Progress of ${run.key}`} />
          <span className="num mt-1 flex justify-between gap-2 text-2xs text-ink-3">
            <span className="truncate">{place}</span>
            <Heartbeat state={run.state} at={run.heartbeatAt} now={now} />
          </span>
        </>,
        'max-xl:order-5 max-xl:col-span-2',
      )}
      {SHOWN_METRICS.map((key) => (
        <span key={key} role="cell" className="num text-right max-xl:hidden">
          {percent(metricOf(run, key))}
        </span>
      ))}
      {cell(
        <>
          <span className="block truncate">{age(started, now)}</span>
          <span className="block truncate text-2xs text-ink-3">{took}</span>
        </>,
        'num text-xs text-ink-2 max-xl:hidden',
      )}
      <span
        role="cell"
        className="num col-span-2 flex justify-between gap-2 text-2xs text-ink-2 max-xl:order-6 xl:hidden"
      >
        <span>
          {SHOWN_METRICS.map((key) => `${key[0]!.toUpperCase()}${key.slice(1)} ${percent(metricOf(run, key))}`).join(
            '   ',
          )}
        </span>
        <span className="text-ink-3">{age(started, now)}</span>
      </span>
    </div>
  )
}
