'use client'

import { useCallback, useEffect, useState } from 'react'
import { useClient } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import type { ReviewQueueQuery } from '../../graphql/generated/graphql.ts'
import { ReviewPair, ReviewQueue } from '../../graphql/literature.ts'
import { count, percent } from '../../prepare/format.ts'
import { Button, Select } from '../../ui/controls.tsx'
import { Empty, Failure, Loading, Panel } from '../../ui/surfaces.tsx'
import type { PanelProps } from './panel.ts'

type Queue = ReviewQueueQuery['reviewQueue']
const VERDICTS = [
  { key: '1', verdict: 'accept', title: 'Fits' },
  { key: '2', verdict: 'wrong domain', title: 'Wrong domain' },
  { key: '3', verdict: 'wrong finding', title: 'Wrong finding' },
] as const
const NAME = 'anamnesis.reviewer'
const PAGE = 20

/** Pairs of the reference set, blinded: the reviewer sees question, image and caption, nothing else. */
export function ReviewPanel({ view: { details, run } }: PanelProps) {
  const [reviewer, setReviewer] = useState(() => window.localStorage.getItem(NAME) ?? '')
  const [task, setTask] = useState('1')
  const [begun, setBegun] = useState(false)
  const built = run.references.map((reference) => reference.task)
  if (built.length === 0) return null
  return (
    <Panel title="Blinded review" note="is the pair what was asked for?" flush>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          window.localStorage.setItem(NAME, reviewer.trim())
          setBegun(true)
        }}
        className="flex flex-wrap items-end gap-3 border-b border-line p-4"
      >
        <div className="grid gap-1 text-2xs text-ink-3">
          Task
          <Select
            aria-label="Task of the review"
            value={task}
            onChange={(event) => setTask(event.target.value)}
            className="max-w-52"
          >
            {built.map((position) => (
              <option key={position} value={position}>
                {position} {details.matrix.taskNames[position - 1]}
              </option>
            ))}
          </Select>
        </div>
        <label className="grid gap-1 text-2xs text-ink-3">
          Reviewer
          <input
            value={reviewer}
            onChange={(event) => {
              setReviewer(event.target.value)
              setBegun(false)
            }}
            maxLength={100}
            placeholder="Your initials"
            className="control w-40"
          />
        </label>
        <Button look="primary" type="submit" disabled={reviewer.trim() === '' || begun}>
          Review
        </Button>
      </form>
      {begun ? (
        <Reviewing key={`${task}/${reviewer}`} runId={details.id} task={Number(task)} reviewer={reviewer.trim()} />
      ) : (
        <Empty title="Nobody is reviewing here now">
          Say who you are and begin; the keys 1, 2 and 3 give the verdict.
        </Empty>
      )}
    </Panel>
  )
}

function Reviewing({ runId, task, reviewer }: { runId: string; task: number; reviewer: string }) {
  const client = useClient()
  const { base } = useApi()
  const [queue, setQueue] = useState<Queue | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const read = useCallback(async () => {
    const input = { runId, task, reviewer, count: PAGE }
    const { data, error } = await client.query(ReviewQueue, { input }, { requestPolicy: 'network-only' }).toPromise()
    setProblem(error ? messageOf(error, base) : null)
    if (data) setQueue(data.reviewQueue)
  }, [client, base, runId, task, reviewer])
  useEffect(() => void read(), [read])
  const item = queue?.items[0]
  const say = useCallback(
    async (verdict: string) => {
      if (!item) return
      const input = { runId, task, reviewer, key: item.key, verdict }
      const { data, error } = await client.mutation(ReviewPair, { input }).toPromise()
      const noise = data?.reviewPair.noise
      if (!noise) {
        setProblem(data?.reviewPair.userErrors[0]?.message ?? (error ? messageOf(error, base) : null))
        return
      }
      setProblem(null)
      setQueue(
        (old) => old && { ...old, noise, open: old.open - 1, items: old.items.filter(({ key }) => key !== item.key) },
      )
      if (queue && queue.items.length <= 1 && queue.open > 1) void read()
    },
    [client, base, item, queue, read, reviewer, runId, task],
  )
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && ['INPUT', 'SELECT', 'TEXTAREA'].includes(event.target.tagName)
      const found = VERDICTS.find(({ key }) => key === event.key)
      if (!found || typing || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      void say(found.verdict)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [say])
  if (problem && !queue) return <Failure message={problem} onRetry={() => void read()} />
  if (!queue) return <Loading rows={4} label="Loading pairs" />
  const { noise } = queue
  return (
    <div className="grid gap-4 p-4 md:grid-cols-[minmax(0,1fr)_15rem]">
      {problem ? <Failure message={problem} /> : null}
      {item ? (
        <div className="grid gap-3 sm:grid-cols-[14rem_minmax(0,1fr)]">
          {/* biome-ignore lint/performance/noImgElement: figures come from the API's own host, already small */}
          <img
            src={`${base}${item.imageUrl}`}
            alt="The retrieved pair"
            className="aspect-square w-full rounded-md bg-[#0b0f12] object-contain"
          />
          <div className="min-w-0">
            <p className="text-2xs text-ink-3">Asked for</p>
            <p className="font-medium">{item.question}</p>
            <p className="mt-3 text-2xs text-ink-3">Caption</p>
            <p className="max-h-48 overflow-y-auto text-xs break-words">{item.caption}</p>
            <div className="mt-4 flex flex-wrap gap-2">
              {VERDICTS.map(({ key, verdict, title }) => (
                <Button key={key} look={verdict === 'accept' ? 'primary' : 'quiet'} onClick={() => void say(verdict)}>
                  {title} <kbd className="text-2xs opacity-70">{key}</kbd>
                </Button>
              ))}
            </div>
          </div>
        </div>
      ) : (
        <Empty title="You have judged every pair of this set" />
      )}
      <dl className="grid content-start gap-1 text-xs" aria-live="polite">
        <Fact name="Left for you" value={count(queue.open)} />
        <Fact name="Judged by anyone" value={count(noise.reviewed)} />
        <Fact name="Label noise" value={noise.rate === null ? '–' : `${percent(noise.rate)} %`} />
        <Fact
          name="95 % interval"
          value={noise.interval ? `${percent(noise.interval[0])} to ${percent(noise.interval[1])} %` : '–'}
        />
        <Fact name="Wrong domain" value={count(noise.wrongDomain)} />
        <Fact name="Wrong finding" value={count(noise.wrongFinding)} />
        <Fact name="Disputed" value={count(noise.disputed)} />
      </dl>
    </div>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex justify-between gap-3">
      <dt className="text-ink-3">{name}</dt>
      <dd className="num">{value}</dd>
    </div>
  )
}
