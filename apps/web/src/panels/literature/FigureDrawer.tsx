'use client'

import { Dialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { useMutation, useQuery } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import type { FigureFieldsFragment } from '../../graphql/generated/graphql.ts'
import { FigureLedger, LiftRecall, RecallLiterature } from '../../graphql/literature.ts'
import { plural } from '../../prepare/format.ts'
import { Button } from '../../ui/controls.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Failure, Loading, Tag } from '../../ui/surfaces.tsx'
import { GuidedRuns } from './GuidedRuns.tsx'
import { RecallForm } from './RecallForm.tsx'

const PAGE = 20

/** Everything about one figure: where it comes from, what it guided, and whether it may guide. */
export function FigureDrawer({
  corpus,
  figureKey,
  onClose,
  children,
}: {
  corpus: string
  /** Null: closed. */
  figureKey: string | null
  onClose: () => void
  /** What the place that opened it knows besides: the stages of a search. */
  children?: ReactNode
}) {
  return (
    <Dialog.Root open={figureKey !== null} onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          aria-describedby={undefined}
          data-testid="figure-drawer"
          className="fixed inset-y-0 right-0 z-50 flex w-[30rem] max-w-[94vw] flex-col border-l border-line bg-panel shadow-float"
        >
          <div className="flex min-h-13 items-center justify-between border-b border-line pr-2 pl-4">
            <Dialog.Title className="truncate font-semibold">Figure {figureKey}</Dialog.Title>
            <Dialog.Close asChild>
              <Button look="ghost" aria-label="Close" className="size-10! px-0!">
                <Icon name="close" size={18} />
              </Button>
            </Dialog.Close>
          </div>
          <div className="grid content-start gap-5 overflow-y-auto p-4">
            {figureKey === null ? null : (
              <About corpus={corpus} figureKey={figureKey}>
                {children}
              </About>
            )}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function About({ corpus, figureKey, children }: { corpus: string; figureKey: string; children: ReactNode }) {
  const { base } = useApi()
  const variables = { corpus, key: figureKey, first: PAGE }
  const [{ data, error }, again] = useQuery({ query: FigureLedger, variables, requestPolicy: 'cache-and-network' })
  const reload = () => again({ requestPolicy: 'network-only' })
  if (error && !data) return <Failure message={messageOf(error, base)} onRetry={reload} />
  if (!data) return <Loading rows={6} label="Loading the figure" />
  const { figure } = data
  if (!figure) return <p className="text-ink-2">This corpus no longer has the figure.</p>
  const runs = figure.guidedRuns.edges.map(({ node }) => node)
  return (
    <>
      {/* biome-ignore lint/performance/noImgElement: figures come from the API's own host, already small */}
      <img
        src={`${base}${figure.imageUrl}`}
        alt={figure.caption.slice(0, 160)}
        className="max-h-72 w-full rounded-md bg-[#0b0f12] object-contain"
      />
      <p className="text-xs leading-relaxed break-words">{figure.caption}</p>
      <Source figure={figure} />
      {children}
      <section aria-label="Guidance">
        <h3 className="text-sm font-semibold">
          {figure.guidedRunCount === 0 ? 'Has guided no run' : `Guided ${plural(figure.guidedRunCount, 'run')}`}
        </h3>
        <GuidedRuns runs={runs} total={figure.guidedRuns.totalCount} />
      </section>
      <RecallState figure={figure} onChanged={reload} />
    </>
  )
}

function Source({ figure }: { figure: FigureFieldsFragment }) {
  const rows = [
    ['Article', figure.article],
    ['Journal', [figure.journal, figure.year].filter(Boolean).join(', ')],
    ['Label', [figure.label, figure.panel ? `panel ${figure.panel}` : ''].filter(Boolean).join(', ')],
    ['PMID', figure.pmid],
    ['PMCID', figure.pmcid],
    ['DOI', figure.doi],
    ['Licence', `${figure.licence || 'not stated'} (${figure.licenceGroup})`],
    ['Credit', figure.credit],
  ].filter(([, value]) => value)
  return (
    <dl className="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-3 gap-y-1 text-xs">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{name}</dt>
          <dd className="break-words">{value}</dd>
        </div>
      ))}
      {figure.retracted ? (
        <dd className="col-span-2">
          <Tag look="warn">retracted in the corpus</Tag>
        </dd>
      ) : null}
    </dl>
  )
}

function RecallState({ figure, onChanged }: { figure: FigureFieldsFragment; onChanged: () => void }) {
  const [lifting, lift] = useMutation(LiftRecall)
  const [, recall] = useMutation(RecallLiterature)
  if (figure.recall) {
    const { id, kind, reason } = figure.recall
    return (
      <section aria-label="Recall" className="rounded-md border border-line bg-warn-soft p-3 text-xs">
        <h3 className="text-sm font-semibold">
          {kind === 'RETRACTED' ? 'Recalled: retracted' : 'Recalled: licence changed'}
        </h3>
        <p className="mt-1 break-words">{reason}</p>
        <p className="mt-1 text-ink-2">Searches and trainings that begin leave it out.</p>
        <Button className="mt-2" disabled={lifting.fetching} onClick={() => void lift({ id }).then(onChanged)}>
          Lift the recall
        </Button>
      </section>
    )
  }
  const article = figure.articleKey !== ''
  return (
    <RecallForm
      title={article ? 'Recall its article' : 'Recall this figure'}
      onSubmit={async (kind, reason) => {
        const subject = article
          ? { articleId: figure.articleKey }
          : { corpus: figure.corpusKey, figureIds: [figure.key] }
        const { data, error } = await recall({ input: { kind, reason, ...subject } })
        const problem = data?.recallLiterature.userErrors[0]?.message ?? error?.message ?? null
        if (problem === null) onChanged()
        return problem
      }}
    />
  )
}
