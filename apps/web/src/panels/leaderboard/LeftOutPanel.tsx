'use client'

import Link from 'next/link'
import { count, plural } from '../../prepare/format.ts'
import type { Board } from '../../prepare/leaderboard/board.ts'
import { Panel } from '../../ui/surfaces.tsx'

/** Which runs are not on the board, and why. */
export function LeftOutPanel({ board }: { board: Board }) {
  if (board.leftOut.length === 0) return null
  const all = board.leftOut.reduce((sum, one) => sum + one.count, 0)
  return (
    <Panel title="Not on this board" note={plural(all, 'run')} flush>
      <ul className="divide-y divide-line">
        {board.leftOut.map(({ reason, text, count: n, runs }) => (
          <li key={reason} className="px-4 py-2 text-xs">
            <details>
              <summary className="hover:text-accent">
                <span className="num font-medium">{count(n)}</span> <span className="text-ink-2">{text}</span>
              </summary>
              <ul className="mt-1.5 flex flex-wrap gap-x-4 gap-y-0.5 pl-4">
                {runs.map((run) => (
                  <li key={run.id}>
                    <Link href={`/runs/${encodeURIComponent(run.id)}`} className="text-accent hover:underline">
                      {run.key}
                    </Link>{' '}
                    <span className="text-ink-3">
                      {run.method.title}, seed {run.seed}
                    </span>
                  </li>
                ))}
                {runs.length < n ? <li className="text-ink-3">and {count(n - runs.length)} more</li> : null}
              </ul>
            </details>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
