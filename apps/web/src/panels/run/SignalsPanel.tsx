'use client'

import { useCallback, useEffect, useMemo, useState } from 'react'
import { useClient } from 'urql'
import { type SignalEvent, type SignalRow, signalEvent, signalRows } from '../../prepare/signals.ts'
import { Button } from '../../ui/controls.tsx'
import { Empty, Failure, Loading, Panel, TooMuch } from '../../ui/surfaces.tsx'
import type { PanelProps } from './panel.ts'
import { historyPage } from './useLiveRun.ts'

const PAGE = 100
const MAX_ROWS = 40

/** What retrieval measured about each task, and how it turned the knobs of the method. */
export function SignalsPanel({ view: { details } }: PanelProps) {
  const client = useClient()
  const [events, setEvents] = useState<SignalEvent[]>([])
  const [cursor, setCursor] = useState<string | null>(null)
  const [status, setStatus] = useState<'loading' | 'idle' | 'failed'>('loading')
  const read = useCallback(
    async (from: string | null) => {
      setStatus('loading')
      let after = from
      for (;;) {
        const page = await historyPage(client, details.id, after, ['guidance.signals'], PAGE).catch(() => null)
        if (!page) return setStatus('failed')
        const found = page.edges.flatMap(({ node }) => signalEvent(node) ?? [])
        setEvents((old) => [...(after === null ? [] : old), ...found])
        after = page.pageInfo.endCursor ?? after
        setCursor(after)
        if (!page.pageInfo.hasNextPage) return setStatus('idle')
      }
    },
    [client, details.id],
  )
  useEffect(() => void read(null), [read])
  const rows = useMemo(() => signalRows(events), [events])
  return (
    <Panel
      title="Signals and knobs"
      note="what was measured at the start of a task and while it trained"
      actions={
        events.length > 0 ? (
          <Button look="ghost" disabled={status === 'loading'} onClick={() => void read(cursor)}>
            Look for newer
          </Button>
        ) : null
      }
    >
      {events.length === 0 && status === 'loading' ? <Loading rows={3} label="Loading the signals" /> : null}
      {status === 'failed' ? (
        <Failure message="The signals could not be read." onRetry={() => void read(cursor)} />
      ) : null}
      {events.length === 0 && status === 'idle' ? (
        <Empty title="Nothing is measured in this run">
          PRIMED with the profile adaptive measures every task; the profile paper does not.
        </Empty>
      ) : null}
      {events.length > 0 ? (
        <div className="grid gap-6 md:grid-cols-2">
          <Rows title="Signals" rows={rows.signals} />
          <Rows title="Knobs" rows={rows.knobs} />
        </div>
      ) : null}
    </Panel>
  )
}

function Rows({ title, rows }: { title: string; rows: readonly SignalRow[] }) {
  return (
    <section>
      <h3 className="text-xs font-semibold">{title}</h3>
      <ul className="mt-2 grid gap-1.5">
        {rows.slice(0, MAX_ROWS).map(({ name, title, latest, lines, dots, description }) => (
          <li key={name} className="grid grid-cols-[minmax(0,1fr)_7rem_3.5rem] items-center gap-3 text-xs">
            <span className="truncate" title={name}>
              {title}
            </span>
            <svg viewBox="-2 -2 104 24" className="h-6 w-full" role="img" aria-label={`${title}: ${description}`}>
              {lines.map((points) => (
                <polyline key={points} points={points} fill="none" stroke="var(--series-1)" strokeWidth="1.5" />
              ))}
              {dots.map(({ x, y }) => (
                <circle key={`${x},${y}`} cx={x} cy={y} r="1.8" fill="var(--series-1)" />
              ))}
            </svg>
            <span className="num text-right">{latest}</span>
          </li>
        ))}
      </ul>
      {rows.length > MAX_ROWS ? (
        <TooMuch>{rows.length - MAX_ROWS} more are in the events of the run, over the API.</TooMuch>
      ) : null}
    </section>
  )
}
