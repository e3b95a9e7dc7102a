'use client'

import { useQuery } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import type { IndexHealthsQuery } from '../../graphql/generated/graphql.ts'
import { IndexHealths } from '../../graphql/literature.ts'
import { indexView, type RecallRow } from '../../prepare/indexHealth.ts'
import { Empty, Failure, Loading, Panel, Tag, TooMuch } from '../../ui/surfaces.tsx'

type Corpus = IndexHealthsQuery['corpora'][number]
/** Modalities drawn of one index. */
const MOST = 12

/** Each index that searches use: what it is, how large, and how far it can be believed. */
export function IndexPanel() {
  const { base } = useApi()
  const [{ data, error }, again] = useQuery({ query: IndexHealths, requestPolicy: 'cache-and-network' })
  const indexed = data?.corpora.filter(({ index }) => index) ?? []
  return (
    <Panel title="Indexes" note="what searches read, and how far it can be believed" flush>
      {error && !data ? (
        <Failure message={messageOf(error, base)} onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : null}
      {!data && !error ? <Loading rows={3} /> : null}
      {data && indexed.length === 0 ? (
        <Empty title="Nothing is indexed yet">
          The first run that reads a corpus indexes it; <code>npm run index -- {'<corpus>'}</code> does it now.
        </Empty>
      ) : null}
      <ul className="divide-y divide-line">
        {indexed.map((corpus) => (
          <Index key={corpus.key} corpus={corpus} />
        ))}
      </ul>
    </Panel>
  )
}

function Index({ corpus: { title, index } }: { corpus: Corpus }) {
  if (!index) return null
  const { kind, doubtful, note, facts, recalls } = indexView(index)
  return (
    <li data-testid="index" className="grid gap-x-8 gap-y-3 px-4 py-3 text-xs lg:grid-cols-2">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-sm font-medium">{title}</span>
          <Tag look={doubtful ? 'warn' : kind === 'exact' ? 'accent' : 'plain'}>{kind}</Tag>
        </div>
        <p className="num mt-1 text-ink-2">{note}</p>
        {recalls.length > 0 ? <Recalls rows={recalls.slice(0, MOST)} /> : null}
        {recalls.length > MOST ? <TooMuch>The {MOST} modalities with the lowest recall are shown.</TooMuch> : null}
      </div>
      <dl className="grid content-start gap-1.5">
        {facts.map(({ term, value, code }) => (
          <div key={term} className="flex justify-between gap-3">
            <dt className="whitespace-nowrap text-ink-2">{term}</dt>
            <dd
              className={code ? 'min-w-0 truncate font-mono text-2xs leading-4.5' : 'num text-right'}
              title={code ? value : undefined}
            >
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  )
}

function Recalls({ rows }: { rows: readonly RecallRow[] }) {
  return (
    <ul aria-label="Recall by modality" className="mt-2 grid gap-1">
      {rows.map(({ name, recall, width, probes }) => (
        <li
          key={name}
          title={`${probes} probes`}
          className="grid grid-cols-[6rem_minmax(0,1fr)_3.5rem] items-center gap-2"
        >
          <span className="truncate text-ink-2">{name}</span>
          <span className="h-1.5 overflow-hidden rounded-full bg-sunken">
            <span className="block h-full rounded-full bg-accent" style={{ width: `${width}%` }} />
          </span>
          <span className="num text-right">{recall}</span>
        </li>
      ))}
    </ul>
  )
}
