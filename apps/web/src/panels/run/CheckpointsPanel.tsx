'use client'

import { bytes, count, dateTime } from '../../prepare/format.ts'
import { Empty, Panel, Tag } from '../../ui/surfaces.tsx'
import type { PanelProps } from './panel.ts'

/** What was saved after each task, and what it contains. */
export function CheckpointsPanel({ view: { figures, details } }: PanelProps) {
  return (
    <Panel
      title="Checkpoints"
      note={figures.checkpoints.length > 0 ? count(figures.checkpoints.length) : undefined}
      flush
    >
      {figures.checkpoints.length === 0 ? (
        <Empty title="No checkpoint yet">One is saved after every task; a lost run goes on from the last one.</Empty>
      ) : (
        <ol className="divide-y divide-line">
          {figures.checkpoints.map((checkpoint) => (
            <li key={checkpoint.task} className="px-4 py-2.5">
              <div className="flex flex-wrap items-baseline justify-between gap-x-3">
                <span>
                  After task {checkpoint.task}
                  <span className="text-ink-3"> {details.matrix.taskNames[checkpoint.task - 1]}</span>
                </span>
                <span className="num text-xs text-ink-2">
                  step {count(checkpoint.step)}, {bytes(checkpoint.bytes)}
                </span>
              </div>
              <div className="mt-1 flex flex-wrap gap-1">
                {checkpoint.state.map((part) => (
                  <Tag key={part}>{part}</Tag>
                ))}
              </div>
              <p className="mt-1 flex flex-wrap justify-between gap-x-3 text-2xs text-ink-3">
                <code title={checkpoint.digest}>{checkpoint.digest.replace(/^sha256:/, '').slice(0, 16)}</code>
                <span className="num">{dateTime(checkpoint.at)}</span>
              </p>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}
