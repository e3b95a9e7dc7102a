'use client'

import { count, milliseconds } from '../../prepare/format.ts'
import type { ReferenceSummary } from '../../prepare/liveRun.ts'
import { Empty, Panel } from '../../ui/surfaces.tsx'
import type { PanelProps } from './panel.ts'

const BAGS = [
  { key: 'task', title: 'Earlier labels', colour: 'var(--bag-task)' },
  { key: 'domain', title: 'Seen domains', colour: 'var(--bag-domain)' },
  { key: 'general', title: 'General', colour: 'var(--bag-general)' },
]
export const bagColour = (bag: string): string => BAGS.find(({ key }) => key === bag)?.colour ?? 'var(--line-strong)'

/** What the reference set of each task is made of. */
export function ReferencePanel({ view: { run, details } }: PanelProps) {
  const none = details.method.reference === 'none'
  return (
    <Panel
      title="Reference sets"
      note="image-caption pairs from the literature that guide a task's training"
      actions={
        <ul className="flex flex-wrap gap-x-3 text-2xs text-ink-2">
          {BAGS.map(({ key, title, colour }) => (
            <li key={key} className="flex items-center gap-1.5">
              <span aria-hidden="true" className="size-2.5 rounded-[3px]" style={{ background: colour }} />
              {title}
            </li>
          ))}
        </ul>
      }
    >
      {run.references.length === 0 ? (
        <Empty title={none ? `${details.method.title} uses no reference set` : 'No reference set yet'}>
          {none
            ? 'Methods with retrieval build one before each task.'
            : 'It is retrieved just before the first task starts.'}
        </Empty>
      ) : (
        <ol className="grid gap-4">
          {run.references.map((reference) => (
            <Reference
              key={reference.task}
              reference={reference}
              name={details.matrix.taskNames[reference.task - 1] ?? reference.taskKey}
            />
          ))}
        </ol>
      )}
    </Panel>
  )
}

function Reference({ reference, name }: { reference: ReferenceSummary; name: string }) {
  const total = Object.values(reference.bags).reduce((sum, n) => sum + n, 0) || 1
  const parts = BAGS.map((bag) => ({ ...bag, n: reference.bags[bag.key] ?? 0 })).filter(({ n }) => n > 0)
  return (
    <li>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span>
          <span className="num mr-1.5 text-ink-3">{reference.task}</span>
          {name}
        </span>
        <span className="num text-2xs text-ink-3">
          {count(reference.size)} pairs, {count(reference.questions)} questions, {milliseconds(reference.milliseconds)},
          index <code>{reference.indexVersion}</code>
        </span>
      </div>
      <div className="mt-1.5 flex h-5 gap-0.5 overflow-hidden rounded">
        {parts.map(({ key, title, colour, n }) => (
          <div
            key={key}
            title={`${title}: ${count(n)} of ${count(total)}`}
            className="num grid place-items-center overflow-hidden text-2xs font-medium"
            style={{
              width: `${(n / total) * 100}%`,
              background: colour,
              color: key === 'task' ? 'var(--panel)' : 'oklch(0.2 0.02 240)',
            }}
          >
            {n / total > 0.06 ? count(n) : ''}
          </div>
        ))}
      </div>
    </li>
  )
}
