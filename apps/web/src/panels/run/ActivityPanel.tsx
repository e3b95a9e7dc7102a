'use client'

import { age } from '../../prepare/format.ts'
import { logLine } from '../../prepare/liveRun.ts'
import { Empty, Panel } from '../../ui/surfaces.tsx'
import { useNow } from '../../ui/useNow.ts'
import { useUrlState } from '../../ui/useUrlState.ts'
import type { PanelProps } from './panel.ts'

/** Beside a small matrix fewer lines, so that both sides end together. */
const linesFor = (tasks: number) => (tasks < 5 ? 3 : 5)
const LEVELS = { info: 'text-ink-2', warn: 'text-warn', error: 'text-bad' }

/** The last few lines of the log beside the matrix. */
export function ActivityPanel({ view: { run, details } }: PanelProps) {
  const [, set] = useUrlState()
  const now = useNow()
  const lines = run.log.slice(-linesFor(details.order.taskKeys.length)).map(logLine).reverse()
  return (
    <Panel
      title="Activity"
      flush
      actions={
        <button type="button" className="text-xs text-accent hover:underline" onClick={() => set({ tab: 'log' })}>
          Whole log
        </button>
      }
    >
      {lines.length === 0 ? (
        <Empty title="Nothing has happened yet">A worker takes queued runs in order.</Empty>
      ) : (
        <ol aria-label="Latest events" className="py-1.5">
          {lines.map((line) => (
            <li key={line.seq} className="flex items-baseline gap-3 px-4 py-1">
              <span className={`min-w-0 flex-1 truncate text-xs ${LEVELS[line.level]}`} title={line.text}>
                {line.text}
              </span>
              <span className="num text-2xs whitespace-nowrap text-ink-3">{age(line.at, now)}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}
