'use client'

import { useMemo, useState } from 'react'
import { LineChart, seriesColour } from '../../charts/LineChart.tsx'
import { type CurveGroup, chartData, groupCurves, sampleRows } from '../../prepare/curves.ts'
import { count, number } from '../../prepare/format.ts'
import { type LiveRun, taskBoundaries } from '../../prepare/liveRun.ts'
import { Empty, Panel, TooMuch } from '../../ui/surfaces.tsx'
import { useUrlState } from '../../ui/useUrlState.ts'
import type { PanelProps } from './panel.ts'

const MAX_CHARTS = 12
const TABLE_ROWS = 20

/** Loss components, learning rate and whatever else the method reports, while it happens. */
export function CurvesPanel({ view: { run, details } }: PanelProps) {
  const [get, set] = useUrlState()
  const smoothing = Math.min(0.99, Math.max(0, Number(get('smooth', '0.8')) || 0))
  const log = get('log') === '1'
  const names = Object.keys(run.series).join('\n')
  const groups = useMemo(() => groupCurves(names === '' ? [] : names.split('\n')), [names])
  const boundaries = useMemo(() => taskBoundaries(run.log), [run.log])
  return (
    <Panel
      title="Curves"
      note={run.step > 0 ? `${count(run.step)} steps` : undefined}
      flush
      actions={
        groups.length > 0 ? (
          <>
            <label className="flex items-center gap-2 text-xs text-ink-2">
              Smoothing
              <input
                type="range"
                min={0}
                max={0.98}
                step={0.02}
                value={smoothing}
                onChange={(event) => set({ smooth: event.target.value === '0.8' ? null : event.target.value })}
                className="h-6 w-24 accent-accent"
              />
              <span className="num w-7">{smoothing.toFixed(2)}</span>
            </label>
            <label className="flex h-7 items-center gap-1.5 text-xs text-ink-2">
              <input
                type="checkbox"
                checked={log}
                onChange={(event) => set({ log: event.target.checked ? '1' : null })}
                className="size-4 accent-accent"
              />
              Log scale
            </label>
          </>
        ) : null
      }
    >
      {groups.length === 0 ? (
        <Empty title={details.method.trains ? 'No steps yet' : 'Nothing is trained'}>
          {details.method.trains
            ? 'Curves appear with the first training step.'
            : `${details.method.title} only evaluates, so there are no curves.`}
        </Empty>
      ) : (
        <>
          <div className="grid gap-px overflow-hidden rounded-b-lg bg-line md:grid-cols-2">
            {groups.slice(0, MAX_CHARTS).map((group, index) => (
              <div
                key={group.key}
                className={`min-w-0 bg-panel px-4 pt-3 pb-2 ${index === 0 && groups.length % 2 === 1 ? 'md:col-span-2' : ''}`}
              >
                <Curve
                  group={group}
                  run={run}
                  smoothing={smoothing}
                  log={log}
                  boundaries={boundaries}
                  tall={index === 0 && groups.length % 2 === 1}
                />
              </div>
            ))}
          </div>
          {groups.length > MAX_CHARTS ? (
            <TooMuch>
              {groups.length - MAX_CHARTS} more groups are not drawn. Read them with <code>run.series</code> over the
              API.
            </TooMuch>
          ) : null}
        </>
      )}
    </Panel>
  )
}

function Curve({
  group,
  run,
  smoothing,
  log,
  boundaries,
  tall,
}: {
  group: CurveGroup
  run: LiveRun
  smoothing: number
  log: boolean
  boundaries: { task: number; step: number }[]
  tall: boolean
}) {
  const series = useMemo(() => group.names.flatMap((name) => run.series[name] ?? []), [group, run.series])
  const data = useMemo(() => chartData(series, smoothing, log), [series, smoothing, log])
  const [cursor, setCursor] = useState<number | null>(null)
  const steps = data.columns[0]
  const at = cursor === null || cursor >= steps.length ? steps.length - 1 : cursor
  return (
    <figure>
      <figcaption className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5">
        <span className="text-xs font-semibold">{group.title}</span>
        <span className="num text-2xs text-ink-3">step {count(steps[at] ?? 0)}</span>
        <span className="flex flex-wrap gap-x-3">
          {data.names.map((name, i) => (
            <span key={name} className="num inline-flex items-center gap-1.5 text-2xs text-ink-2">
              <span
                aria-hidden="true"
                className="h-0.5 w-3 rounded-full"
                style={{ background: `var(${seriesColour(i)})` }}
              />
              {name.includes('.') ? name.slice(name.indexOf('.') + 1) : name}
              <span className="min-w-10 text-ink">{number(lastKnown(data.columns[2 * i + 2]!, at))}</span>
            </span>
          ))}
        </span>
      </figcaption>
      <LineChart
        data={data}
        log={log}
        boundaries={boundaries}
        syncKey={run.runId}
        height={tall ? 240 : 180}
        label={`${group.title} over steps; the table below has the numbers`}
        onCursor={setCursor}
      />
      <details className="mt-1 text-2xs text-ink-3">
        <summary className="w-fit hover:text-ink">Table</summary>
        <DataTable names={data.names} columns={data.columns} />
      </details>
    </figure>
  )
}

/** The smoothed value at a step, or the last one before it. */
function lastKnown(column: readonly (number | null | undefined)[], at: number): number | null {
  for (let i = at; i >= 0; i--) {
    const value = column[i]
    if (value !== undefined && value !== null) return value
  }
  return null
}

function DataTable({
  names,
  columns,
}: {
  names: string[]
  columns: readonly (readonly (number | null | undefined)[])[]
}) {
  const rows = sampleRows(columns[0]!.length, TABLE_ROWS)
  return (
    <div className="mt-1 max-h-56 overflow-auto rounded border border-line">
      <table className="num w-full text-right text-2xs">
        <thead className="sticky top-0 bg-sunken">
          <tr>
            <th scope="col" className="px-2 py-1 font-medium">
              step
            </th>
            {names.map((name) => (
              <th key={name} scope="col" className="px-2 py-1 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row" className="px-2 py-0.5 font-normal">
                {columns[0]![row]}
              </th>
              {names.map((name, i) => (
                <td key={name} className="px-2 py-0.5 text-ink">
                  {number(columns[2 * i + 1]![row])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
