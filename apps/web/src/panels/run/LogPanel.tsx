'use client'

import { useMemo } from 'react'
import { clock, count, dateTime } from '../../prepare/format.ts'
import { LOG_LIMIT, logLine } from '../../prepare/liveRun.ts'
import { Segmented } from '../../ui/controls.tsx'
import { Empty, Panel, TooMuch } from '../../ui/surfaces.tsx'
import { useUrlState } from '../../ui/useUrlState.ts'
import type { PanelProps } from './panel.ts'

const SHOWN = 400
const LEVELS = { info: 'text-ink-2', warn: 'text-warn', error: 'text-bad font-medium' }

/** Events as readable lines, newest first. */
export function LogPanel({ view: { run } }: PanelProps) {
  const [get, set] = useUrlState()
  const only = get('log-level', 'all')
  const lines = useMemo(() => {
    const all = run.log
      .map(logLine)
      .filter((line) => only === 'all' || (only === 'problems' ? line.level !== 'info' : line.kind !== 'cell'))
    return all.reverse()
  }, [run.log, only])
  return (
    <Panel
      title="Log"
      note={`event ${count(run.lastSeq)}`}
      flush
      actions={
        <Segmented
          label="Lines"
          value={only}
          choices={[
            { value: 'all', label: 'All' },
            { value: 'no-cells', label: 'Without cells' },
            { value: 'problems', label: 'Problems' },
          ]}
          onChange={(value) => set({ 'log-level': value === 'all' ? null : value })}
        />
      }
    >
      {lines.length === 0 ? (
        <Empty title={only === 'problems' ? 'No problems' : 'No lines yet'}>
          {only === 'problems'
            ? 'Warnings, alarms and failures would be listed here.'
            : 'The log starts when a worker takes the run.'}
        </Empty>
      ) : (
        <ol aria-label="Log, newest first" className="max-h-[34rem] divide-y divide-line overflow-y-auto">
          {lines.slice(0, SHOWN).map((line) => (
            <li
              key={line.seq}
              className="grid grid-cols-[3.75rem_minmax(0,1fr)] gap-x-3 px-4 py-1.5 sm:grid-cols-[3.75rem_5.5rem_minmax(0,1fr)]"
            >
              <time dateTime={line.at} title={dateTime(line.at)} className="num text-xs text-ink-3">
                {clock(line.at)}
              </time>
              <span className="text-2xs leading-5 text-ink-3 max-sm:hidden">{line.kind}</span>
              <span className={`break-words ${LEVELS[line.level]}`}>{line.text}</span>
            </li>
          ))}
        </ol>
      )}
      {lines.length > SHOWN || run.log.length >= LOG_LIMIT ? (
        <TooMuch>
          The newest {Math.min(SHOWN, lines.length)} lines are shown; the API has all events in <code>run.events</code>.
        </TooMuch>
      ) : null}
    </Panel>
  )
}
