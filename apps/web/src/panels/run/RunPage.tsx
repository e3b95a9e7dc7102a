'use client'

import Link from 'next/link'
import { Tabs } from 'radix-ui'
import { useEffect } from 'react'
import { Empty, Failure, Loading, Panel } from '../../ui/surfaces.tsx'
import { useUrlState } from '../../ui/useUrlState.ts'
import { RUN_TABS, type RunPanel } from './panel.ts'
import { RunHeader } from './RunHeader.tsx'
import { runPanels } from './registry.ts'
import { useLiveRun } from './useLiveRun.ts'

const SPANS: Record<RunPanel['span'], string> = {
  4: 'xl:col-span-4',
  5: 'xl:col-span-5',
  7: 'xl:col-span-7',
  8: 'xl:col-span-8',
  12: 'xl:col-span-12',
}

export function RunPage({ id }: { id: string }) {
  const { loaded, reload } = useLiveRun(id)
  const [get, set] = useUrlState()
  const wanted = get('tab', 'overview')
  const tab = RUN_TABS.some((one) => one.id === wanted) ? wanted : 'overview'
  const name = loaded.kind === 'ready' ? loaded.view.details.name || loaded.view.details.key : null
  useEffect(() => {
    if (name) document.title = `${name} · Anamnesis`
  }, [name])

  if (loaded.kind === 'loading') return <Loading rows={10} label="Loading the run" />
  if (loaded.kind === 'failed') return <Failure message={loaded.message} onRetry={reload} />
  if (loaded.kind === 'missing') {
    return (
      <div className="pt-16">
        <Panel>
          <Empty title={`There is no run "${id}"`}>
            It may have been started on another server.{' '}
            <Link href="/" className="text-accent hover:underline">
              See all runs
            </Link>
          </Empty>
        </Panel>
      </div>
    )
  }
  return (
    <>
      <RunHeader view={loaded.view} />
      <Tabs.Root value={tab} onValueChange={(value) => set({ tab: value === 'overview' ? null : value })}>
        <Tabs.List
          aria-label="Parts of the run"
          className="mb-4 flex gap-1 overflow-x-auto border-b border-line [scrollbar-width:none]"
        >
          {RUN_TABS.map(({ id: key, title }) => (
            <Tabs.Trigger
              key={key}
              value={key}
              className="-mb-px h-9 border-b-2 border-transparent px-3 whitespace-nowrap text-ink-2 transition-colors hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink pointer-coarse:h-10"
            >
              {title}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {RUN_TABS.map(({ id: key }) => (
          <Tabs.Content
            key={key}
            value={key}
            className="grid items-start gap-4 outline-offset-4 xl:grid-cols-12 xl:grid-rows-[auto_1fr]"
          >
            {runPanels
              .filter((panel) => panel.tab === key)
              .map(({ id: panelId, span, tall, Draw }) => (
                <div
                  key={panelId}
                  className={`min-w-0 ${SPANS[span]} ${tall ? 'xl:row-span-2' : ''}`}
                  data-testid={`panel-${panelId}`}
                >
                  <Draw view={loaded.view} />
                </div>
              ))}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </>
  )
}
