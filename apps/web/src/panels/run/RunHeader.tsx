'use client'

import Link from 'next/link'
import { useState } from 'react'
import { useMutation } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import { StopRun } from '../../graphql/run.ts'
import { count, dateTime, duration } from '../../prepare/format.ts'
import { isFinal } from '../../prepare/liveRun.ts'
import { progressOf } from '../../prepare/runList.ts'
import { Button } from '../../ui/controls.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Progress } from '../../ui/Progress.tsx'
import { Heartbeat, StateBadge } from '../../ui/StateBadge.tsx'
import { useNow } from '../../ui/useNow.ts'
import type { PanelProps } from './panel.ts'
import type { RunView } from './useLiveRun.ts'

export function RunHeader({ view }: PanelProps) {
  const { details, run, figures } = view
  const now = useNow()
  const tasks = details.order.taskKeys.length
  const heartbeat = [run.heartbeatAt, figures.heartbeatAt].filter(Boolean).sort().at(-1)
  const took = run.startedAt
    ? duration((run.finishedAt ? Date.parse(run.finishedAt) : now) - Date.parse(run.startedAt))
    : null
  const facts = [
    ['Method', details.method.title, `/leaderboards/${details.suite.key}`, undefined],
    ['Suite', details.suite.title, `/leaderboards/${details.suite.key}`, undefined],
    ['Order', details.order.title, null, undefined],
    ['Base model', details.modelKey, '/models', baseModelNote(details)],
    ['Seed', String(details.seed), null, undefined],
    ['Started', dateTime(run.startedAt), null, undefined],
    ['Duration', took ?? '–', null, undefined],
  ] as const
  return (
    <header className="pt-4 pb-4 lg:pt-6">
      <Link href="/" className="inline-flex items-center gap-1 text-xs text-ink-3 hover:text-ink">
        <Icon name="chevron" size={11} className="rotate-180" />
        Runs
      </Link>
      <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 text-xl font-semibold tracking-[-0.015em] break-words">{details.name || details.key}</h1>
        <StateBadge state={run.state} reason={run.stateReason} />
        <Live connection={view.connection} state={run.state} />
        <span className="ml-auto">
          <StopButton view={view} />
        </span>
      </div>
      {run.stateReason && run.state !== 'RUNNING' ? (
        <p
          className={`mt-1.5 max-w-[90ch] ${run.state === 'FAILED' || run.state === 'LOST' ? 'text-bad' : 'text-ink-2'}`}
        >
          {run.stateReason}
        </p>
      ) : null}
      <dl className="mt-3 grid grid-cols-2 gap-x-5 gap-y-2 sm:grid-cols-3 lg:flex lg:flex-wrap lg:gap-x-8">
        {facts.map(([term, value, href, note]) => (
          <div key={term} className="min-w-0" title={note}>
            <dt className="text-2xs text-ink-3">{term}</dt>
            <dd className="num truncate">
              {href ? (
                <Link href={href} className="hover:text-accent hover:underline">
                  {value}
                </Link>
              ) : (
                value
              )}
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-3">
        <Progress tasks={tasks} share={progressOf(run)} state={run.state} label="Progress of the run" />
        <p className="num mt-1 flex flex-wrap justify-between gap-x-4 text-2xs text-ink-3">
          <span data-testid="run-progress">{progressText(view)}</span>
          <Heartbeat state={run.state} at={heartbeat} now={now} />
        </p>
      </div>
    </header>
  )
}

/** Which weights exactly, and whether the model of this name still has them. */
function baseModelNote({ modelKey, encoderId, baseModel }: RunView['details']): string {
  if (!baseModel) return `${encoderId ?? modelKey}; the model is no longer on this server`
  if (encoderId === null || encoderId === undefined || encoderId === baseModel.encoderId) return baseModel.encoderId
  return `${encoderId}; the model of this name has other weights now (${baseModel.encoderId})`
}

function progressText({ details, run }: RunView): string {
  const tasks = details.order.taskKeys.length
  if (run.state === 'QUEUED') return 'Waiting for a worker'
  if (!details.method.trains) return `Evaluation of ${tasks} tasks, nothing is trained`
  const name = details.matrix.taskNames[run.task - 1]
  const place = run.task === 0 ? 'Before the first task' : `Task ${run.task} of ${tasks}${name ? `, ${name}` : ''}`
  return `${place}, step ${count(run.step)} of ${count(run.totalSteps)}`
}

const LIVE = {
  connecting: ['bg-line-strong', 'connecting'],
  live: ['bg-good', 'live'],
  reconnecting: ['bg-warn', 'reconnecting; nothing is lost'],
  ended: ['', ''],
} as const

function Live({ connection, state }: { connection: RunView['connection']; state: string }) {
  if (isFinal(state)) return null
  const [colour, word] = LIVE[connection]
  return (
    <span role="status" data-testid="connection" className="inline-flex items-center gap-1.5 text-2xs text-ink-3">
      {colour ? <span aria-hidden="true" className={`size-1.5 rounded-full ${colour}`} /> : null}
      {word}
    </span>
  )
}

/** Stopping has two phases: requested here, acknowledged by the worker. */
function StopButton({ view: { details, run } }: { view: RunView }) {
  const { base } = useApi()
  const [{ fetching }, stop] = useMutation(StopRun)
  const [asking, setAsking] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  if (isFinal(run.state)) return null
  if (run.state === 'STOP_REQUESTED') {
    return <span className="text-xs text-warn">Stop requested, waiting for the worker to acknowledge</span>
  }
  const request = async () => {
    setProblem(null)
    const { data, error } = await stop({ input: { runId: details.id, reason: 'Requested in the dashboard' } })
    const first = data?.stopRun.userErrors[0]
    setProblem(error ? messageOf(error, base) : (first?.message ?? null))
    setAsking(false)
  }
  return (
    <span className="flex flex-wrap items-center justify-end gap-2">
      {problem ? (
        <span role="alert" className="text-xs text-bad">
          {problem}
        </span>
      ) : null}
      {asking ? (
        <>
          <span className="text-xs text-ink-2">Finished tasks keep their checkpoints.</span>
          <Button look="danger" icon="stop" disabled={fetching} onClick={request} data-testid="confirm-stop">
            Stop now
          </Button>
          <Button look="ghost" onClick={() => setAsking(false)}>
            Keep running
          </Button>
        </>
      ) : (
        <Button look="danger" icon="stop" onClick={() => setAsking(true)} data-testid="stop-run">
          Stop
        </Button>
      )}
    </span>
  )
}
