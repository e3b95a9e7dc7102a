'use client'

import type { RunPageQuery } from '../../graphql/generated/graphql.ts'
import { metricValue } from '../../prepare/format.ts'
import { Hint } from '../../ui/controls.tsx'
import { PassportText } from '../../ui/PassportText.tsx'
import { Empty, Panel } from '../../ui/surfaces.tsx'
import type { PanelProps } from './panel.ts'

type Metric = RunPageQuery['metrics'][number]
/** The server lists metrics in the order boards show them; the first ones are drawn large. */
const LARGE = 3

/** Every metric the server defines, with its definition; what cannot be computed yet says so. */
export function MetricsPanel({ view: { metrics, figures, run } }: PanelProps) {
  const values = new Map(figures.metrics.map(({ key, value }) => [key, value ?? null]))
  const shown = metrics.filter(({ key }) => values.has(key))
  const absent = run.state === 'SUCCEEDED' ? 'not defined' : 'not yet'
  if (shown.length === 0) {
    return (
      <Panel title="Metrics">
        <Empty title="No metrics yet">They appear when the first row of the matrix is complete.</Empty>
      </Panel>
    )
  }
  return (
    <Panel title="Metrics" note="per cent" flush>
      <dl>
        <div className="grid grid-cols-3 divide-x divide-line border-b border-line">
          {shown.slice(0, LARGE).map((metric) => (
            <div key={metric.key} data-testid={`metric-${metric.key}`} className="min-w-0 px-4 py-3">
              <dt className="text-xs text-ink-2">
                <Name metric={metric} />
              </dt>
              <dd
                className="num mt-0.5 text-[1.375rem] leading-8 font-semibold tracking-[-0.02em]"
                data-value={values.get(metric.key) ?? undefined}
              >
                <Value value={values.get(metric.key) ?? null} absent={absent} />
              </dd>
            </div>
          ))}
        </div>
        <div className="grid gap-x-6 px-4 py-2 max-xl:sm:grid-cols-2">
          {shown.slice(LARGE).map((metric) => (
            <div
              key={metric.key}
              data-testid={`metric-${metric.key}`}
              className="flex h-6.5 items-center justify-between gap-3"
            >
              <dt className="min-w-0 truncate text-xs text-ink-2">
                <Name metric={metric} />
              </dt>
              <dd className="num font-medium" data-value={values.get(metric.key) ?? undefined}>
                <Value value={values.get(metric.key) ?? null} absent={absent} />
              </dd>
            </div>
          ))}
        </div>
      </dl>
    </Panel>
  )
}

function Value({ value, absent }: { value: number | null; absent: string }) {
  if (value !== null) return metricValue(value)
  return <span className="text-xs font-normal tracking-normal text-ink-3">{absent}</span>
}

function Name({ metric }: { metric: Metric }) {
  return <Hint text={<PassportText metric={metric} />}>{metric.title}</Hint>
}
