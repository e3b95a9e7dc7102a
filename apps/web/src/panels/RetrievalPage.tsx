'use client'

import { type FormEvent, useMemo, useState } from 'react'
import { useQuery } from 'urql'
import { messageOf, useApi } from '../graphql/client.tsx'
import type { CorporaQuery, HitFieldsFragment, RetrieveQuery } from '../graphql/generated/graphql.ts'
import { Corpora, RETRIEVE_SCRIPT, Retrieve } from '../graphql/retrieval.ts'
import { count, milliseconds, number, plural } from '../prepare/format.ts'
import {
  barLength,
  dropReasons,
  funnel,
  type StageColumn,
  searchKind,
  stageColumns,
  stageRanges,
} from '../prepare/retrieval.ts'
import { curl, graphqlText, python } from '../prepare/snippets.ts'
import { Button, CodeBlock, Hint, Segmented, Select } from '../ui/controls.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Empty, Failure, Loading, PageHeader, Panel, Tag } from '../ui/surfaces.tsx'
import { useUrlState } from '../ui/useUrlState.ts'
import { FigureDrawer } from './literature/FigureDrawer.tsx'
import { FacetFilters, useFilter } from './retrieval/FacetFilters.tsx'
import { SideBySide } from './retrieval/SideBySide.tsx'
import { SimilarPanel, UploadButton } from './retrieval/SimilarPanel.tsx'
import { StageTable } from './retrieval/StageTable.tsx'

type Corpus = CorporaQuery['corpora'][number]
type Retrieval = RetrieveQuery['retrieve']
const K = ['10', '20', '50', '100']
const MAX_CARDS = 200
const MODES = [
  { value: 'layered', label: 'Layers', title: 'Caption, image, then words' },
  { value: 'hybrid', label: 'Hybrid', title: 'Ranks of caption and words fused' },
  { value: 'dense', label: 'Caption only', title: 'The ablation: the dense layer alone' },
  { value: 'lexical', label: 'Words only', title: 'The ablation: BM25 alone' },
]
const modeName = (value: string) => MODES.find((mode) => mode.value === value)?.label ?? value

