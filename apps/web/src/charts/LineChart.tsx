'use client'

import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import type { ChartData } from '../prepare/curves.ts'
import { tickLabel } from '../prepare/format.ts'
import { useTheme } from '../ui/theme.ts'

const SERIES_COLOURS = 6
export const seriesColour = (index: number): string => `--series-${(index % SERIES_COLOURS) + 1}`

/** Live curves: the raw values faint under the smoothed line, task boundaries as marks, one cursor for all charts. */
export function LineChart({
  data,
  log,
  boundaries,
  syncKey,
  height = 220,
  label,
  onCursor,
}: {
  data: ChartData
  log: boolean
  boundaries: readonly { task: number; step: number }[]
  syncKey: string
  height?: number
  label: string
  /** Index of the step under the cursor; null when it left. */
  onCursor: (index: number | null) => void
}) {
  const theme = useTheme()
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const marks = useRef(boundaries)
  const latest = useRef(data)
  const cursor = useRef(onCursor)
  marks.current = boundaries
  latest.current = data
  cursor.current = onCursor
  const names = data.names.join('\n')

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read from the page again when the theme changes
  useEffect(() => {
    const element = box.current
    if (!element) return
    const style = getComputedStyle(document.documentElement)
    const colour = (name: string) => style.getPropertyValue(name).trim()
    const axis = (more: Partial<uPlot.Axis>): uPlot.Axis => ({
      stroke: colour('--ink-3'),
      font: '11px "Inter Variable", sans-serif',
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      ...more,
    })
    const chart = new uPlot(
      {
        width: element.clientWidth || 300,
        height,
        legend: { show: false },
        padding: [14, 8, 0, 0],
        cursor: { sync: { key: syncKey, setSeries: false }, points: { size: 6 }, drag: { x: true, y: false } },
        scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
        axes: [
          axis({ size: 26, grid: { show: false }, space: 70 }),
          axis({
            size: 52,
            space: 34,
            values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : tickLabel(tick))),
          }),
        ],
        series: [
          {},
          ...names.split('\n').flatMap((_, i): uPlot.Series[] => [
            { stroke: withAlpha(colour(seriesColour(i)), 0.28), width: 1, points: { show: false }, spanGaps: false },
            { stroke: colour(seriesColour(i)), width: 1.75, points: { show: false }, spanGaps: false },
          ]),
        ],
        hooks: {
          drawClear: [(u) => drawBoundaries(u, marks.current, colour('--line-strong'), colour('--ink-3'))],
          setCursor: [(u) => cursor.current(u.cursor.idx ?? null)],
        },
      },
      latest.current.columns as uPlot.AlignedData,
      element,
    )
    plot.current = chart
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = null
    }
  }, [names, log, theme, height, syncKey])

  useEffect(() => {
    const chart = plot.current
    if (!chart) return
    const { min, max } = chart.scales.x!
    const old = chart.data[0]
    // uPlot's types leave out that a scale without data has null limits.
    const zoomed = old.length > 0 && (min ?? null) !== null && (min! > old[0]! || max! < old.at(-1)!)
    chart.setData(data.columns as uPlot.AlignedData, !zoomed)
    if (zoomed) chart.redraw()
  }, [data])

  return <div ref={box} role="img" aria-label={label} className="min-w-0 overflow-hidden" />
}

function withAlpha(colour: string, alpha: number): string {
  return colour.endsWith(')') ? colour.replace(/\)$/, ` / ${alpha})`) : colour
}

function drawBoundaries(u: uPlot, marks: readonly { task: number; step: number }[], line: string, ink: string) {
  const { ctx, bbox } = u
  const { min, max } = u.scales.x!
  if ((min ?? null) === null || (max ?? null) === null) return
  ctx.save()
  ctx.strokeStyle = line
  ctx.fillStyle = ink
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
  ctx.font = `${10 * devicePixelRatio}px "Inter Variable", sans-serif`
  for (const { task, step } of marks) {
    if (step > max!) continue
    const x = Math.round(u.valToPos(Math.max(step, min!), 'x', true))
    if (step >= min!) {
      ctx.beginPath()
      ctx.moveTo(x, bbox.top - 12 * devicePixelRatio)
      ctx.lineTo(x, bbox.top + bbox.height)
      ctx.stroke()
      ctx.fillText(`task ${task}`, x + 4 * devicePixelRatio, bbox.top - 4 * devicePixelRatio)
    }
  }
  ctx.restore()
}
