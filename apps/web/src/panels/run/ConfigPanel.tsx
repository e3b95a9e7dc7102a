'use client'

import { useMemo } from 'react'
import { settingLines } from '../../prepare/config.ts'
import { Empty, Panel } from '../../ui/surfaces.tsx'
import { useUrlState } from '../../ui/useUrlState.ts'
import type { PanelProps } from './panel.ts'

/** The resolved settings; what differs from the defaults comes first and is marked. */
export function ConfigPanel({ view: { details, runSettings } }: PanelProps) {
  const [get, set] = useUrlState()
  const only = get('config') === 'diff'
  const lines = useMemo(
    () => settingLines(details.config, runSettings, details.method.parameters),
    [details, runSettings],
  )
  const differing = lines.filter((line) => line.differs)
  const shown = only ? differing : lines
  return (
    <Panel
      title="Settings"
      note={differing.length === 0 ? 'all as by default' : `${differing.length} differ from the defaults`}
      flush
      actions={
        <label className="flex h-7 items-center gap-1.5 text-xs text-ink-2">
          <input
            type="checkbox"
            checked={only}
            onChange={(event) => set({ config: event.target.checked ? 'diff' : null })}
            className="size-4 accent-accent"
          />
          Only what differs
        </label>
      }
    >
      {shown.length === 0 ? (
        <Empty title="Nothing differs from the defaults" />
      ) : (
        <div className="overflow-x-auto">
          <table className="w-full text-left">
            <thead>
              <tr className="text-2xs text-ink-3">
                <th scope="col" className="px-4 py-2 font-medium">
                  Setting
                </th>
                <th scope="col" className="px-2 py-2 font-medium">
                  This run
                </th>
                <th scope="col" className="px-4 py-2 font-medium">
                  Default
                </th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line border-t border-line">
              {shown.map((line) => (
                <tr key={line.path} className={line.differs ? 'bg-accent-soft/60' : ''}>
                  <th scope="row" className="px-4 py-1.5 font-mono text-xs font-normal break-all">
                    {line.path}
                  </th>
                  <td className={`px-2 py-1.5 font-mono text-xs break-all ${line.differs ? 'font-semibold' : ''}`}>
                    {line.value}
                  </td>
                  <td className="px-4 py-1.5 font-mono text-xs break-all text-ink-3">{line.default ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
