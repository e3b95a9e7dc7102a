'use client'

import Link from 'next/link'
import type { GuidedRunFieldsFragment } from '../../graphql/generated/graphql.ts'
import { count, percent, plural } from '../../prepare/format.ts'
import { guidedWhere } from '../../prepare/literature.ts'
import { StateBadge } from '../../ui/StateBadge.tsx'

/** Runs that figures guided: where, how much, and which checkpoints carry it. */
export function GuidedRuns({ runs, total }: { runs: readonly GuidedRunFieldsFragment[]; total: number }) {
  return (
    <>
      <ul className="divide-y divide-line">
        {runs.map((guided) => (
          <li key={guided.run.id} className="grid gap-0.5 py-2 text-xs">
            <span className="flex flex-wrap items-center gap-2">
              <Link
                href={`/runs/${guided.run.id}?tab=guidance`}
                className="font-medium text-ink hover:text-accent hover:underline"
              >
                {guided.run.key}
              </Link>
              <span className="text-ink-3">{guided.run.method.title}</span>
              <StateBadge state={guided.run.state} />
            </span>
            <span className="text-ink-2">{guidedWhere(guided)}</span>
            <span className="num text-ink-3">
              drawn {count(guided.draws)} times in {plural(guided.windows, 'step window')}, {percent(guided.weight, 2)}{' '}
              % of the run's reference pairs
            </span>
            <span className="num text-ink-3">
              {guided.checkpoints.length === 0
                ? 'no checkpoint carries it yet'
                : `in the checkpoints after ${guided.checkpoints.map(({ task }) => `task ${task}`).join(', ')}`}
            </span>
          </li>
        ))}
      </ul>
      {total > runs.length ? (
        <p className="num mt-1 text-2xs text-ink-3">
          The newest {runs.length} of {count(total)} runs.
        </p>
      ) : null}
    </>
  )
}
