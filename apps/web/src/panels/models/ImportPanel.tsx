'use client'

import Link from 'next/link'
import { type FormEvent, useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import type { ModelImportRowFragment, ModelInboxQuery } from '../../graphql/generated/graphql.ts'
import { ImportModel, ModelInbox } from '../../graphql/models.ts'
import { useModelImport } from '../../graphql/useModelImport.ts'
import { age, bytes, count } from '../../prepare/format.ts'
import { importOf, isOver, keyProblem } from '../../prepare/models.ts'
import { errorsByField } from '../../prepare/schemaForm.ts'
import { Button, CodeBlock, Select } from '../../ui/controls.tsx'
import { Failure, Loading, Panel } from '../../ui/surfaces.tsx'
import { useNow } from '../../ui/useNow.ts'

type Source = ModelInboxQuery['modelSources']['edges'][number]['node']
const ACTIVATIONS = [
  { value: '', label: 'as the checkpoint says' },
  { value: 'gelu', label: 'GELU' },
  { value: 'quickGelu', label: 'quick GELU' },
]
const DOWNLOAD = 'npm run model -- import hf:<owner>/<name> --id <id>'

/** Checkpoints that wait in the inbox, the form that imports one, and the latest imports. */
export function ImportPanel({ taken, onImported }: { taken: readonly string[]; onImported: () => void }) {
  const { base } = useApi()
  const [{ data, error, fetching }, again] = useQuery({ query: ModelInbox })
  const refresh = () => again({ requestPolicy: 'network-only' })
  const sources = data?.modelSources.edges.map(({ node }) => node) ?? []
  const imports = data?.modelImports.edges.map(({ node }) => node) ?? []
  const over = () => {
    refresh()
    onImported()
  }
  return (
    <div className="grid min-w-0 gap-4">
      <Panel
        title="Import"
        flush={error !== undefined && !data}
        actions={
          <Button look="ghost" onClick={refresh} disabled={fetching} className="text-xs">
            Look again
          </Button>
        }
      >
        {error && !data ? <Failure message={messageOf(error, base)} onRetry={refresh} /> : null}
        {!data && fetching ? <Loading rows={4} label="Looking into the inbox" /> : null}
        {data && sources.length === 0 ? (
          <div data-testid="inbox-empty">
            <p className="font-medium">The inbox is empty</p>
            <p className="mt-1 text-xs text-ink-2">
              Put a checkpoint (open_clip or Hugging Face safetensors, or open_clip&rsquo;s pytorch_model.bin) with its
              JSON files into the folder <code>inbox</code> below <code>ANAMNESIS_HOME</code> of the server.
            </p>
          </div>
        ) : null}
        {sources.length > 0 ? (
          <ImportForm sources={sources} total={data?.modelSources.totalCount ?? 0} taken={taken} onStarted={refresh} />
        ) : null}
        {data ? (
          <div className="mt-4 border-t border-line pt-3">
            <p className="mb-1.5 text-xs text-ink-2">To download one from the Hugging Face hub, on the server:</p>
            <CodeBlock text={DOWNLOAD} />
          </div>
        ) : null}
      </Panel>
      {imports.length > 0 ? (
        <Panel title="Latest imports" flush>
          <ul className="divide-y divide-line">
            {imports.map((row) => (
              <ImportRow key={row.id} row={row} onOver={over} />
            ))}
          </ul>
        </Panel>
      ) : null}
    </div>
  )
}

function ImportForm({
  sources,
  total,
  taken,
  onStarted,
}: {
  sources: readonly Source[]
  total: number
  taken: readonly string[]
  onStarted: () => void
}) {
  const { base } = useApi()
  const [{ fetching }, importModel] = useMutation(ImportModel)
  const [chosen, setChosen] = useState<string | null>(null)
  const [keys, setKeys] = useState<Record<string, string>>({})
  const [activation, setActivation] = useState('')
  const [tokenizer, setTokenizer] = useState('')
  const [formId, setFormId] = useState(newId)
  const [problems, setProblems] = useState<{ fields: Record<string, string>; general: string[] } | null>(null)
  const source = sources.find((one) => one.source === chosen) ?? sources[0]!
  const key = keys[source.source] ?? source.suggestedKey
  const wrong = keyProblem(key, taken)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (wrong || fetching) return
    setProblems(null)
    const input = { source: source.source, key, activation: activation || null, tokenizer: tokenizer.trim() || null }
    // The same form with the same content never imports twice.
    const idempotencyKey = `${formId}:${JSON.stringify(input)}`.slice(0, 200)
    const { data, error } = await importModel({ input: { ...input, idempotencyKey } })
    if (error || !data) return setProblems({ fields: {}, general: [error ? messageOf(error, base) : 'No answer.'] })
    if (data.importModel.userErrors.length > 0) return setProblems(errorsByField(data.importModel.userErrors))
    setFormId(newId())
    onStarted()
  }
  const general = [
    ...(problems?.general ?? []),
    ...Object.entries(problems?.fields ?? {}).flatMap(([field, text]) =>
      field === 'key' || field === 'tokenizer' ? [] : [text],
    ),
  ]
  return (
    <form onSubmit={submit} className="grid gap-4">
      <fieldset className="min-w-0">
        <legend className="mb-1 text-xs font-medium">Checkpoint in the inbox</legend>
        <ul className="max-h-64 divide-y divide-line overflow-y-auto rounded-md border border-line">
          {sources.map((one) => (
            <li key={one.source}>
              <label
                className={`flex cursor-pointer items-center gap-2.5 px-3 py-2 ${one === source ? 'bg-accent-soft' : 'hover:bg-hover'}`}
              >
                <input
                  type="radio"
                  name="source"
                  value={one.source}
                  checked={one === source}
                  onChange={() => setChosen(one.source)}
                  className="accent-accent"
                />
                <span className="min-w-0 flex-1 break-words">
                  {one.path}
                  {one.folder ? <span className="text-ink-3">/</span> : null}
                </span>
                <span className="num text-2xs whitespace-nowrap text-ink-3">{bytes(one.bytes)}</span>
              </label>
            </li>
          ))}
        </ul>
        {total > sources.length ? (
          <p className="mt-1 text-2xs text-ink-3">
            The first {count(sources.length)} of {count(total)}.
          </p>
        ) : null}
      </fieldset>
      <div className="grid gap-4 sm:grid-cols-2">
        <div className="min-w-0">
          <label htmlFor="model-key" className="text-xs font-medium">
            Id
          </label>
          <input
            id="model-key"
            value={key}
            maxLength={80}
            aria-invalid={wrong !== null}
            aria-describedby="model-key-help"
            onChange={(event) => setKeys({ ...keys, [source.source]: event.target.value })}
            className="control mt-1 w-full"
          />
          <p id="model-key-help" className={`mt-1 text-2xs ${wrong ? 'text-bad' : 'text-ink-3'}`}>
            {wrong ?? problems?.fields.key ?? 'Its name in runs.'}
          </p>
        </div>
        <div className="min-w-0">
          <label htmlFor="activation" className="text-xs font-medium">
            Activation
          </label>
          <Select
            id="activation"
            value={activation}
            onChange={(event) => setActivation(event.target.value)}
            className="mt-1 w-full"
          >
            {ACTIVATIONS.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
          <p className="mt-1 text-2xs text-ink-3">OpenAI&rsquo;s own weights use quick GELU.</p>
        </div>
      </div>
      <div className="min-w-0">
        <label htmlFor="tokenizer" className="text-xs font-medium">
          Tokenizer
        </label>
        <input
          id="tokenizer"
          value={tokenizer}
          placeholder="beside the weights"
          aria-invalid={problems?.fields.tokenizer !== undefined}
          aria-describedby="tokenizer-help"
          onChange={(event) => setTokenizer(event.target.value)}
          className="control mt-1 w-full"
        />
        <p id="tokenizer-help" className={`mt-1 text-2xs ${problems?.fields.tokenizer ? 'text-bad' : 'text-ink-3'}`}>
          {problems?.fields.tokenizer ??
            'Only for a checkpoint that brings none: inbox:<path> of its vocab.txt or tokenizer.json.'}
        </p>
      </div>
      {general.map((message) => (
        <p key={message} role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-xs break-words">
          {message}
        </p>
      ))}
      <Button look="primary" type="submit" data-testid="import-model" disabled={wrong !== null || fetching}>
        {fetching ? 'Starting' : 'Import'}
      </Button>
    </form>
  )
}

const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`

function ImportRow({ row: known, onOver }: { row: ModelImportRowFragment; onOver: () => void }) {
  const row = useModelImport(known, onOver)
  const now = useNow()
  const { words, share } = importOf(row)
  const failed = row.state === 'FAILED'
  return (
    <li data-testid="model-import" data-state={row.state} className="px-4 py-2.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="min-w-0 font-medium break-all">{row.key}</span>
        <span className={`num text-xs ${failed ? 'text-bad' : row.state === 'SUCCEEDED' ? 'text-good' : 'text-ink-2'}`}>
          {words}
        </span>
      </div>
      <p className="flex flex-wrap justify-between gap-x-3 text-2xs text-ink-3">
        <span className="min-w-0 break-all">{row.source}</span>
        <span className="num">{age(row.createdAt, now)}</span>
      </p>
      {isOver(row) ? null : (
        <div
          role="progressbar"
          aria-label={`Import of ${row.key}`}
          aria-valuemin={0}
          aria-valuemax={100}
          {...(share === null ? {} : { 'aria-valuenow': Math.round(share * 100) })}
          className="mt-1.5 h-1 overflow-hidden rounded-full bg-line"
        >
          <div
            className={`h-full bg-accent transition-[width] duration-500 ${share === null ? 'animate-pulse' : ''}`}
            style={{ width: `${(share ?? 1) * 100}%` }}
          />
        </div>
      )}
      {failed && row.message ? <p className="mt-1.5 text-xs break-words text-bad">{row.message}</p> : null}
      {row.state === 'SUCCEEDED' ? (
        <Link
          href={`/runs/new?model=${encodeURIComponent(row.key)}`}
          className="mt-1 inline-block text-xs text-accent hover:underline"
        >
          Start a run from it
        </Link>
      ) : null}
    </li>
  )
}
