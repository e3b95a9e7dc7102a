'use client'

import { useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { messageOf, useApi } from '../graphql/client.tsx'
import type { RecallFieldsFragment } from '../graphql/generated/graphql.ts'
import { LiftRecall, RecallLiterature, Recalls } from '../graphql/literature.ts'
import { SuiteChoices } from '../graphql/literaturePage.ts'
import { Corpora } from '../graphql/retrieval.ts'
import { count, dateTime, plural } from '../prepare/format.ts'
import { recallSubject } from '../prepare/literature.ts'
import { Button, Select } from '../ui/controls.tsx'
import { Empty, Failure, Loading, PageHeader, Panel, Tag, TooMuch } from '../ui/surfaces.tsx'
import { GuidedRuns } from './literature/GuidedRuns.tsx'
import { IndexPanel } from './literature/IndexPanel.tsx'
import { LeakPanel } from './literature/LeakPanel.tsx'
import { RecallForm } from './literature/RecallForm.tsx'

const PAGE = 20
const BY = [
  { value: 'doi', label: 'DOI' },
  { value: 'pmid', label: 'PMID' },
  { value: 'pmcid', label: 'PMCID' },
  { value: 'articleId', label: 'Article key' },
] as const

/** The memory as a whole: what is imported, what was recalled and what it touched, and whether tests leak into it. */
export function LiteraturePage() {
  const { base } = useApi()
  const [{ data: corpora, error }] = useQuery({ query: Corpora })
  const [{ data: suites }] = useQuery({ query: SuiteChoices })
  return (
    <>
      <PageHeader
        title="Literature"
        lead="What may guide a training, what may not any more, and which runs it touched."
      />
      <div className="grid gap-4">
        {error && !corpora ? <Failure message={messageOf(error, base)} /> : null}
        <Panel title="Corpora" flush>
          {!corpora && !error ? <Loading rows={2} /> : null}
          {corpora?.corpora.length === 0 ? (
            <Empty title="No corpus is imported yet">
              The demo corpus is made at the first start. Your own comes in with <code>npm run import</code>.
            </Empty>
          ) : null}
          <ul className="divide-y divide-line">
            {corpora?.corpora.map((corpus) => (
              <li key={corpus.key} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2.5 text-xs">
                <span className="text-sm font-medium">{corpus.title}</span>
                <span className="num text-ink-3">{count(corpus.figures)} figures</span>
                <Tag look={corpus.indexed ? 'accent' : 'plain'}>
                  {corpus.indexed ? 'can be searched' : 'not indexed'}
                </Tag>
                <span className="truncate text-ink-3">{corpus.modalities.slice(0, 6).join(', ')}</span>
              </li>
            ))}
          </ul>
        </Panel>
        <IndexPanel />
        <RecallPanel />
        <LeakPanel suites={(suites?.suites.edges ?? []).map(({ node }) => node).filter(({ available }) => available)} />
      </div>
    </>
  )
}

function RecallPanel() {
  const { base } = useApi()
  const [{ data, error }, again] = useQuery({
    query: Recalls,
    variables: { first: PAGE },
    requestPolicy: 'cache-and-network',
  })
  const [, recall] = useMutation(RecallLiterature)
  const [by, setBy] = useState<(typeof BY)[number]['value']>('doi')
  const [value, setValue] = useState('')
  const reload = () => again({ requestPolicy: 'network-only' })
  const rows = data?.recalls.edges.map(({ node }) => node) ?? []
  return (
    <Panel title="Recalls" note={data ? count(data.recalls.totalCount) : undefined} flush>
      <div className="grid lg:grid-cols-[22rem_minmax(0,1fr)]">
        <div className="border-line p-4 max-lg:border-b lg:border-r">
          <RecallForm
            title="Recall an article"
            onSubmit={async (kind, reason) => {
              const { data: answer, error: failed } = await recall({ input: { kind, reason, [by]: value.trim() } })
              const problem =
                answer?.recallLiterature.userErrors[0]?.message ?? (failed ? messageOf(failed, base) : null)
              if (problem === null) {
                setValue('')
                reload()
              }
              return problem
            }}
          >
            <div className="flex gap-2">
              <Select aria-label="Named by" value={by} onChange={(event) => setBy(event.target.value as typeof by)}>
                {BY.map((one) => (
                  <option key={one.value} value={one.value}>
                    {one.label}
                  </option>
                ))}
              </Select>
              <input
                aria-label="Which article"
                value={value}
                onChange={(event) => setValue(event.target.value)}
                maxLength={300}
                required
                className="control min-w-0 flex-1"
              />
            </div>
          </RecallForm>
        </div>
        <div className="min-w-0">
          {error && !data ? <Failure message={messageOf(error, base)} onRetry={reload} /> : null}
          {!data && !error ? <Loading rows={3} /> : null}
          {data && rows.length === 0 ? (
            <Empty title="Nothing is recalled">
              A recalled article is left out by searches and trainings that begin; runs that it guided say so.
            </Empty>
          ) : null}
          <ul className="divide-y divide-line">
            {rows.map((row) => (
              <Recall key={row.id} row={row} onChanged={reload} />
            ))}
          </ul>
          {data && data.recalls.totalCount > rows.length ? (
            <TooMuch>The newest {rows.length} are shown.</TooMuch>
          ) : null}
        </div>
      </div>
    </Panel>
  )
}

function Recall({ row, onChanged }: { row: RecallFieldsFragment; onChanged: () => void }) {
  const [{ fetching }, lift] = useMutation(LiftRecall)
  const { totalCount, edges } = row.touchedRuns
  return (
    <li className="grid gap-1 px-4 py-3 text-xs" data-testid="recall">
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-sm font-medium break-all">{recallSubject(row.selector)}</span>
        <Tag look={row.liftedAt ? 'plain' : 'warn'}>
          {row.liftedAt ? 'lifted' : row.kind === 'RETRACTED' ? 'retracted' : 'licence changed'}
        </Tag>
        <span className="num text-ink-3">{plural(row.figureCount, 'figure')}</span>
        <span className="num ml-auto text-ink-3">{dateTime(row.createdAt)}</span>
      </div>
      <p className="break-words text-ink-2">{row.reason}</p>
      {row.liftedAt ? (
        <p className="text-ink-3">
          Lifted {dateTime(row.liftedAt)}
          {row.liftReason ? `: ${row.liftReason}` : ''}
        </p>
      ) : (
        <Button
          className="justify-self-start"
          disabled={fetching}
          onClick={() => void lift({ id: row.id }).then(onChanged)}
        >
          Lift
        </Button>
      )}
      <details>
        <summary className="cursor-pointer text-ink-2">
          {totalCount === 0 ? 'It guided no run' : `It guided ${plural(totalCount, 'run')}`}
        </summary>
        <GuidedRuns runs={edges.map(({ node }) => node)} total={totalCount} />
      </details>
    </li>
  )
}
