'use client'

import { useMemo } from 'react'
import { flatten } from '../../prepare/config.ts'
import { CopyButton } from '../../ui/controls.tsx'
import { Empty, Panel } from '../../ui/surfaces.tsx'
import type { PanelProps } from './panel.ts'

/** Where a run's numbers come from; what is not known is shown as missing. */
export function ProvenancePanel({ view: { details } }: PanelProps) {
  const lines = useMemo(
    () => [
      { path: 'configHash', value: details.configHash },
      { path: 'order.hash', value: details.order.hash },
      ...flatten(details.provenance),
    ],
    [details],
  )
  return (
    <Panel
      title="Provenance"
      flush
      actions={
        <CopyButton
          text={() => JSON.stringify({ configHash: details.configHash, ...(details.provenance as object) }, null, 2)}
          label="JSON"
        />
      }
    >
      {lines.length === 0 ? (
        <Empty title="Nothing recorded yet" />
      ) : (
        <dl className="divide-y divide-line">
          {lines.map(({ path, value }) => (
            <div key={path} className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-3 px-4 py-1.5">
              <dt className="font-mono text-xs break-all text-ink-2">{path}</dt>
              <dd className="font-mono text-xs break-all" title={value}>
                {value === 'null' || value === '' ? <span className="font-sans text-warn">missing</span> : short(value)}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  )
}

/** Long digests by their first 16 digits; the tooltip and the JSON have all of them. */
const short = (value: string) =>
  /^(sha256:)?[0-9a-f]{40,}\+?$/.test(value) ? `${value.replace('sha256:', '').slice(0, 16)}…` : value
