'use client'

import { isShare, metricValue } from '../../prepare/format.ts'
import { Hint } from '../../ui/controls.tsx'
import { Empty, Panel } from '../../ui/surfaces.tsx'
import type { PanelProps } from './panel.ts'

/** Every metric the server defines, with its definition; unknown ones say so. */
export function MetricsPanel({ view: { metrics, figures, run } }: PanelProps) {
  const values = new Map(figures.metrics.map(({ key, value }) => [key, value ?? null]))
  const shown = metrics.filter(({ key }) => values.has(key))
  return (
    <Panel title="Metrics" note="per cent" flush>
      {shown.length === 0 ? (
        <Empty title="No metrics yet">They appear when the first row of the matrix is complete.</Empty>
      ) : (
        <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-b-lg bg-line">
          {shown.map(({ key, title, definition, better, unit }, index) => {
            const value = values.get(key) ?? null
            return (
              <div
                key={key}
                data-testid={`metric-${key}`}
                className={`bg-panel px-4 py-3 ${index === shown.length - 1 && shown.length % 2 === 1 ? 'col-span-2' : ''}`}
              >
                <dt className="text-xs text-ink-2">
                  <Hint
                    text={
                      <>
                        <p>{definition}</p>
                        <p className="mt-1 text-ink-3">
                          {better === 'lower' ? 'Lower is better.' : 'Higher is better.'} <code>{key}</code>
                        </p>
                      </>
                    }
                  >
                    {title}
                  </Hint>
                </dt>
                <dd
                  className="num mt-0.5 text-[1.375rem] leading-8 font-semibold tracking-[-0.02em]"
                  data-value={value ?? undefined}
                >
                  {value === null ? (
                    <span className="text-sm font-normal tracking-normal text-ink-3">
                      {run.state === 'SUCCEEDED' ? 'not defined' : 'not yet'}
                    </span>
                  ) : (
                    metricValue(value, unit)
                  )}
                  {value !== null && !isShare(unit) ? (
                    <span className="ml-1 text-xs font-normal text-ink-3">{unit}</span>
                  ) : null}
                </dd>
              </div>
            )
          })}
        </dl>
      )}
    </Panel>
  )
}
