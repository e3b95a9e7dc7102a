'use client'

import { type FormEvent, useState } from 'react'
import { useClient } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import type { WhatIfQuery } from '../../graphql/generated/graphql.ts'
import { WhatIf } from '../../graphql/literature.ts'
import { count, milliseconds, number, percent } from '../../prepare/format.ts'
import { bagRows, type MixRow, mixRows } from '../../prepare/literature.ts'
import { Button, Segmented, Select } from '../../ui/controls.tsx'
import { Empty, Failure, Loading, Panel, Tag } from '../../ui/surfaces.tsx'
import type { PanelProps } from './panel.ts'

type Answer = WhatIfQuery['whatIf']
const AS_IT_WAS = ''
const MODES = [
  { value: AS_IT_WAS, label: 'as it was' },
  { value: 'layered', label: 'layers' },
  { value: 'hybrid', label: 'hybrid' },
  { value: 'dense', label: 'caption only' },
  { value: 'lexical', label: 'words only' },
]
const NUMBERS = [
  { name: 'k', title: 'Depth (k)', most: 1000 },
  { name: 'perCaption', title: 'Per caption', most: 100 },
  { name: 'size', title: 'Pairs', most: 10_000 },
] as const
const BAGS = ['task', 'domain', 'general'] as const

/** Asks the recorded questions of a task again with other settings. Nothing is trained. */
export function WhatIfPanel({ view: { details, run } }: PanelProps) {
  const client = useClient()
  const { base } = useApi()
  const [task, setTask] = useState('1')
  const [mode, setMode] = useState(AS_IT_WAS)
  const [state, setState] = useState<'idle' | 'busy' | { answer: Answer } | { problem: string }>('idle')
  const built = run.references.map((reference) => reference.task)
  const ask = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const given = (name: string) => {
      const text = String(form.get(name) ?? '').trim()
      return text === '' ? null : Number(text)
    }
    const numbers = Object.fromEntries(NUMBERS.map(({ name }) => [name, given(name)]))
    const ratio = Object.fromEntries(BAGS.map((bag) => [bag, given(bag)]))
    const input = { runId: details.id, task: Number(task), ...(mode ? { mode } : {}), ...numbers, ratio }
    setState('busy')
    const { data, error } = await client.query(WhatIf, { input }, { requestPolicy: 'network-only' }).toPromise()
    setState(data ? { answer: data.whatIf } : { problem: error ? messageOf(error, base) : 'Nothing came back.' })
  }
  if (built.length === 0) {
    return (
      <Panel title="What if">
        <Empty title="No retrieval to ask again">
          {details.method.reference === 'none'
            ? `${details.method.title} retrieves nothing.`
            : 'The first one is recorded just before the first task.'}
        </Empty>
      </Panel>
    )
  }
  return (
    <Panel
      title="What if"
      note="the same questions of this run, retrieved with other settings; nothing is trained"
      flush
    >
      <form onSubmit={ask} className="flex flex-wrap items-end gap-x-4 gap-y-3 border-b border-line p-4">
        <div className="grid gap-1 text-2xs text-ink-3">
          Task
          <Select aria-label="Task" value={task} onChange={(event) => setTask(event.target.value)} className="max-w-52">
            {built.map((position) => (
              <option key={position} value={position}>
                {position} {details.matrix.taskNames[position - 1]}
              </option>
            ))}
          </Select>
        </div>
        <div className="grid gap-1 text-2xs text-ink-3">
          Stages
          <Segmented label="Stages" value={mode} choices={MODES} onChange={setMode} />
        </div>
        {NUMBERS.map(({ name, title, most }) => (
          <NumberField key={name} name={name} title={title} most={most} />
        ))}
        <fieldset className="flex gap-2">
          <legend className="mb-1 text-2xs text-ink-3">Ratio task : domain : general</legend>
          {BAGS.map((bag) => (
            <input
              key={bag}
              name={bag}
              type="number"
              min={0}
              max={1000}
              step="any"
              aria-label={`Weight of the ${bag} bag`}
              placeholder={bag}
              className="control num w-24"
            />
          ))}
        </fieldset>
        <Button look="primary" type="submit" disabled={state === 'busy'}>
          Ask again
        </Button>
      </form>
      {state === 'idle' ? (
        <Empty title="Change something and ask again">What is left empty stays as it was in the run.</Empty>
      ) : state === 'busy' ? (
        <Loading rows={4} label="Retrieving" />
      ) : 'problem' in state ? (
        <Failure message={state.problem} />
      ) : (
        <Compared answer={state.answer} />
      )}
    </Panel>
  )
}

