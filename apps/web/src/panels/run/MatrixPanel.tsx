// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table that is moved through with arrow keys is a grid
'use client'

import { type CSSProperties, type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { diverging, sequential } from '../../prepare/colour.ts'
import { count, percent } from '../../prepare/format.ts'
import {
  arrange,
  cellId,
  type Grid,
  type GridCell,
  inOrder,
  MEASURES,
  type Measure,
  type Move,
  moveFocus,
  type Region,
  rowMean,
  toCsv,
  toLatex,
} from '../../prepare/matrix.ts'
import { CopyButton, Segmented } from '../../ui/controls.tsx'
import { Panel } from '../../ui/surfaces.tsx'
import { useUrlState } from '../../ui/useUrlState.ts'
import type { PanelProps } from './panel.ts'

const REGIONS: { key: Region; title: string; text: string }[] = [
  { key: 'zero-shot', title: 'Zero-shot', text: 'row 0: before any training' },
  { key: 'transfer', title: 'Transfer', text: 'above the diagonal: not learned yet' },
  { key: 'learning', title: 'Learning', text: 'the diagonal: just learned' },
  { key: 'retention', title: 'Retention', text: 'below the diagonal: what later tasks left of it' },
]
const MOVES = new Set<string>(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End'])
/** A change of this size has the full colour. */
const FULL_CHANGE = 0.3

/** The accuracy matrix, filling as evaluations land. */
export function MatrixPanel({ view: { details, run } }: PanelProps) {
  const [get, set] = useUrlState()
  const measure = (MEASURES.find(({ key }) => key === get('measure'))?.key ?? 'accuracy') as Measure
  const change = get('show') === 'change'
  const ordered = useMemo(() => inOrder(run.cells), [run.cells])
  const landed = ordered.length
  const at = get('at') === '' ? landed : Math.min(landed, Math.max(0, Number(get('at')) || 0))
  const tasks = useMemo(
    () => details.matrix.taskKeys.map((key, i) => ({ key, name: details.matrix.taskNames[i] ?? key })),
    [details.matrix],
  )
  const grid = useMemo(() => arrange(tasks, ordered.slice(0, at), measure), [tasks, ordered, at, measure])
  const [region, setRegion] = useState<Region | null>(null)
  const [hovered, setHovered] = useState<string | null>(null)
  const selected = get('cell')
  const shown = hovered ?? selected
  const inspected = grid.rows.flat().find((cell) => cellId(cell.row, cell.column) === shown) ?? null

  return (
    <Panel
      title="Accuracy matrix"
      note={`${count(grid.landed)} of ${count(grid.expected)} cells`}
      flush
      actions={
        <>
          <CopyButton text={() => toCsv(grid)} label="CSV" />
          <CopyButton text={() => toLatex(grid)} label="LaTeX" />
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-2 px-4 pt-3">
        <Segmented
          label="Measure"
          value={measure}
          choices={MEASURES.map(({ key, short, title }) => ({ value: key, label: short, title }))}
          onChange={(value) => set({ measure: value === 'accuracy' ? null : value })}
        />
        <Segmented
          label="Colour"
          value={change ? 'change' : 'value'}
          choices={[
            { value: 'value', label: 'Value', title: 'Value in per cent' },
            {
              value: 'change',
              label: 'Change',
              title: 'Against zero-shot; below the diagonal against when it was learned',
            },
          ]}
          onChange={(value) => set({ show: value === 'change' ? 'change' : null })}
        />
        <Scale change={change} />
      </div>
      <MatrixTable
        grid={grid}
        change={change}
        region={region}
        selected={selected}
        fresh={get('at') === '' ? run.landedAt : {}}
        onSelect={(id) => set({ cell: id })}
        onHover={setHovered}
      />
      <Inspector cell={inspected} grid={grid} measure={measure} />
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2 border-t border-line px-4 py-2.5">
        <Scrub
          at={at}
          landed={landed}
          live={get('at') === ''}
          grid={grid}
          onChange={(value) => set({ at: value === landed ? null : String(value) })}
        />
        <div className="flex flex-wrap gap-x-3 gap-y-1">
          {REGIONS.map(({ key, title, text }) => (
            <button
              key={key}
              type="button"
              title={text}
              aria-pressed={region === key}
              onClick={() => setRegion(region === key ? null : key)}
              className={`inline-flex h-6 items-center gap-1.5 rounded text-2xs hover:text-ink ${region === key ? 'font-medium text-ink' : 'text-ink-2'}`}
            >
              <RegionGlyph region={key} />
              {title}
            </button>
          ))}
        </div>
      </div>
    </Panel>
  )
}

function MatrixTable({
  grid,
  change,
  region,
  selected,
  fresh,
  onSelect,
  onHover,
}: {
  grid: Grid
  change: boolean
  region: Region | null
  selected: string
  fresh: Record<string, string>
  onSelect: (id: string) => void
  onHover: (id: string | null) => void
}) {
  const table = useRef<HTMLTableElement>(null)
  const size = grid.tasks.length
  const tabStop = grid.rows.flat().some((cell) => cellId(cell.row, cell.column) === selected) ? selected : cellId(0, 1)
  const onKey = (event: KeyboardEvent<HTMLTableCellElement>, cell: GridCell) => {
    if (event.key === 'Escape') onSelect('')
    if (!MOVES.has(event.key)) return
    event.preventDefault()
    const to = moveFocus(cell, event.key as Move, size)
    const id = cellId(to.row, to.column)
    onSelect(id)
    table.current?.querySelector<HTMLElement>(`[data-cell="${id}"]`)?.focus()
  }
  const compact = size > 8
  return (
    <div className="overflow-x-auto px-4 pt-2 pb-3">
      <table
        ref={table}
        role="grid"
        aria-label="Accuracy matrix"
        className="w-full table-fixed border-separate border-spacing-[3px]"
        style={
          {
            minWidth: `calc(${size * 3.4}rem + 5rem)`,
            '--cell-height': size < 5 ? '2.875rem' : '2.25rem',
          } as CSSProperties
        }
      >
        <thead>
          <tr>
            <th
              scope="col"
              className="sticky left-0 z-10 w-6 bg-panel pr-2 pb-1 text-left align-bottom text-2xs font-normal text-ink-3 sm:w-34"
            >
              <span className="max-sm:sr-only">after task, on</span>
            </th>
            {grid.tasks.map((task, i) => (
              <th
                key={task.key}
                scope="col"
                title={task.name}
                className="px-0.5 pb-1 text-left align-bottom text-2xs font-medium text-ink-2"
              >
                <span className="num mr-1 text-ink-3">{i + 1}</span>
                <span className={compact ? '' : 'line-clamp-2 hyphens-auto'}>{shortName(task.name, grid)}</span>
              </th>
            ))}
            <th scope="col" className="w-11 px-1 pb-1 text-right align-bottom text-2xs font-normal text-ink-3">
              mean
            </th>
          </tr>
        </thead>
        <tbody>
          {grid.rows.map((row, r) => (
            <tr key={r === 0 ? 'zero-shot' : grid.tasks[r - 1]!.key}>
              <th
                scope="row"
                className={`sticky left-0 z-10 max-w-40 truncate bg-panel pr-2 text-left text-xs font-normal whitespace-nowrap text-ink-2 ${r === 0 ? 'italic' : ''}`}
                title={r === 0 ? 'Before any training' : grid.tasks[r - 1]!.name}
              >
                <span className="num mr-1.5 text-ink-3 not-italic">{r}</span>
                <span className="max-sm:hidden">
                  {r === 0 ? 'zero-shot' : shortName(grid.tasks[r - 1]!.name, grid)}
                </span>
              </th>
              {row.map((cell) => {
                const id = cellId(cell.row, cell.column)
                return (
                  <Cell
                    key={id}
                    cell={cell}
                    task={grid.tasks[cell.column - 1]!.name}
                    change={change}
                    dim={region !== null && cell.region !== region}
                    selected={id === selected}
                    tabStop={id === tabStop}
                    fresh={id in fresh}
                    onSelect={() => onSelect(id === selected ? '' : id)}
                    onFocus={() => onHover(id)}
                    onHover={onHover}
                    onKey={(event) => onKey(event, cell)}
                  />
                )
              })}
              <td className="num pl-1 text-right text-xs text-ink-3">{percent(rowMean(row))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cell({
  cell,
  task,
  change,
  dim,
  selected,
  tabStop,
  fresh,
  onSelect,
  onFocus,
  onHover,
  onKey,
}: {
  cell: GridCell
  task: string
  change: boolean
  dim: boolean
  selected: boolean
  tabStop: boolean
  fresh: boolean
  onSelect: () => void
  onFocus: () => void
  onHover: (id: string | null) => void
  onKey: (event: KeyboardEvent<HTMLTableCellElement>) => void
}) {
  const id = cellId(cell.row, cell.column)
  const value = change && cell.row > 0 ? cell.change : cell.value
  const ring = cell.region === 'learning' && value !== null ? 'shadow-[inset_0_0_0_1.5px_currentColor]' : ''
  const label = `${cell.row === 0 ? 'Zero-shot' : `After task ${cell.row}`} on ${task}: ${
    cell.value === null ? 'not evaluated yet' : `${percent(cell.value)} per cent, ${cell.region}`
  }`
  return (
    <td
      role="gridcell"
      data-testid={`cell-${id}`}
      data-cell={id}
      data-value={cell.value ?? undefined}
      data-region={cell.region}
      aria-label={label}
      aria-selected={selected}
      tabIndex={tabStop ? 0 : -1}
      style={colours(cell, change)}
      onClick={onSelect}
      onFocus={onFocus}
      onBlur={() => onHover(null)}
      onMouseEnter={() => onHover(id)}
      onMouseLeave={() => onHover(null)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault()
          onSelect()
        } else onKey(event)
      }}
      className={`num relative h-(--cell-height) cursor-pointer rounded-[4px] px-1 text-center text-[0.8125rem] transition-[opacity,background-color] duration-300 focus-visible:outline-offset-1 ${
        value === null ? 'cell-empty text-ink-3' : 'cell'
      } ${ring} ${selected ? 'outline-2 outline-offset-1 outline-ink' : ''} ${dim ? 'opacity-25' : ''} ${fresh ? 'cell-fresh' : ''}`}
    >
      <span>{value === null ? '' : change && cell.row > 0 ? signed(value) : percent(value)}</span>
    </td>
  )
}

const signed = (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${(Math.abs(value) * 100).toFixed(1)}`

function colours(cell: GridCell, change: boolean): CSSProperties | undefined {
  const of = (theme: 'light' | 'dark') => {
    if (change && cell.row > 0) return diverging((cell.change ?? 0) / FULL_CHANGE, theme)
    return change ? diverging(0, theme) : sequential(cell.value ?? 0, theme)
  }
  if (cell.value === null) return undefined
  const [light, dark] = [of('light'), of('dark')]
  return {
    '--fill-light': light.fill,
    '--text-light': light.text,
    '--fill-dark': dark.fill,
    '--text-dark': dark.text,
  } as CSSProperties
}

/** Leaves out a first word that all tasks share ("Phantom"), so that columns stay narrow. */
function shortName(name: string, grid: Grid): string {
  const first = name.split(' ')[0]!
  const shared = grid.tasks.length > 1 && grid.tasks.every((task) => task.name.startsWith(`${first} `))
  const rest = shared ? name.slice(first.length + 1) : name
  return rest.charAt(0).toUpperCase() + rest.slice(1)
}

function Inspector({ cell, grid, measure }: { cell: GridCell | null; grid: Grid; measure: Measure }) {
  const facts: [string, string][] = []
  if (cell?.cell) {
    const { n, low, high, accuracy, balancedAccuracy, auc } = cell.cell
    facts.push(
      ['ACC', `${percent(accuracy)} %`],
      ['n', count(n)],
      ['95 % interval', `${percent(low)} to ${percent(high)}`],
    )
    if (balancedAccuracy !== null) facts.push(['Balanced', percent(balancedAccuracy)])
    if (auc !== null) facts.push(['AUC', percent(auc)])
    if (cell.change !== null)
      facts.push([cell.region === 'retention' ? 'since learned' : 'vs zero-shot', signed(cell.change)])
  }
  const title = cell
    ? `${cell.row === 0 ? 'Zero-shot' : `After task ${cell.row} (${shortName(grid.tasks[cell.row - 1]!.name, grid)})`}, on ${shortName(grid.tasks[cell.column - 1]!.name, grid)}`
    : null
  return (
    <div
      data-testid="cell-details"
      aria-live="polite"
      className="min-h-[3.25rem] border-t border-line bg-sunken/60 px-4 py-2 text-xs"
    >
      {cell && title ? (
        <>
          <p className="font-medium">
            {title} <span className="font-normal text-ink-3">{cell.region}</span>
          </p>
          <p className="num flex flex-wrap gap-x-4 text-ink-2">
            {facts.length === 0 ? 'Not evaluated yet' : null}
            {cell.cell && cell.value === null
              ? `no ${MEASURES.find(({ key }) => key === measure)!.title.toLowerCase()} for this cell`
              : null}
            {facts.map(([term, value]) => (
              <span key={term} className="whitespace-nowrap">
                <span className="text-ink-3">{term}</span> {value}
              </span>
            ))}
          </p>
        </>
      ) : (
        <p className="py-1.5 text-ink-3">
          Point at a cell, tap it, or move with the arrow keys to see n and its 95 % interval.
        </p>
      )}
    </div>
  )
}

function Scrub({
  at,
  landed,
  live,
  grid,
  onChange,
}: {
  at: number
  landed: number
  live: boolean
  grid: Grid
  onChange: (at: number) => void
}) {
  const row = at === 0 ? null : Math.ceil(at / Math.max(1, grid.tasks.length)) - 1
  return (
    <label className="flex min-w-0 flex-1 basis-60 items-center gap-2.5 text-2xs text-ink-3">
      <span>Time</span>
      <input
        type="range"
        min={0}
        max={landed}
        value={at}
        disabled={landed === 0}
        onChange={(event) => onChange(Number(event.target.value))}
        aria-label="Show the matrix as it was after this many cells"
        className="h-6 min-w-20 flex-1 accent-accent"
      />
      <span className="num w-20 text-right whitespace-nowrap">
        {live ? 'now' : row === null ? 'start' : `in row ${row}`}
      </span>
    </label>
  )
}

const STOPS = [0, 0.25, 0.5, 0.75, 1]

function Scale({ change }: { change: boolean }) {
  const ramp = (theme: 'light' | 'dark') =>
    `linear-gradient(90deg, ${STOPS.map((t) => (change ? diverging(t * 2 - 1, theme) : sequential(t, theme)).fill).join(', ')})`
  return (
    <span className="num ml-auto flex items-center gap-1.5 text-2xs text-ink-3" aria-hidden="true">
      {change ? '−30' : '0'}
      <span
        className="h-2 w-20 rounded-sm [background:var(--ramp-light)] dark:[background:var(--ramp-dark)]"
        style={{ '--ramp-light': ramp('light'), '--ramp-dark': ramp('dark') } as CSSProperties}
      />
      {change ? '+30' : '100 %'}
    </span>
  )
}

function RegionGlyph({ region }: { region: Region }) {
  const on = (r: number, c: number) =>
    region === 'zero-shot'
      ? r === 0
      : r > 0 && (region === 'transfer' ? r < c : region === 'learning' ? r === c : r > c)
  return (
    <svg viewBox="0 0 12 16" width="11" height="14" aria-hidden="true">
      {[0, 1, 2, 3].flatMap((r) =>
        [1, 2, 3].map((c) => (
          <rect
            key={`${r}${c}`}
            x={(c - 1) * 4}
            y={r * 4}
            width="3"
            height="3"
            rx="0.6"
            fill="currentColor"
            opacity={on(r, c) ? 1 : 0.2}
          />
        )),
      )}
    </svg>
  )
}
