'use client'

import { useEffect, useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import type { LeakGuardQuery, LeakVerdict } from '../../graphql/generated/graphql.ts'
import { JudgeLeak, LeakGuard, SearchLeaks } from '../../graphql/literature.ts'
import { count, percent } from '../../prepare/format.ts'
import { leakRows } from '../../prepare/literature.ts'
import { Button, Select } from '../../ui/controls.tsx'
import { Empty, Failure, Loading, Panel, Tag, TooMuch } from '../../ui/surfaces.tsx'
import { useUrlState } from '../../ui/useUrlState.ts'

type Pair = NonNullable<LeakGuardQuery['leakSearch']>['pairs']['edges'][number]['node']
const PAGE = 12
const POLL_MS = 1500
const VERDICTS: { verdict: LeakVerdict; title: string }[] = [
  { verdict: 'LEAK', title: 'Same image' },
  { verdict: 'SAME_PATIENT', title: 'Same patient' },
  { verdict: 'NOT_A_LEAK', title: 'No leak' },
]

/** Are test images of a suite in its literature? What looks alike is judged by people. */
export function LeakPanel({ suites }: { suites: readonly { key: string; title: string }[] }) {
  const { base } = useApi()
  const [get, set] = useUrlState()
  const suite = suites.find(({ key }) => key === get('suite'))?.key ?? suites[0]?.key ?? ''
  const [problem, setProblem] = useState<string | null>(null)
  const variables = { suite, first: PAGE, open: true }
  const [{ data, error }, again] = useQuery({
    query: LeakGuard,
    variables,
    requestPolicy: 'cache-and-network',
    pause: suite === '',
  })
  const [starting, start] = useMutation(SearchLeaks)
  const search = data?.leakSearch
  const running = search?.state === 'RUNNING'
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => again({ requestPolicy: 'network-only' }), POLL_MS)
    return () => clearInterval(timer)
  }, [running, again])
  const reload = () => again({ requestPolicy: 'network-only' })
  const begin = async () => {
    const { data: answer, error: failed } = await start({ input: { suite } })
    setProblem(answer?.searchLeaks.userErrors[0]?.message ?? (failed ? messageOf(failed, base) : null))
    reload()
  }
  const rows = leakRows(search?.tasks ?? [])
  return (
    <Panel
      title="Test images in the literature"
      note="a figure that is a test image makes a score too good"
      actions={
        <>
          <Select
            aria-label="Suite"
            value={suite}
            onChange={(event) => set({ suite: event.target.value })}
            className="max-w-56"
          >
            {suites.map(({ key, title }) => (
              <option key={key} value={key}>
                {title}
              </option>
            ))}
          </Select>
          <Button onClick={() => void begin()} disabled={running || starting.fetching || suite === ''}>
            {search ? 'Search again' : 'Search'}
          </Button>
        </>
      }
      flush
    >
      {problem ? <Failure message={problem} /> : null}
      {error && !data ? <Failure message={messageOf(error, base)} onRetry={reload} /> : null}
      {!data && !error ? <Loading rows={3} /> : null}
      {data && !search ? (
        <Empty title="Nobody has looked yet">
          A search compares every test image with its nearest figures: by the encoder and by a hash of the picture.
        </Empty>
      ) : null}
      {search ? (
        <>
          <p className="num border-b border-line px-4 py-2 text-xs text-ink-3" role="status">
            {running
              ? `Looking: ${count(search.done)} of ${count(search.total)} test images`
              : search.state === 'FAILED'
                ? `The search failed: ${search.message}`
                : `Pairs from cosine ${search.similarity} on or within ${search.distance} of 64 hash bits, encoder ${search.encoderId}`}
          </p>
          {rows.length > 0 ? <Shares rows={rows} /> : null}
          <ul className="divide-y divide-line">
            {search.pairs.edges.map(({ node }) => (
              <Judged key={`${node.taskKey}/${node.sampleId}/${node.figureKey}`} pair={node} onJudged={reload} />
            ))}
          </ul>
          {!running && search.state === 'SUCCEEDED' && search.pairs.totalCount === 0 ? (
            <Empty title="No pair waits for a verdict" />
          ) : null}
          {search.pairs.totalCount > search.pairs.edges.length ? (
            <TooMuch>
              {count(search.pairs.totalCount)} pairs wait for a verdict; the {search.pairs.edges.length} most alike are
              shown.
            </TooMuch>
          ) : null}
        </>
      ) : null}
    </Panel>
  )
}

function Shares({ rows }: { rows: ReturnType<typeof leakRows> }) {
  return (
    <div className="overflow-x-auto border-b border-line">
      <table className="w-full min-w-[30rem] text-left text-xs">
        <thead className="text-2xs text-ink-3">
          <tr>
            {['Task', 'Test images', 'Look alike', 'Not judged', 'Leaks', 'Clean'].map((title, i) => (
              <th key={title} scope="col" className={`px-4 py-2 font-medium ${i > 0 ? 'text-right' : ''}`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <tr key={row.task}>
              <th scope="row" className="px-4 py-1.5 font-normal">
                {row.task}
              </th>
              {[row.images, row.suspects, row.open, row.dirty].map((value, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: fixed columns
                <td key={i} className="num px-4 py-1.5 text-right">
                  {count(value)}
                </td>
              ))}
              <td className="num px-4 py-1.5 text-right">{percent(row.clean)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Judged({ pair, onJudged }: { pair: Pair; onJudged: () => void }) {
  const { base } = useApi()
  const [{ fetching }, judge] = useMutation(JudgeLeak)
  const { corpusKey: corpus, taskKey, sampleId, figureKey } = pair
  const say = (verdict: LeakVerdict) =>
    void judge({ input: { corpus, taskKey, sampleId, figureKey, verdict } }).then(onJudged)
  const image = 'aspect-square w-full rounded border border-line bg-[#0b0f12] object-contain'
  return (
    <li className="grid gap-3 px-4 py-3 sm:grid-cols-[16rem_minmax(0,1fr)]">
      <div className="grid grid-cols-2 gap-2">
        {/* biome-ignore lint/performance/noImgElement: images come from the API's own host, already small */}
        <img src={`${base}${pair.sampleUrl}`} alt={`${taskKey}: ${sampleId}`} loading="lazy" className={image} />
        {/* biome-ignore lint/performance/noImgElement: images come from the API's own host, already small */}
        <img
          src={`${base}${pair.figure?.imageUrl ?? ''}`}
          alt={`Figure ${figureKey}`}
          loading="lazy"
          className={image}
        />
      </div>
      <div className="min-w-0 text-xs">
        <p className="num flex flex-wrap gap-1.5">
          <Tag>{taskKey}</Tag>
          <Tag>cosine {pair.similarity.toFixed(3)}</Tag>
          <Tag>{pair.distance === 64 ? 'no hash' : `${pair.distance} of 64 bits differ`}</Tag>
        </p>
        <p className="mt-1.5 line-clamp-3 break-words text-ink-2">{pair.figure?.caption ?? figureKey}</p>
        <div className="mt-2 flex flex-wrap gap-2">
          {VERDICTS.map(({ verdict, title }) => (
            <Button key={verdict} disabled={fetching} onClick={() => say(verdict)}>
              {title}
            </Button>
          ))}
        </div>
      </div>
    </li>
  )
}
