'use client'

import { print } from 'graphql'
import { useRouter } from 'next/navigation'
import { type FormEvent, type ReactNode, useMemo, useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { messageOf, useApi } from '../graphql/client.tsx'
import type { NewRunPageQuery } from '../graphql/generated/graphql.ts'
import { NewRunPage as NewRunQuery, StartRun, SuiteWithModel } from '../graphql/newRun.ts'
import { readAddOns } from '../prepare/addOns.ts'
import { plural } from '../prepare/format.ts'
import { parameters as parameterCount } from '../prepare/models.ts'
import { errorsByField, fieldsOf, parseSeeds, readForm } from '../prepare/schemaForm.ts'
import { curl, graphqlText } from '../prepare/snippets.ts'
import { Button, CodeBlock, Segmented, Select } from '../ui/controls.tsx'
import { Icon } from '../ui/Icon.tsx'
import { SchemaField } from '../ui/SchemaField.tsx'
import { Empty, Failure, Loading, PageHeader, Panel, Tag } from '../ui/surfaces.tsx'
import { useUrlState } from '../ui/useUrlState.ts'
import { AddOnChoice } from './AddOnChoice.tsx'

type Data = NewRunPageQuery
type Texts = Record<string, string>

/** Settings that have a control of their own. */
const OWN = ['suite', 'order', 'method', 'parameters', 'seed', 'seeds', 'name', 'model']

export function NewRunPage() {
  const { base } = useApi()
  const [{ data, error, fetching }, again] = useQuery({ query: NewRunQuery })
  return (
    <>
      <PageHeader
        title="New run"
        lead="Every value has a default; a run records only what you change, and why it differs stays visible."
      />
      {error && !data ? (
        <Failure message={messageOf(error, base)} onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : null}
      {fetching && !data ? <Loading rows={8} /> : null}
      {data && data.suites.edges.length === 0 ? (
        <Panel>
          <Empty title="No suite is known to the server yet">
            The demo suite appears when its data has been made; this takes a minute after the first start.
          </Empty>
        </Panel>
      ) : null}
      {data && data.suites.edges.length > 0 ? <RunForm data={data} /> : null}
    </>
  )
}

function RunForm({ data }: { data: Data }) {
  const router = useRouter()
  const { base } = useApi()
  const [get, set] = useUrlState()
  const suites = data.suites.edges.map(({ node }) => node)
  const suite =
    suites.find(({ key }) => key === get('suite')) ?? suites.find(({ available }) => available) ?? suites[0]!
  const order = suite.orders.find(({ key }) => key === get('order')) ?? suite.orders[0]!
  const method = data.methods.find(({ key }) => key === get('method')) ?? data.methods.at(-1)!
  const models = data.models.edges.map(({ node }) => node)
  // Null: the suite's own, whatever that is.
  const model = get('model') === suite.modelKey ? null : get('model') || null
  const [withModel] = useQuery({
    query: SuiteWithModel,
    variables: { suite: suite.key, model: model ?? '' },
    pause: model === null,
  })
  const answer = model === null ? suite : withModel.data?.suite?.key === suite.key ? withModel.data.suite : null
  const available = answer?.available ?? false
  const unavailableReason = answer?.unavailableReason ?? null
  const [seedText, setSeedText] = useState(get('seeds', '1'))
  const [name, setName] = useState('')
  // Texts are kept per method, so that looking at another method loses nothing.
  const [parameterTexts, setParameterTexts] = useState<Record<string, Texts>>({})
  const [settingTexts, setSettingTexts] = useState<Texts>({})
  const [addOnTexts, setAddOnTexts] = useState<Record<string, Texts>>({})
  const [server, setServer] = useState<{ fields: Record<string, string>; general: string[] }>({
    fields: {},
    general: [],
  })
  const [formId] = useState(() => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`)
  const [{ fetching }, startRun] = useMutation(StartRun)

  const parameterFields = useMemo(() => fieldsOf(method.parameters), [method])
  const settingFields = useMemo(() => fieldsOf(data.runSettings, OWN), [data.runSettings])
  const offered = useMemo(
    () => data.addOns.map((addOn) => ({ ...addOn, fields: fieldsOf(addOn.parameters) })),
    [data.addOns],
  )
  const chosen = get('addOns', '').split(',').filter(Boolean)
  const reference = method.reference !== 'none'
  const addOns = readAddOns(offered, chosen, addOnTexts, reference)
  const suiteDefaults = (suite.defaults ?? {}) as Record<string, unknown>
  const parameters = readForm(parameterFields, parameterTexts[method.key] ?? {})
  const settings = readForm(settingFields, settingTexts, suiteDefaults)
  const { seeds, error: seedError } = parseSeeds(seedText)
  const changedSettings = Object.keys(settings.values).length
  const allSettings = { ...settings.values, ...(model === null ? {} : { model }) }
  const valid =
    seedError === null && Object.keys({ ...parameters.errors, ...settings.errors, ...addOns.errors }).length === 0

  const inputFor = (seed: number) => ({
    suite: suite.key,
    order: order.key,
    method: method.key,
    seed,
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(Object.keys(parameters.values).length > 0 ? { parameters: parameters.values } : {}),
    ...(Object.keys(addOns.values).length > 0 ? { addOns: addOns.values } : {}),
    ...(Object.keys(allSettings).length > 0 ? { settings: allSettings } : {}),
  })
  // The same form with the same content never makes a run twice; changed content is another run.
  const keyFor = (seed: number) => `${formId}:${hash(JSON.stringify(inputFor(seed)))}`

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!valid || !available || fetching) return
    setServer({ fields: {}, general: [] })
    const started: { id: string }[] = []
    for (const seed of seeds) {
      const { data: answer, error } = await startRun({ input: { ...inputFor(seed), idempotencyKey: keyFor(seed) } })
      if (error || !answer) {
        setServer({ fields: {}, general: [error ? messageOf(error, base) : 'No answer.'] })
        return
      }
      if (answer.startRun.userErrors.length > 0) {
        setServer(errorsByField(answer.startRun.userErrors))
        return
      }
      if (answer.startRun.run) started.push(answer.startRun.run)
    }
    router.push(started.length === 1 ? `/runs/${encodeURIComponent(started[0]!.id)}` : '/')
  }

  const serverError = (field: string) => server.fields[field]
  const unplaced = Object.entries(server.fields).filter(
    ([field]) =>
      !placed(field, parameterFields, settingFields) && !offered.some(({ key }) => field.startsWith(`addOns.${key}`)),
  )
  const variables = { input: { ...inputFor(seeds[0] ?? 1), idempotencyKey: keyFor(seeds[0] ?? 1) } }

  return (
    <form onSubmit={submit} className="grid items-start gap-4 xl:grid-cols-[minmax(0,7fr)_minmax(0,5fr)]">
      <div className="grid min-w-0 gap-4">
        <Panel title="What to run">
          <div className="grid gap-4 sm:grid-cols-2">
            <Labelled label="Suite" id="suite" error={serverError('suite')}>
              <Select
                id="suite"
                value={suite.key}
                onChange={(event) => set({ suite: event.target.value, order: null })}
                className="w-full"
              >
                {suites.map(({ key, title, available }) => (
                  <option key={key} value={key}>
                    {title}
                    {available ? '' : ' (not available)'}
                  </option>
                ))}
              </Select>
            </Labelled>
            <Labelled label="Order" id="order" error={serverError('order')}>
              <Select
                id="order"
                value={order.key}
                onChange={(event) => set({ order: event.target.value })}
                className="w-full"
              >
                {suite.orders.map(({ key, title }) => (
                  <option key={key} value={key}>
                    {title}
                  </option>
                ))}
              </Select>
            </Labelled>
            <Labelled
              label="Base model"
              id="model"
              error={serverError('settings.model')}
              help={
                model !== null && method.reference !== 'none'
                  ? 'The literature is indexed with this model before its first run.'
                  : undefined
              }
            >
              <Select
                id="model"
                data-testid="base-model"
                value={model ?? ''}
                onChange={(event) => set({ model: event.target.value })}
                className="w-full"
              >
                <option value="">{suite.modelKey} (the suite’s)</option>
                {models
                  .filter(({ key }) => key !== suite.modelKey)
                  .map((one) => (
                    <option key={one.key} value={one.key}>
                      {one.key}, {parameterCount(one.parameterCount)}, {one.image.size} px
                    </option>
                  ))}
                {model !== null && !models.some(({ key }) => key === model) ? (
                  <option value={model}>{model}</option>
                ) : null}
              </Select>
            </Labelled>
          </div>
          <p className="mt-3 text-xs text-ink-2">{suite.summary}</p>
          {available || answer === null ? null : (
            <p role="alert" className="mt-2 flex gap-2 rounded-md bg-warn-soft px-3 py-2 text-xs">
              <Icon name="alert" size={15} className="mt-0.5 text-warn" />
              <span className="min-w-0 break-words">
                {unavailableReason ?? 'This suite is not available on this server.'}
              </span>
            </p>
          )}
          <ol className="mt-3 flex flex-wrap gap-1.5">
            {order.taskKeys.map((key, i) => (
              <li key={key}>
                <Tag>
                  <span className="num mr-1 text-ink-3">{i + 1}</span>
                  {suite.tasks.find((task) => task.key === key)?.name ?? key}
                </Tag>
              </li>
            ))}
          </ol>
        </Panel>

        <Panel title="Method">
          <div className="max-w-80">
            <label htmlFor="method" className="sr-only">
              Method
            </label>
            <Select
              id="method"
              value={method.key}
              onChange={(event) => set({ method: event.target.value })}
              className="w-full"
            >
              {data.methods.map(({ key, title }) => (
                <option key={key} value={key}>
                  {title}
                </option>
              ))}
            </Select>
            {serverError('method') ? <p className="mt-1 text-2xs text-bad">{serverError('method')}</p> : null}
          </div>
          <p className="mt-3">{method.summary}</p>
          <p className="mt-1.5 flex flex-wrap gap-1.5">
            {method.paper ? <Tag>{method.paper}</Tag> : null}
            <Tag>{method.trains ? 'trains' : 'evaluation only'}</Tag>
            <Tag>{method.reference === 'none' ? 'no reference set' : `${method.reference} reference set`}</Tag>
          </p>
          {parameterFields.length > 0 ? (
            <div className="mt-4 grid gap-x-4 gap-y-4 border-t border-line pt-4 sm:grid-cols-2 lg:grid-cols-3">
              {parameterFields.map((field) => (
                <SchemaField
                  key={field.name}
                  field={field}
                  value={parameterTexts[method.key]?.[field.name]}
                  fallback={field.default}
                  error={parameters.errors[field.name] ?? serverError(`parameters.${field.name}`)}
                  onChange={(text) =>
                    setParameterTexts((old) => ({ ...old, [method.key]: { ...old[method.key], [field.name]: text } }))
                  }
                />
              ))}
            </div>
          ) : (
            <p className="mt-4 border-t border-line pt-3 text-xs text-ink-3">This method has no parameters.</p>
          )}
        </Panel>

        <details className="group rounded-lg border border-line bg-panel" open={chosen.length > 0 || undefined}>
          <summary
            data-testid="add-ons"
            className="flex h-11 list-none items-center gap-2 px-4 font-semibold [&::-webkit-details-marker]:hidden"
          >
            <Icon name="chevron" size={13} className="text-ink-3 transition-transform group-open:rotate-90" />
            Add-ons
            <span className="text-xs font-normal text-ink-3">
              {Object.keys(addOns.values).length === 0 ? 'none' : `${Object.keys(addOns.values).length} chosen`}
            </span>
          </summary>
          <div className="border-t border-line p-4">
            <AddOnChoice
              offered={offered}
              chosen={chosen}
              texts={addOnTexts}
              reference={reference}
              errorOf={(field) => addOns.errors[field] ?? serverError(`addOns.${field}`)}
              onChoose={(keys) => set({ addOns: keys.length > 0 ? keys.join(',') : null })}
              onText={(addOn, field, text) =>
                setAddOnTexts((old) => ({ ...old, [addOn]: { ...old[addOn], [field]: text } }))
              }
            />
          </div>
        </details>

        <details
          className="group rounded-lg border border-line bg-panel"
          open={Object.keys(settings.errors).length > 0 || undefined}
        >
          <summary
            data-testid="advanced-settings"
            className="flex h-11 list-none items-center gap-2 px-4 font-semibold [&::-webkit-details-marker]:hidden"
          >
            <Icon name="chevron" size={13} className="text-ink-3 transition-transform group-open:rotate-90" />
            Training and evaluation
            <span className="text-xs font-normal text-ink-3">
              {changedSettings === 0 ? 'as the suite recommends' : `${plural(changedSettings, 'setting')} changed`}
            </span>
          </summary>
          <div className="grid gap-4 border-t border-line p-4 sm:grid-cols-2 lg:grid-cols-3">
            {settingFields.map((field) => (
              <SchemaField
                key={field.name}
                field={field}
                value={settingTexts[field.name]}
                fallback={field.name in suiteDefaults ? suiteDefaults[field.name] : field.default}
                error={settings.errors[field.name] ?? serverError(`settings.${field.name}`) ?? serverError(field.name)}
                onChange={(text) => setSettingTexts((old) => ({ ...old, [field.name]: text }))}
              />
            ))}
          </div>
        </details>
      </div>

      <div className="grid min-w-0 gap-4 xl:sticky xl:top-5">
        <Panel title="Start">
          <div className="grid gap-4 sm:grid-cols-2">
            <Labelled
              label="Seeds"
              id="seeds"
              error={seedError ?? serverError('seed')}
              help="Several start several runs: 1, 2, 5-7"
            >
              <input
                id="seeds"
                value={seedText}
                aria-invalid={seedError !== null}
                onChange={(event) => setSeedText(event.target.value)}
                className="control num w-full"
              />
            </Labelled>
            <Labelled label="Name" id="name" error={serverError('name')} help="Optional; a readable key is made anyway">
              <input
                id="name"
                value={name}
                maxLength={120}
                onChange={(event) => setName(event.target.value)}
                className="control w-full"
              />
            </Labelled>
          </div>
          {[...server.general, ...unplaced.map(([field, message]) => `${field}: ${message}`)].map((message) => (
            <p key={message} role="alert" className="mt-3 rounded-md bg-bad-soft px-3 py-2 text-xs">
              {message}
            </p>
          ))}
          <div className="mt-4 flex flex-wrap items-center gap-3">
            <Button look="primary" type="submit" data-testid="start-run" disabled={!valid || !available || fetching}>
              {fetching ? 'Starting' : seeds.length > 1 ? `Start ${seeds.length} runs` : 'Start run'}
            </Button>
            <span className="text-xs text-ink-3">
              {available
                ? valid
                  ? `${method.title} on ${suite.title}${model === null ? '' : `, from ${model}`}`
                  : 'Some values need attention'
                : answer === null
                  ? 'Looking at the suite'
                  : 'The suite is not available'}
            </span>
          </div>
        </Panel>
        <Snippets url={`${base}/graphql`} variables={variables} />
      </div>
    </form>
  )
}

function Snippets({ url, variables }: { url: string; variables: unknown }) {
  const [kind, setKind] = useState('curl')
  const query = print(StartRun)
  return (
    <Panel
      title="The same as a request"
      actions={
        <Segmented
          label="Language"
          value={kind}
          choices={[
            { value: 'curl', label: 'curl' },
            { value: 'graphql', label: 'GraphQL' },
          ]}
          onChange={setKind}
        />
      }
    >
      <CodeBlock tall text={kind === 'curl' ? curl(url, query, variables) : graphqlText(query, variables)} />
    </Panel>
  )
}

function Labelled({
  label,
  id,
  error,
  help,
  children,
}: {
  label: string
  id: string
  error?: string | null
  help?: string
  children: ReactNode
}) {
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="text-xs font-medium">
        {label}
      </label>
      <div className="mt-1">{children}</div>
      {error || help ? (
        <p role={error ? 'alert' : undefined} className={`mt-1 text-2xs ${error ? 'text-bad' : 'text-ink-3'}`}>
          {error ?? help}
        </p>
      ) : null}
    </div>
  )
}

const placed = (field: string, parameters: { name: string }[], settings: { name: string }[]) =>
  ['suite', 'order', 'method', 'seed', 'name'].includes(field) ||
  parameters.some(({ name }) => field === `parameters.${name}`) ||
  settings.some(({ name }) => field === `settings.${name}` || field === name)

/** FNV-1a; short and stable, no secret. */
function hash(text: string): string {
  let h = 2166136261
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619)
  return (h >>> 0).toString(36)
}