function NumberField({ name, title, most }: { name: string; title: string; most: number }) {
  return (
    <label className="grid gap-1 text-2xs text-ink-3">
      {title}
      <input name={name} type="number" min={1} max={most} placeholder="as it was" className="control num w-24" />
    </label>
  )
}

function Compared({ answer }: { answer: Answer }) {
  const { before, after } = answer
  const facts = [
    ['Figures in both', count(answer.common)],
    ['Overlap', `${percent(answer.jaccard, 0)} %`],
    ['Rank-biased overlap', number(answer.rankBiasedOverlap)],
    ['New', count(answer.added)],
    ['Gone', count(answer.removed)],
    ['Pairs', `${count(before.size)} → ${count(after.size)}`],
    ['Time', `${milliseconds(before.milliseconds)} → ${milliseconds(after.milliseconds)}`],
  ] as const
  return (
    <div className="grid gap-5 p-4" data-testid="what-if">
      {answer.sameIndex ? null : (
        <p className="text-xs">
          <Tag look="warn">another index</Tag> The index has changed since the run; differences may come from that too.
        </p>
      )}
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4 lg:grid-cols-7">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-2xs text-ink-3">{name}</dt>
            <dd className="num text-base">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="grid gap-5 md:grid-cols-2">
        <Mix title="Modalities" rows={mixRows(before.modalities, after.modalities).slice(0, 12)} />
        <Mix title="Bags" rows={bagRows(before.bags, after.bags)} />
      </div>
      <div className="grid gap-5 md:grid-cols-2">
        <Pairs title="New" pairs={answer.addedPairs} total={answer.added} />
        <Pairs title="Gone" pairs={answer.removedPairs} total={answer.removed} />
      </div>
    </div>
  )
}

function Mix({ title, rows }: { title: string; rows: readonly MixRow[] }) {
  return (
    <section aria-label={title}>
      <h3 className="mb-2 flex justify-between text-xs font-semibold">
        {title} <span className="font-normal text-ink-3">before, after</span>
      </h3>
      <ul className="grid gap-1.5">
        {rows.map((row) => (
          <li key={row.name} className="grid grid-cols-[7rem_minmax(0,1fr)_5rem] items-center gap-2 text-xs">
            <span className="truncate text-ink-2">{row.name}</span>
            <span className="grid gap-0.5" aria-hidden="true">
              <span className="block h-1.5 rounded-full bg-line-strong" style={{ width: `${row.beforeWidth}%` }} />
              <span className="block h-1.5 rounded-full bg-accent" style={{ width: `${row.afterWidth}%` }} />
            </span>
            <span className="num text-right">
              {count(row.before)} → {count(row.after)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Pairs({ title, pairs, total }: { title: string; pairs: Answer['addedPairs']; total: number }) {
  const { base } = useApi()
  return (
    <section aria-label={`${title} figures`} className="min-w-0">
      <h3 className="mb-2 text-xs font-semibold">
        {title} <span className="num font-normal text-ink-3">{count(total)}</span>
      </h3>
      {pairs.length === 0 ? <p className="text-xs text-ink-3">None.</p> : null}
      <ul className="grid max-h-80 gap-2 overflow-y-auto">
        {pairs.map(({ figure, bag, question, rank, visual }) => (
          <li key={figure.key} className="grid grid-cols-[3rem_minmax(0,1fr)] gap-2 text-2xs">
            {/* biome-ignore lint/performance/noImgElement: figures come from the API's own host, already small */}
            <img
              src={`${base}${figure.imageUrl}`}
              alt=""
              loading="lazy"
              className="aspect-square w-full rounded border border-line bg-sunken object-cover"
            />
            <span className="min-w-0">
              <span className="line-clamp-2 text-xs break-words">{figure.caption}</span>
              <span className="num block truncate text-ink-3">
                {bag}, rank {rank}, {visual.toFixed(3)} for “{question}”
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
