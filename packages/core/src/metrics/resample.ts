import { Random } from '../contracts/index.ts'
import type { Grid, GridRun } from './contender.ts'

/** What is redrawn: only the units (the tasks of the suite are fixed), or the tasks as well (a sample of such tasks). */
export const SCOPES = ['runs', 'tasksAndRuns'] as const
export type Scope = (typeof SCOPES)[number]

/** Every contender's metric in every unit under `resamples` draws of the tasks. */
export interface Replicates {
  resamples: number
  scope: Scope
  /** values[contender][unit * resamples + b]; NaN where the contender has no run in the unit. */
  values: readonly Float64Array[]
  /** How often each of the given units is drawn in each replicate; equal sets give equal draws. [units * resamples] */
  drawUnits(units: readonly number[]): Uint16Array
  /** A contender's mean over the drawn ones of the given units, all of which it has. [resamples], not to be changed */
  drawnMeans(contender: number, units: readonly number[]): Float64Array
}

/**
 * Draws tasks with replacement and computes the metric of every run on the drawn tasks: one factor of the crossed
 * ("pigeonhole", Owen 2007) bootstrap. Units, the other factor, are drawn per comparison since contenders may have
 * different ones. All draws follow from `seed`, so equal runs give equal intervals.
 */
export function replicatesOf(grid: Grid, scope: Scope, resamples: number, seed: string): Replicates {
  const runs = grid.runs.flat(2)
  const counting = grid.tasks.filter((_, t) => runs.some(({ weight }) => weight[t]! > 0)).length
  const used: Scope = scope === 'tasksAndRuns' && counting > 1 ? 'tasksAndRuns' : 'runs'
  const values = grid.runs.map((units) => new Float64Array(units.length * resamples).fill(Number.NaN))
  const random = new Random(`${seed}/tasks`)
  const times = new Float64Array(grid.tasks.length)
  for (let b = 0; b < resamples; b++) {
    if (used === 'tasksAndRuns') drawTasks(random, times, runs)
    grid.runs.forEach((units, contender) => {
      units.forEach((own, unit) => {
        if (own.length === 0) return
        let sum = 0
        for (const run of own) sum += used === 'runs' ? run.value : onTasks(run, times)
        values[contender]![unit * resamples + b] = sum / own.length
      })
    })
  }
  const draws = new Map<string, Uint16Array>()
  const drawsOf = (units: readonly number[]) =>
    once(draws, units.join(), () => drawUnits(units.length, resamples, `${seed}/units/${units.join()}`))
  const means = new Map<string, Float64Array>()
  return {
    resamples,
    scope: used,
    values,
    drawUnits: drawsOf,
    drawnMeans: (contender, units) =>
      once(means, `${contender}/${units.join()}`, () => meansOf(values[contender]!, units, drawsOf(units), resamples)),
  }
}

function meansOf(values: Float64Array, units: readonly number[], draws: Uint16Array, resamples: number): Float64Array {
  const out = new Float64Array(resamples)
  units.forEach((unit, i) => {
    const [from, drawn] = [unit * resamples, i * resamples]
    for (let b = 0; b < resamples; b++) out[b]! += draws[drawn + b]! * values[from + b]!
  })
  for (let b = 0; b < resamples; b++) out[b]! /= units.length
  return out
}

function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

/** Draws as many tasks as there are, again where a run would have no task that counts (Transfer on its first task alone). */
function drawTasks(random: Random, times: Float64Array, runs: readonly GridRun[]): void {
  do {
    times.fill(0)
    for (let i = 0; i < times.length; i++) times[random.int(times.length)]!++
  } while (runs.some(({ weight }) => weight.every((w, t) => w * times[t]! === 0)))
}

function onTasks({ weighted, weight }: GridRun, times: Float64Array): number {
  let sum = 0
  let weights = 0
  for (let t = 0; t < times.length; t++) {
    sum += times[t]! * weighted[t]!
    weights += times[t]! * weight[t]!
  }
  return sum / weights
}

function drawUnits(units: number, resamples: number, seed: string): Uint16Array {
  const random = new Random(seed)
  const draws = new Uint16Array(units * resamples)
  for (let b = 0; b < resamples; b++) {
    for (let i = 0; i < units; i++) draws[random.int(units) * resamples + b]!++
  }
  return draws
}

/** Linear-interpolated quantile of values in ascending order (type 7). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}
