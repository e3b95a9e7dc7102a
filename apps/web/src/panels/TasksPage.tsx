'use client'

import Link from 'next/link'
import { useState } from 'react'
import { useQuery } from 'urql'
import { messageOf, useApi } from '../graphql/client.tsx'
import type { SuitesQuery, TasksPageQuery } from '../graphql/generated/graphql.ts'
import { Suites } from '../graphql/leaderboard.ts'
import { TasksPage as TasksQuery } from '../graphql/tasks.ts'
import { count, plural } from '../prepare/format.ts'
import { Button } from '../ui/controls.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Empty, Failure, Loading, PageHeader, Panel, Tag } from '../ui/surfaces.tsx'

type Task = TasksPageQuery['tasks']['edges'][number]['node']
type Suite = SuitesQuery['suites']['edges'][number]['node']
const PAGE = 60
const SHOWN_ORDERS = 2

/** What can be learned here: suites with their orders, tasks with classes, splits and licences. */
export function TasksPage() {
  const { base } = useApi()
  const [cursors, setCursors] = useState<(string | null)[]>([null])
  const [suites, again] = useQuery({ query: Suites })
  const [{ data }] = useQuery({ query: TasksQuery, variables: { first: PAGE, after: null } })
  const total = data?.tasks.totalCount
  return (
    <>
      <PageHeader
        title="Tasks"
        lead="A task is a labelled image problem; a suite is a sequence of tasks with a base model and a corpus."
      />
      {suites.error && !suites.data ? (
        <Failure message={messageOf(suites.error, base)} onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : null}
      {suites.data ? (
        <section aria-label="Suites" className="mb-6 grid items-start gap-3 lg:grid-cols-2">
          {suites.data.suites.edges.map(({ node }) => (
            <SuiteCard key={node.key} suite={node} />
          ))}
        </section>
      ) : null}
      <Panel title="All tasks" note={total === undefined ? undefined : count(total)} flush>
        {cursors.map((after, i) => (
          <TaskRows
            key={after ?? 'first'}
            after={after}
            onMore={i === cursors.length - 1 ? (cursor) => setCursors([...cursors, cursor]) : null}
          />
        ))}
      </Panel>
    </>
  )
}

/** One page of tasks, and the button for the next one. */
function TaskRows({ after, onMore }: { after: string | null; onMore: ((cursor: string) => void) | null }) {
  const { base } = useApi()
  const [{ data, error, fetching }, again] = useQuery({ query: TasksQuery, variables: { first: PAGE, after } })
  if (error && !data) {
    return <Failure message={messageOf(error, base)} onRetry={() => again({ requestPolicy: 'network-only' })} />
  }
  if (!data) return fetching ? <Loading rows={6} label="Loading tasks" /> : null
  const { edges, pageInfo } = data.tasks
  const next = pageInfo.hasNextPage ? pageInfo.endCursor : null
  if (edges.length === 0 && after === null) {
    return (
      <Empty title="No task is imported yet">
        Import a pack or an image folder with <code>npm run import</code>.
      </Empty>
    )
  }
  return (
    <>
      <ul className="divide-y divide-line border-line [&:not(:first-child)]:border-t">
        {edges.map(({ node }) => (
          <TaskRow key={node.key} task={node} />
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

function SuiteCard({ suite }: { suite: Suite }) {
  const name = (key: string) => suite.tasks.find((task) => task.key === key)?.name ?? key
  const order = ({ key, title, hash, taskKeys }: Suite['orders'][number]) => (
    <div key={key} className="grid gap-x-3 gap-y-1 sm:grid-cols-[7rem_minmax(0,1fr)]">
      <dt className="truncate text-xs text-ink-3" title={`${key}, hash ${hash}`}>
        {title}
      </dt>
      <dd className="flex flex-wrap gap-1">
        {taskKeys.map((task, i) => (
          <Tag key={task}>
            <span className="num mr-1 text-ink-3">{i + 1}</span>
            {name(task)}
          </Tag>
        ))}
      </dd>
    </div>
  )
  return (
    <Panel
      title={suite.title}
      actions={
        <Link href={`/runs/new?suite=${encodeURIComponent(suite.key)}`} className="text-xs text-accent hover:underline">
          New run
        </Link>
      }
    >
      <p className="text-ink-2">{suite.summary}</p>
      {suite.available ? null : (
        <p className="mt-2 flex gap-2 rounded-md bg-warn-soft px-3 py-2 text-xs">
          <Icon name="alert" size={15} className="mt-0.5 text-warn" />
          <span className="min-w-0 break-words">{suite.unavailableReason ?? 'Not available on this server.'}</span>
        </p>
      )}
      <dl className="mt-3 grid gap-2">{suite.orders.slice(0, SHOWN_ORDERS).map(order)}</dl>
      {suite.orders.length > SHOWN_ORDERS ? (
        <details className="mt-2">
          <summary className="w-fit text-xs text-ink-3 hover:text-ink">
            {plural(suite.orders.length - SHOWN_ORDERS, 'more order')}
          </summary>
          <dl className="mt-2 grid gap-2">{suite.orders.slice(SHOWN_ORDERS).map(order)}</dl>
        </details>
      ) : null}
      <p className="mt-3 flex flex-wrap gap-x-4 text-2xs text-ink-3">
        <span>
          model <code>{suite.modelKey}</code>
        </span>
        <span>
          corpus <code>{suite.corpusKey}</code>
        </span>
      </p>
    </Panel>
  )
}

function TaskRow({ task }: { task: Task }) {
  const total = task.splits.reduce((sum, { count: n }) => sum + n, 0) || 1
  const shades = ['bg-accent', 'bg-accent/55', 'bg-accent/25']
  return (
    <li
      data-testid="task-row"
      className="grid gap-x-6 gap-y-2 px-4 py-3 lg:grid-cols-[minmax(0,4fr)_minmax(0,5fr)_minmax(0,4fr)]"
    >
      <div className="min-w-0">
        <h3 className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
          {task.name}
          {task.synthetic ? <Tag look="accent">synthetic</Tag> : null}
        </h3>
        <p className="text-xs text-ink-2">
          {task.domain}, {task.modality}
          {task.anatomy ? `, ${task.anatomy}` : ''}
        </p>
        <code className="text-2xs text-ink-3" title={`digest ${task.digest}`}>
          {task.key}
        </code>
      </div>
      <div className="min-w-0">
        <p className="mb-1 text-2xs text-ink-3">{plural(task.classes.length, 'class', 'classes')}</p>
        <ul className="flex flex-wrap gap-1">
          {task.classes.slice(0, 24).map((one) => (
            <li key={one.id} title={`a photo of ${one.promptName}`}>
              <Tag>{one.name}</Tag>
            </li>
          ))}
          {task.classes.length > 24 ? (
            <li className="text-2xs text-ink-3">and {task.classes.length - 24} more</li>
          ) : null}
        </ul>
      </div>
      <div className="min-w-0">
        <div className="flex h-1.5 gap-px overflow-hidden rounded-full" aria-hidden="true">
          {task.splits.map(({ split, count: n }, i) => (
            <span key={split} className={shades[i % 3]} style={{ width: `${(n / total) * 100}%` }} />
          ))}
        </div>
        <p className="num mt-1 flex flex-wrap gap-x-3 text-xs">
          {task.splits.length === 0 ? <span className="text-ink-3">images not imported yet</span> : null}
          {task.splits.map(({ split, count: n }) => (
            <span key={split}>
              <span className="text-ink-3">{split}</span> {count(n)}
            </span>
          ))}
        </p>
        <details className="mt-1 text-2xs text-ink-3">
          <summary className="w-fit hover:text-ink">{task.licence}</summary>
          {task.citation ? <p className="mt-1 break-words">{task.citation}</p> : null}
          {task.notes ? <p className="mt-1 break-words">{task.notes}</p> : null}
        </details>
      </div>
    </li>
  )
}
