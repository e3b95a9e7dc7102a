import { type Aggregate, aggregate } from './aggregate.ts'
import type { RunMatrix } from './matrix.ts'
import { type MetricDefinition, type Term, weightedMean } from './metric.ts'

/** A finished run as the statistics see it: its terms of one metric, by task id. */
export interface ScoredRun {
  seed: number
  /** What tells orders apart, an order's hash or id. */
  order: string
  terms: ReadonlyMap<string, Term>
}

/** @param taskIds the tasks of the run in its order, one per column of the matrix */
export function scoreRun(
  metric: MetricDefinition,
  matrix: RunMatrix,
  { seed, order, taskIds }: { seed: number; order: string; taskIds: readonly string[] },
): ScoredRun {
  const terms = metric.terms(matrix)
  return { seed, order, terms: new Map(taskIds.map((task, t) => [task, terms[t]!])) }
}

/** A method with fixed settings, and its runs. At most one run per order and seed. */
export interface Contender {
  id: string
  /** True when the seed changes nothing (no training): its run on an order then stands for every seed. */
  deterministic: boolean
  runs: readonly ScoredRun[]
}

/**
 * What is resampled as one piece. One order: the seed. Two orders: the run, since two orders are too few to stand for
 * others, so the result speaks of these two. From three on: the order with all its seeds (cluster bootstrap).
 */
export type Unit = 'seed' | 'run' | 'order'

/** All contenders on one grid of units and tasks. */
export interface Grid {
  unit: Unit
  /** Keys of the units, sorted. */
  units: readonly string[]
  tasks: readonly string[]
  orders: readonly string[]
  /** Per contender. */
  deterministic: readonly boolean[]
  /** runs[contender][unit]: the runs of that unit; empty where the contender has none. */
  runs: readonly (readonly (readonly GridRun[])[])[]
}

export interface GridRun {
  /** The metric of the run: Σ weighted / Σ weight. */
  value: number
  /** weight times value per task of the grid. [tasks] */
  weighted: Float64Array
  /** [tasks] */
  weight: Float64Array
}

/** Puts contenders on a grid. Runs whose metric cannot be computed are left out. */
export function gridOf(contenders: readonly Contender[]): Grid {
  const usable = contenders.map((contender) => ({ ...contender, runs: contender.runs.filter(isScored) }))
  const all = usable.flatMap(({ runs }) => runs)
  const tasks = unique(all.flatMap(({ terms }) => [...terms.keys()]))
  const orders = unique(all.map(({ order }) => order))
  const unit: Unit = orders.length > 2 ? 'order' : orders.length === 2 ? 'run' : 'seed'
  const seeded = usable.filter(({ deterministic }) => !deterministic).flatMap(({ runs }) => runs)
  const places = seeded.length > 0 ? seeded : all
  const keyOf = ({ order, seed }: Pick<ScoredRun, 'order' | 'seed'>) =>
    unit === 'order' ? order : `${order}/${String(seed).padStart(10, '0')}`
  const units = unique([...places.map(keyOf), ...(unit === 'order' ? orders : [])])
  const runs = usable.map(({ deterministic, runs: own }) => {
    const grid = own.map((run) => ({ run, placed: gridRun(run, tasks) }))
    return units.map((key) => {
      const found = grid.filter(({ run }) =>
        deterministic ? key === run.order || key.startsWith(`${run.order}/`) : keyOf(run) === key,
      )
      // Repeats of a run that the seed does not change are one observation.
      return (deterministic ? found.slice(0, 1) : found).map(({ placed }) => placed)
    })
  })
  return { unit, units, tasks, orders, deterministic: contenders.map(({ deterministic }) => deterministic), runs }
}

/** The metric of a run; null when a cell that it needs is missing. */
export const runValue = (run: ScoredRun): number | null => weightedMean([...run.terms.values()])

const isScored = (run: ScoredRun) => runValue(run) !== null

function gridRun(run: ScoredRun, tasks: readonly string[]): GridRun {
  const weight = Float64Array.from(tasks, (task) => run.terms.get(task)?.weight ?? 0)
  const weighted = Float64Array.from(tasks, (task, t) =>
    weight[t] === 0 ? 0 : weight[t]! * run.terms.get(task)!.value!,
  )
  return { value: runValue(run)!, weight, weighted }
}

/** Mean, spread and t interval of each contender over its units (`gridOf` says which); what no seed changes counts once. */
export function aggregatesOf(contenders: readonly Contender[], grid: Grid = gridOf(contenders)): Aggregate[] {
  return contenders.map(({ deterministic }, index) => {
    const units = grid.units.flatMap((key, u) => {
      const runs = grid.runs[index]![u]!
      return runs.length === 0 ? [] : [{ order: key.split('/')[0]!, value: unitValue(runs) }]
    })
    const seen = deterministic ? [...new Map(units.map((unit) => [unit.order, unit])).values()] : units
    return aggregate(seen.map(({ value }) => value))
  })
}

/** Mean over the runs of a unit. */
export const unitValue = (runs: readonly GridRun[]): number =>
  runs.reduce((sum, { value }) => sum + value, 0) / runs.length

const unique = (values: readonly string[]) => [...new Set(values)].sort()
