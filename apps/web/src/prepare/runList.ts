import type { RunRowFragment, RunState } from '../graphql/generated/graphql.ts'

/** The loaded part of the run list, plus runs that appeared since and wait behind the "N new" chip. */
export interface RunList {
  runs: RunRowFragment[]
  waiting: RunRowFragment[]
}

export interface RunListFilter {
  suite: string | null
  methods: string[]
  states: RunState[]
  text: string
}

/** True where the server would list the run under this filter. */
export function matches(run: RunRowFragment, filter: RunListFilter): boolean {
  const needle = filter.text.trim().toLowerCase()
  return (
    (filter.suite === null || run.suite.key === filter.suite) &&
    (filter.methods.length === 0 || filter.methods.includes(run.method.key)) &&
    (filter.states.length === 0 || filter.states.includes(run.state)) &&
    (needle === '' || `${run.key} ${run.name}`.toLowerCase().includes(needle))
  )
}

/** A page appended or prepended without doubles; newer data of the same run wins. */
export function addPage(list: RunList, page: readonly RunRowFragment[]): RunList {
  const known = new Map(list.runs.map((run) => [run.id, run]))
  for (const run of page) known.set(run.id, newer(known.get(run.id), run))
  return { ...list, runs: [...known.values()] }
}

/**
 * One change from the server. A listed run changes in its place, rows never jump; an unknown run that fits the filter
 * waits behind the chip.
 */
export function applyChange(list: RunList, run: RunRowFragment, filter: RunListFilter): RunList {
  const change = (runs: RunRowFragment[]) => runs.map((old) => (old.id === run.id ? newer(old, run) : old))
  if (list.runs.some((old) => old.id === run.id)) return { ...list, runs: change(list.runs) }
  if (list.waiting.some((old) => old.id === run.id)) return { ...list, waiting: change(list.waiting) }
  return matches(run, filter) ? { ...list, waiting: [run, ...list.waiting] } : list
}

/** Shows the waiting runs at the top. */
export function showWaiting(list: RunList): RunList {
  return { runs: [...list.waiting, ...list.runs], waiting: [] }
}

const newer = (old: RunRowFragment | undefined, run: RunRowFragment) => (old && old.lastSeq > run.lastSeq ? old : run)

export function metricOf(
  run: { metrics: readonly { key: string; value?: number | null }[] },
  key: string,
): number | null {
  return run.metrics.find((metric) => metric.key === key)?.value ?? null
}

/** Share of the work that is done, in [0, 1]. */
export function progressOf(run: { state: string; step: number; totalSteps: number }): number {
  if (run.state === 'SUCCEEDED') return 1
  return run.totalSteps > 0 ? Math.min(1, run.step / run.totalSteps) : 0
}
