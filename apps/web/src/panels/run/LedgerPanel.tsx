'use client'

import { useCallback, useEffect, useState } from 'react'
import { useClient } from 'urql'
import { useApi } from '../../graphql/client.tsx'
import { count, percent } from '../../prepare/format.ts'
import { type LedgerWindow, ledgerWindow } from '../../prepare/ledger.ts'
import { Button } from '../../ui/controls.tsx'
import { Empty, Failure, Loading, Panel, Tag } from '../../ui/surfaces.tsx'
import { FigureDrawer } from '../literature/FigureDrawer.tsx'
import type { PanelProps } from './panel.ts'
import { bagColour } from './ReferencePanel.tsx'
import { historyPage } from './useLiveRun.ts'

const PAGE = 20

/** Which figures guided which steps. */
export function LedgerPanel({ view: { details, run } }: PanelProps) {
  const client = useClient()
  const [windows, setWindows] = useState<LedgerWindow[]>([])
  const [end, setEnd] = useState<{ cursor: string | null; more: boolean }>({ cursor: null, more: true })
  const [status, setStatus] = useState<'loading' | 'idle' | 'failed'>('loading')

  const read = useCallback(
    async (after: string | null) => {
      setStatus('loading')
      const page = await historyPage(client, details.id, after, ['ledger.written'], PAGE).catch(() => null)
      if (!page) return setStatus('failed')
      const found = page.edges.flatMap(({ node }) => ledgerWindow(node) ?? [])
      setWindows((old) => [
        ...new Map([...(after === null ? [] : old), ...found].map((one) => [one.seq, one])).values(),
      ])
      setEnd((old) => ({ cursor: page.pageInfo.endCursor ?? old.cursor, more: page.pageInfo.hasNextPage }))
      setStatus('idle')
    },
    [client, details.id],
  )
  useEffect(() => void read(null), [read])

  const [opened, setOpened] = useState<string | null>(null)
  const title = 'Guidance ledger'
  const behind = run.step - (windows.at(-1)?.toStep ?? 0)
  return (
    <Panel title={title} note="which figures guided which steps" flush>
      {windows.length === 0 && status === 'loading' ? <Loading rows={3} label="Loading the ledger" /> : null}
      {status === 'failed' ? (
        <Failure message="The ledger could not be read." onRetry={() => void read(end.cursor)} />
      ) : null}
      {windows.length === 0 && status === 'idle' ? (
        <Empty title="No figures have guided a step yet">
          {details.method.reference === 'none'
            ? `${details.method.title} trains without figures.`
            : 'A line is written while a task trains.'}
        </Empty>
      ) : null}
      <FigureDrawer corpus={details.suite.corpusKey} figureKey={opened} onClose={() => setOpened(null)} />
      <ol className="divide-y divide-line">
        {windows.map((window) => (
          <Window
            key={window.seq}
            window={window}
            corpus={details.suite.corpusKey}
            onOpen={setOpened}
            task={details.matrix.taskNames[window.task - 1] ?? `task ${window.task}`}
          />
        ))}
      </ol>
      {windows.length > 0 && (end.more || behind > 0) ? (
        <div className="flex justify-center border-t border-line p-3">
          <Button look="ghost" disabled={status === 'loading'} onClick={() => void read(end.cursor)}>
            {end.more ? 'Show later steps' : 'Look for newer lines'}
          </Button>
        </div>
      ) : null}
    </Panel>
  )
}

function Window({
  window,
  corpus,
  task,
  onOpen,
}: {
  window: LedgerWindow
  corpus: string
  task: string
  onOpen: (figureId: string) => void
}) {
  const { base } = useApi()
  const [open, setOpen] = useState(false)
  const image = (id: string) => `${base}/figures/${encodeURIComponent(corpus)}/${encodeURIComponent(id)}.jpg`
  const shown = open ? window.figures : window.figures.slice(0, 8)
  return (
    <li className="grid gap-x-4 gap-y-2 px-4 py-3 sm:grid-cols-[11rem_minmax(0,1fr)]">
      <div>
        <p className="num font-medium">
          Steps {count(window.fromStep)} to {count(window.toStep)}
        </p>
        <p className="truncate text-xs text-ink-3">{task}</p>
        <p className="num mt-1 flex flex-wrap items-center gap-1.5 text-2xs text-ink-3">
          {count(window.figures.length)} figures
          {window.sampled ? <Tag>most drawn only</Tag> : null}
        </p>
      </div>
      <div>
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(5rem,1fr))] gap-2">
          {shown.map((figure) => (
            <li key={`${figure.figureId}-${figure.bag}`} className="min-w-0">
              <button
                type="button"
                onClick={() => onOpen(figure.figureId)}
                title={`${figure.figureId}, ${figure.bag} bag, rank ${figure.rank}, drawn ${figure.draws} times`}
                className="block w-full overflow-hidden rounded-md border border-line hover:border-ink-3"
              >
                {/* biome-ignore lint/performance/noImgElement: figures come from the API's own host, already small */}
                <img
                  src={image(figure.figureId)}
                  alt={`Figure ${figure.figureId}`}
                  loading="lazy"
                  className="aspect-square w-full bg-sunken object-cover"
                />
                <span aria-hidden="true" className="block h-1" style={{ background: bagColour(figure.bag) }} />
              </button>
              <p className="num mt-0.5 flex justify-between text-2xs text-ink-3">
                <span title={figure.scores}>rank {figure.rank}</span>
                <span className="text-ink-2" title={`drawn ${figure.draws} times`}>
                  {figure.share === null ? `${figure.draws}×` : `${percent(figure.share)} %`}
                </span>
              </p>
            </li>
          ))}
        </ul>
        {window.figures.length > 8 ? (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="mt-1.5 text-2xs text-accent hover:underline"
          >
            {open ? 'Show fewer' : `Show all ${window.figures.length}`}
          </button>
        ) : null}
      </div>
    </li>
  )
}
