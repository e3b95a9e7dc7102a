'use client'

import Link from 'next/link'
import { useState } from 'react'
import { useQuery } from 'urql'
import { messageOf, useApi } from '../graphql/client.tsx'
import type { ModelRowFragment } from '../graphql/generated/graphql.ts'
import { ModelsPage as ModelsQuery } from '../graphql/models.ts'
import { count, dateTime, plural } from '../prepare/format.ts'
import { architectureOf, parityOf } from '../prepare/models.ts'
import { Button, CopyButton } from '../ui/controls.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Empty, Failure, Loading, PageHeader, Panel, Tag } from '../ui/surfaces.tsx'
import { ImportPanel } from './models/ImportPanel.tsx'

const PAGE = 50

/** What runs can start from, and how further base models come in. */
export function ModelsPage() {
  const { base } = useApi()
  const [cursors, setCursors] = useState<(string | null)[]>([null])
  const [{ data, error }, again] = useQuery({ query: ModelsQuery, variables: { first: PAGE, after: null } })
  const refresh = () => again({ requestPolicy: 'network-only' })
  const taken = data?.models.edges.map(({ node }) => node.key) ?? []
  return (
    <>
      <PageHeader
        title="Models"
        lead="A base model is what a run starts from. Any of them can start any suite; its literature is indexed once for each."
      />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,7fr)_minmax(0,4fr)]">
        <Panel title="Base models" note={data ? count(data.models.totalCount) : undefined} flush>
          {error && !data ? <Failure message={messageOf(error, base)} onRetry={refresh} /> : null}
          {error && !data
            ? null
            : cursors.map((after, i) => (
                <Models
                  key={after ?? 'first'}
                  after={after}
                  onMore={i === cursors.length - 1 ? (cursor) => setCursors([...cursors, cursor]) : null}
                />
              ))}
        </Panel>
        <ImportPanel taken={taken} onImported={refresh} />
      </div>
    </>
  )
}

/** One page of models, and the button for the next one. */
function Models({ after, onMore }: { after: string | null; onMore: ((cursor: string) => void) | null }) {
  const { base } = useApi()
  const [{ data, error, fetching }, again] = useQuery({ query: ModelsQuery, variables: { first: PAGE, after } })
  if (error && !data) {
    return <Failure message={messageOf(error, base)} onRetry={() => again({ requestPolicy: 'network-only' })} />
  }
  if (!data) return fetching ? <Loading rows={6} label="Loading models" /> : null
  const { edges, pageInfo } = data.models
  const next = pageInfo.hasNextPage ? pageInfo.endCursor : null
  if (edges.length === 0 && after === null) {
    return (
      <Empty title="No base model is here yet">
        The demo model is installed at the first start; others are imported or made with <code>npm run pretrain</code>.
      </Empty>
    )
  }
  return (
    <>
      <ul className="divide-y divide-line border-line [&:not(:first-child)]:border-t">
        {edges.map(({ node }) => (
          <ModelRow key={node.key} model={node} />
        ))}
      </ul>
      {next && onMore ? (
        <div className="flex justify-center border-t border-line p-3">
          <Button look="ghost" onClick={() => onMore(next)}>
            Show more
          </Button>
        </div>
      ) : null}
    </>
  )
}

const STAMPS = {
  same: { className: 'bg-good-soft text-good', icon: 'check' },
  differs: { className: 'bg-bad-soft text-bad', icon: 'alert' },
  unknown: { className: 'bg-sunken text-ink-2', icon: null },
} as const

function ModelRow({ model }: { model: ModelRowFragment }) {
  const parity = parityOf(model.parity)
  const stamp = STAMPS[parity.state]
  return (
    <li data-testid="model-row" data-key={model.key} className="px-4 py-3.5">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5">
        <h3 className="min-w-0 font-semibold break-all">{model.key}</h3>
        <Tag>{model.origin}</Tag>
        <span
          data-testid="parity"
          data-state={parity.state}
          title={parity.detail}
          className={`inline-flex h-5 items-center gap-1 rounded-full px-2 text-2xs font-medium ${stamp.className}`}
        >
          {stamp.icon ? <Icon name={stamp.icon} size={11} /> : null}
          {parity.label}
        </span>
        <span className="ml-auto flex flex-wrap items-center gap-x-3 text-xs">
          <span className="num text-ink-3">{plural(model.runCount, 'run')}</span>
          <Link
            href={`/runs/new?model=${encodeURIComponent(model.key)}`}
            className="whitespace-nowrap text-accent hover:underline"
          >
            New run
          </Link>
        </span>
      </div>
      <dl className="mt-2.5 grid grid-cols-2 gap-x-5 gap-y-2 lg:grid-cols-4">
        {architectureOf(model).map(({ term, value, detail }) => (
          <div key={term} className="min-w-0">
            <dt className="text-2xs text-ink-3">{term}</dt>
            <dd className="num">{value}</dd>
            <dd className="num text-2xs text-pretty text-ink-3">{detail}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-2xs text-ink-3">
        <span className="inline-flex min-w-0 items-center gap-1">
          <code className="break-all" title={`SHA-256 of the weights: ${model.digest}`}>
            {model.encoderId}
          </code>
          <CopyButton text={model.digest} label="Digest" />
        </span>
        <span>added {dateTime(model.addedAt)}</span>
        {model.source ? (
          <span className="min-w-0 break-all">
            from <code>{model.source}</code>
          </span>
        ) : null}
        {model.parity ? <span>{parity.detail}</span> : null}
      </p>
    </li>
  )
}