/** Ask the literature a question and see why each figure was kept. */
export function RetrievalPage() {
  const { base } = useApi()
  const [get] = useUrlState()
  const [{ data, error, fetching }, again] = useQuery({ query: Corpora })
  const corpora = data?.corpora ?? []
  const corpus =
    corpora.find(({ key }) => key === get('corpus')) ?? corpora.find(({ indexed }) => indexed) ?? corpora[0]
  return (
    <>
      <PageHeader
        title="Retrieval"
        lead="The layered search that builds reference sets: caption, image, then words. Every figure shows how it got here."
      />
      {error && !data ? (
        <Failure message={messageOf(error, base)} onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : null}
      {fetching && !data ? <Loading rows={4} /> : null}
      {data && !corpus ? (
        <Panel>
          <Empty title="No corpus is imported yet">
            The demo corpus is made at the first start. Your own figures come in with <code>npm run import</code>.
          </Empty>
        </Panel>
      ) : null}
      {corpus ? <Search corpora={corpora} corpus={corpus} /> : null}
    </>
  )
}

function Search({ corpora, corpus }: { corpora: readonly Corpus[]; corpus: Corpus }) {
  const { base } = useApi()
  const [get, set] = useUrlState()
  const question = get('q')
  const [draft, setDraft] = useState(question)
  const k = Number(get('k', '20')) || 20
  const perCaption = Number(get('per', '2')) || 2
  const mode = get('mode', 'layered')
  const other = get('beside')
  const like = get('like')
  const [upload, setUpload] = useState<string | null>(null)
  const filter = useFilter()
  const input = useMemo(
    () => ({
      question,
      corpus: corpus.key,
      k,
      perCaption,
      ...filter,
      ...(mode === 'layered' ? {} : { mode }),
    }),
    [question, corpus.key, k, perCaption, filter, mode],
  )
  const [{ data, error, fetching }, again] = useQuery({
    query: Retrieve,
    variables: { input },
    pause: question === '' || !corpus.indexed,
    requestPolicy: 'cache-first',
  })
  const ask = (text: string) => {
    setDraft(text)
    set({ q: text.trim() })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask(draft)
  }
  return (
    <div className="grid gap-4">
      <Panel>
        <form onSubmit={submit} className="flex flex-wrap gap-2">
          <label className="relative min-w-0 flex-1 basis-64">
            <span className="sr-only">Question</span>
            <Icon
              name="search"
              size={15}
              className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-3"
            />
            <input
              value={draft}
              onChange={(event) => setDraft(event.target.value)}
              placeholder="A chest X-ray photo of …"
              maxLength={500}
              className="control h-10! w-full pl-9! text-base"
            />
          </label>
          <Button look="primary" type="submit" disabled={draft.trim() === ''} className="h-10! px-5!">
            Retrieve
          </Button>
          <UploadButton onImage={setUpload} />
        </form>
        <div className="mt-2 flex flex-wrap items-center gap-1.5">
          <span className="mr-1 text-2xs text-ink-3">Try</span>
          {corpus.exampleQuestions.slice(0, 6).map((example) => (
            <button
              key={example}
              type="button"
              onClick={() => ask(example)}
              className="max-w-full truncate rounded-full border border-line bg-sunken px-2.5 py-0.5 text-xs text-ink-2 hover:border-ink-3 hover:text-ink pointer-coarse:py-1.5"
            >
              {example}
            </button>
          ))}
        </div>
        <div className="mt-4 flex flex-wrap items-end gap-x-5 gap-y-3 border-t border-line pt-3">
          <div className="grid min-w-0 gap-1 text-2xs text-ink-3">
            Corpus
            <Select
              aria-label="Corpus"
              value={corpus.key}
              onChange={(event) => {
                const none = { modality: null, anatomy: null, licence: null, article: null, from: null, to: null }
                set({ corpus: event.target.value, like: null, figure: null, ...none })
              }}
            >
              {corpora.map(({ key, title, figures, indexed }) => (
                <option key={key} value={key}>
                  {title}, {count(figures)} figures{indexed ? '' : ' (not indexed)'}
                </option>
              ))}
            </Select>
          </div>
          <div className="grid gap-1 text-2xs text-ink-3">
            Figures (k)
            <Select
              aria-label="Figures (k)"
              value={String(k)}
              onChange={(event) => set({ k: event.target.value === '20' ? null : event.target.value })}
            >
              {[...new Set([...K, String(k)])].map((option) => (
                <option key={option}>{option}</option>
              ))}
            </Select>
          </div>
          <div className="grid gap-1 text-2xs text-ink-3">
            Per caption
            <Select
              aria-label="Per caption"
              value={String(perCaption)}
              onChange={(event) => set({ per: event.target.value === '2' ? null : event.target.value })}
            >
              {['1', '2', '3', '5', '10'].map((option) => (
                <option key={option}>{option}</option>
              ))}
            </Select>
          </div>
          <div className="grid gap-1 text-2xs text-ink-3">
            Stages
            <Segmented
              label="Stages"
              value={mode}
              choices={MODES}
              onChange={(value) => set({ mode: value === 'layered' ? null : value })}
            />
          </div>
          <div className="grid gap-1 text-2xs text-ink-3">
            Beside
            <Select aria-label="Beside" value={other} onChange={(event) => set({ beside: event.target.value })}>
              <option value="">nothing</option>
              {MODES.filter(({ value }) => value !== mode).map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          </div>
          <FacetFilters corpus={corpus.key} paused={!corpus.indexed} />
        </div>
      </Panel>
      {corpus.indexed && (like || upload) ? (
        <SimilarPanel
          corpus={corpus.key}
          figureKey={upload ? null : like}
          upload={upload}
          filter={filter}
          onOpen={(key) => set({ figure: key })}
          onClose={() => {
            setUpload(null)
            set({ like: null })
          }}
        />
      ) : null}
      {!corpus.indexed ? (
        <Panel>
          <Empty title={`${corpus.title} is not indexed yet`}>
            It can be asked as soon as its figures are embedded; see the set-up on the runs page.
          </Empty>
        </Panel>
      ) : question === '' ? (
        <Panel>
          <Empty title="Ask a question, or try an example">
            Questions have the form the method asks: “A {'{domain}'} photo of {'{finding}'} in the {'{site}'}”. Free
            text works too.
          </Empty>
        </Panel>
      ) : error ? (
        <Panel flush>
          <Failure message={messageOf(error, base)} onRetry={() => again({ requestPolicy: 'network-only' })} />
        </Panel>
      ) : fetching || !data ? (
        <Panel flush>
          <Loading rows={6} label="Searching" />
        </Panel>
      ) : (
        <>
          {other && other !== mode ? (
            <SideBySide
              left={data.retrieve}
              input={{ ...input, mode: other }}
              names={[modeName(mode), modeName(other)]}
              onOpen={(key) => set({ figure: key })}
            />
          ) : null}
          <Result result={data.retrieve} asked={k} variables={{ input }} />
        </>
      )}
      <Opened corpus={corpus.key} result={question === '' ? null : (data?.retrieve ?? null)} />
    </div>
  )
}

/** The figure that the address names, with what the search knows of it. */
function Opened({ corpus, result }: { corpus: string; result: Retrieval | null }) {
  const [get, set] = useUrlState()
  const key = get('figure') || null
  const hit = result && [...result.hits, ...result.dropped].find(({ figure }) => figure.key === key)
  return (
    <FigureDrawer corpus={corpus} figureKey={key} onClose={() => set({ figure: null })}>
      {hit ? <StageTable hit={hit} result={result} /> : null}
      <div className="flex flex-wrap gap-2">
        <Button icon="search" onClick={() => set({ like: key, figure: null })}>
          More like this
        </Button>
        {hit?.figure.articleKey ? (
          <Button icon="filter" onClick={() => set({ article: hit.figure.articleKey, figure: null })}>
            Only this article
          </Button>
        ) : null}
      </div>
    </FigureDrawer>
  )
}

function Result({ result, asked, variables }: { result: Retrieval; asked: number; variables: unknown }) {
  const shown = result.hits.slice(0, MAX_CARDS)
  const ranges = stageRanges([...result.hits, ...result.dropped])
  const stages = stageColumns(result)
  return (
    <>
      <Summary result={result} />
      <p className="num text-xs text-ink-3" role="status">
        {plural(result.hits.length, 'figure')} kept of {count(asked)} asked for
        {result.hits.length < asked ? '; the layers and filters let no more through' : ''}
        {result.hits.length > shown.length ? `; the first ${MAX_CARDS} are drawn` : ''}
      </p>
      {shown.length === 0 ? (
        <Panel>
          <Empty title="No figure was kept">
            Loosen the filters, or ask in other words. What was dropped, and why, is below.
          </Empty>
        </Panel>
      ) : (
        <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3 2xl:grid-cols-4">
          {shown.map((hit) => (
            <FigureCard key={hit.figure.id} hit={hit} stages={stages} ranges={ranges} />
          ))}
        </ul>
      )}
      <Dropped dropped={result.dropped} stages={stages} />
      <Snippets variables={variables} />
    </>
  )
}

function Summary({ result }: { result: Retrieval }) {
  const steps = funnel(result.counts)
  const search = searchKind(result)
  const { encode, dense, visual, lexical, total } = result.time
  const times = [
    ['Encode', encode, 'var(--series-2)'],
    ['Dense', dense, 'var(--series-4)'],
    ['Visual', visual, 'var(--series-3)'],
    ['Lexical', lexical, 'var(--series-5)'],
  ] as const
  return (
    <Panel flush>
      <div className="grid divide-line max-lg:divide-y lg:grid-cols-[5fr_4fr_3fr] lg:divide-x">
        <div className="p-4">
          <h2 className="mb-2 text-xs font-semibold">From corpus to reference</h2>
          <ol className="grid gap-1.5">
            {steps.map((step, i) => (
              <li key={step.key} className="grid grid-cols-[5.5rem_minmax(0,1fr)_3.5rem] items-center gap-2 text-xs">
                <span className="truncate text-ink-2">{step.title}</span>
                <span className="h-3.5 overflow-hidden rounded-[3px] bg-sunken">
                  <span
                    className="block h-full rounded-[3px] bg-accent transition-[width] duration-500"
                    style={{ width: `${step.width}%`, opacity: 0.4 + i * 0.2 }}
                  />
                </span>
                <span className="num text-right">{count(step.count)}</span>
              </li>
            ))}
          </ol>
          <p className="num mt-1.5 text-2xs text-ink-3">
            Log scale. {count(result.counts.distinctScores)} distinct dense scores (captions shared by several panels
            tie).
          </p>
        </div>
        <div className="p-4">
          <h2 className="mb-2 flex justify-between text-xs font-semibold">
            Time <span className="num font-normal text-ink-2">{milliseconds(total)}</span>
          </h2>
          <div className="flex h-3.5 gap-px overflow-hidden rounded-[3px] bg-sunken">
            {times.map(([title, ms, colour]) => (
              <span
                key={title}
                title={`${title}: ${milliseconds(ms)}`}
                style={{ width: `${(ms / Math.max(total, 1e-6)) * 100}%`, background: colour }}
              />
            ))}
          </div>
          <dl className="mt-2 grid grid-cols-2 gap-x-4 gap-y-1 text-xs">
            {times.map(([title, ms, colour]) => (
              <div key={title} className="flex items-center gap-1.5">
                <span aria-hidden="true" className="size-2 rounded-[2px]" style={{ background: colour }} />
                <dt className="text-ink-2">{title}</dt>
                <dd className="num ml-auto">{milliseconds(ms)}</dd>
              </div>
            ))}
          </dl>
        </div>
        <dl className="grid content-start gap-1.5 p-4 text-xs">
          <div className="flex items-center justify-between gap-3">
            <dt className="text-ink-2">Search</dt>
            <dd>
              <Hint text={search.hint}>{search.word}</Hint>
            </dd>
          </div>
          <div className="flex justify-between gap-3">
            <dt className="text-ink-2">Store</dt>
            <dd>{result.store}</dd>
          </div>
          <div className="flex justify-between gap-3">
            <dt className="whitespace-nowrap text-ink-2">Index</dt>
            <dd className="min-w-0 truncate font-mono text-2xs leading-4.5" title={result.indexVersion}>
              {result.indexVersion}
            </dd>
          </div>
          <div className="flex justify-between gap-3">
            <dt className="text-ink-2">Encoder</dt>
            <dd className="min-w-0 truncate font-mono text-2xs leading-4.5" title={result.encoderId}>
              {result.encoderId}
            </dd>
          </div>
        </dl>
      </div>
    </Panel>
  )
}

interface BarsProps {
  hit: HitFieldsFragment
  stages: readonly StageColumn[]
  ranges: ReturnType<typeof stageRanges>
}

function FigureCard({ hit, stages, ranges }: BarsProps) {
  const { base } = useApi()
  const [, set] = useUrlState()
  const [open, setOpen] = useState(false)
  const [broken, setBroken] = useState(false)
  const { figure } = hit
  const image = `${base}${figure.imageUrl}`
  const ids = [
    ['PMID', figure.pmid, figure.pmid ? `https://pubmed.ncbi.nlm.nih.gov/${figure.pmid}/` : null],
    ['PMC', figure.pmcid, figure.pmcid ? `https://www.ncbi.nlm.nih.gov/pmc/articles/${figure.pmcid}/` : null],
    ['DOI', figure.doi, figure.doi ? `https://doi.org/${figure.doi}` : null],
  ] as const
  return (
    <li
      data-testid="hit"
      className="grid min-w-0 grid-cols-[7.5rem_minmax(0,1fr)] overflow-hidden rounded-lg border border-line bg-panel sm:flex sm:flex-col"
    >
      <button
        type="button"
        onClick={() => set({ figure: figure.key })}
        aria-label={`Open figure ${figure.key}`}
        className="relative block bg-[#0b0f12]"
      >
        {broken ? (
          <span className="grid aspect-square place-items-center p-2 text-center sm:aspect-[4/3] text-xs text-[#9fb0b8]">
            The image could not be loaded
          </span>
        ) : (
          // biome-ignore lint/performance/noImgElement: figures come from the API's own host, already small
          <img
            src={image}
            alt={figure.caption.slice(0, 160)}
            loading="lazy"
            onError={() => setBroken(true)}
            className="aspect-square w-full object-contain sm:aspect-[4/3]"
          />
        )}
        {hit.rank ? (
          <span className="num absolute top-2 left-2 rounded bg-black/70 px-1.5 text-xs font-semibold text-white">
            {hit.rank}
          </span>
        ) : null}
      </button>
      <div className="flex flex-1 flex-col gap-2.5 p-3">
        <div>
          <p className={`text-xs leading-[1.15rem] break-words ${open ? '' : 'line-clamp-3'}`}>{figure.caption}</p>
          {figure.caption.length > 130 ? (
            <button
              type="button"
              aria-expanded={open}
              onClick={() => setOpen(!open)}
              className="text-2xs text-accent hover:underline"
            >
              {open ? 'Less' : 'Whole caption'}
            </button>
          ) : null}
        </div>
        <div className="mt-auto grid gap-1">
          <StageBars hit={hit} stages={stages} ranges={ranges} />
        </div>
        <div className="flex flex-wrap items-center gap-1 border-t border-line pt-2">
          {figure.modality ? <Tag>{figure.modality}</Tag> : null}
          {figure.anatomy ? <Tag>{figure.anatomy}</Tag> : null}
          <Tag look={figure.licenceGroup === 'commercial' ? 'plain' : 'warn'}>
            {figure.licence || 'no licence stated'}
          </Tag>
          {figure.recall ? <Tag look="warn">recalled</Tag> : null}
          <button
            type="button"
            onClick={() => set({ figure: figure.key })}
            className="ml-auto text-2xs text-accent hover:underline pointer-coarse:py-1.5"
          >
            {figure.guidedRunCount > 0 ? `guided ${plural(figure.guidedRunCount, 'run')}` : 'explain'}
          </button>
        </div>
        <p className="text-2xs text-ink-3">
          <span className="block truncate" title={figure.credit ?? undefined}>
            {figure.url ? (
              <a
                href={figure.url}
                target="_blank"
                rel="noreferrer"
                className="text-ink-2 hover:text-accent hover:underline"
              >
                {figure.article || figure.key} <Icon name="external" size={10} className="inline" />
              </a>
            ) : (
              figure.article || figure.key
            )}
          </span>
          {ids.map(([label, value, href]) =>
            value && href ? (
              <a
                key={label}
                href={href}
                target="_blank"
                rel="noreferrer"
                className="mr-2 inline-block hover:text-accent hover:underline"
              >
                {label} {value.replace(/^PMC/, '')}
              </a>
            ) : null,
          )}
        </p>
      </div>
    </li>
  )
}

function StageBars({ hit, stages, ranges }: BarsProps) {
  return (
    <dl className="grid gap-1">
      {stages.map(({ key, title, hint, digits }) => {
        const score = hit[key]
        return (
          <div
            key={key}
            title={hint}
            className="grid grid-cols-[3.1rem_minmax(0,1fr)_2.8rem_2.1rem] items-center gap-2 text-2xs"
          >
            <dt className="text-ink-3">{title}</dt>
            <dd className="h-1.5 overflow-hidden rounded-full bg-sunken">
              {score ? (
                <span
                  className="block h-full rounded-full bg-accent"
                  style={{ width: `${barLength(score.score, ranges[key])}%` }}
                />
              ) : null}
            </dd>
            <dd className="num text-right">{score ? number(Number(score.score.toFixed(digits))) : '–'}</dd>
            <dd className="num text-right text-ink-3">{score ? `#${score.rank}` : ''}</dd>
          </div>
        )
      })}
    </dl>
  )
}

function Dropped({ dropped, stages }: { dropped: readonly HitFieldsFragment[]; stages: readonly StageColumn[] }) {
  const [, set] = useUrlState()
  const reasons = dropReasons(dropped)
  if (dropped.length === 0) return null
  return (
    <details className="group rounded-lg border border-line bg-panel">
      <summary className="flex min-h-11 list-none flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 [&::-webkit-details-marker]:hidden">
        <Icon name="chevron" size={13} className="text-ink-3 transition-transform group-open:rotate-90" />
        <span className="font-semibold">Seen and dropped</span>
        <span className="num flex flex-wrap gap-1.5">
          {reasons.map(({ reason, count: n }) => (
            <Tag key={reason}>
              {reason} {n}
            </Tag>
          ))}
        </span>
      </summary>
      <div className="max-h-96 overflow-auto border-t border-line">
        <table className="w-full min-w-[34rem] text-left text-xs">
          <thead className="sticky top-0 bg-panel text-2xs text-ink-3">
            <tr>
              <th scope="col" className="px-4 py-2 font-medium">
                Caption
              </th>
              {stages.map(({ key, title }) => (
                <th key={key} scope="col" className="px-2 py-2 text-right font-medium">
                  {title}
                </th>
              ))}
              <th scope="col" className="px-4 py-2 font-medium">
                Dropped by
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {dropped.map((hit) => (
              <tr key={`${hit.figure.id}-${hit.dropped}`}>
                <td className="max-w-0 w-full px-4 py-1.5" title={hit.figure.caption}>
                  <button
                    type="button"
                    onClick={() => set({ figure: hit.figure.key })}
                    className="block max-w-full truncate text-left hover:text-accent hover:underline"
                  >
                    {hit.figure.caption}
                  </button>
                </td>
                {stages.map(({ key, digits }) => (
                  <td key={key} className="num px-2 py-1.5 text-right whitespace-nowrap">
                    {hit[key] ? hit[key].score.toFixed(digits) : '–'}
                  </td>
                ))}
                <td className="px-4 py-1.5 whitespace-nowrap text-ink-2">{hit.dropped}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function Snippets({ variables }: { variables: unknown }) {
  const { base } = useApi()
  const [kind, setKind] = useState('python')
  const query = RETRIEVE_SCRIPT
  const url = `${base}/graphql`
  const text =
    kind === 'curl'
      ? curl(url, query, variables)
      : kind === 'python'
        ? python(url, query, variables)
        : graphqlText(query, variables)
  return (
    <Panel
      title="The same from a script"
      actions={
        <Segmented
          label="Language"
          value={kind}
          choices={[
            { value: 'python', label: 'Python' },
            { value: 'curl', label: 'curl' },
            { value: 'graphql', label: 'GraphQL' },
          ]}
          onChange={setKind}
        />
      }
    >
      <CodeBlock text={text} />
    </Panel>
  )
}
