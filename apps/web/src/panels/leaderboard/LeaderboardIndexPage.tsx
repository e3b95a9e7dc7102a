'use client'

import Link from 'next/link'
import { useQuery } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import { Suites } from '../../graphql/leaderboard.ts'
import { plural } from '../../prepare/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { Empty, Failure, Loading, PageHeader, Panel, Tag } from '../../ui/surfaces.tsx'

/** One board per suite. */
export function LeaderboardIndexPage() {
  const { base } = useApi()
  const [{ data, error, fetching }, again] = useQuery({ query: Suites })
  const suites = data?.suites.edges.map(({ node }) => node) ?? []
  return (
    <>
      <PageHeader
        title="Leaderboards"
        lead="Methods compared per suite and order, with the uncertainty that the seeds leave."
      />
      {error && !data ? (
        <Failure message={messageOf(error, base)} onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : null}
      {fetching && !data ? <Loading /> : null}
      {data && suites.length === 0 ? (
        <Panel>
          <Empty title="No suite yet" />
        </Panel>
      ) : null}
      <ul className="grid gap-3 md:grid-cols-2 2xl:grid-cols-3">
        {suites.map((suite) => (
          <li
            key={suite.key}
            className="relative rounded-lg border border-line bg-panel p-4 transition-colors hover:border-ink-3"
          >
            <h2 className="flex items-center justify-between gap-2 text-base font-semibold">
              <Link href={`/leaderboards/${encodeURIComponent(suite.key)}`} className="after:absolute after:inset-0">
                {suite.title}
              </Link>
              <Icon name="chevron" size={14} className="text-ink-3" />
            </h2>
            <p className="mt-1 text-ink-2">{suite.summary}</p>
            <p className="mt-3 flex flex-wrap gap-1.5">
              <Tag>{plural(suite.orders[0]?.taskKeys.length ?? suite.tasks.length, 'task')}</Tag>
              <Tag>{plural(suite.orders.length, 'order')}</Tag>
              <Tag>model {suite.modelKey}</Tag>
              {suite.available ? null : <Tag look="warn">not available here</Tag>}
            </p>
            {suite.unavailableReason ? (
              <p className="mt-2 text-2xs break-words text-ink-3">{suite.unavailableReason}</p>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  )
}
