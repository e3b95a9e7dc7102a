import { type Grid, unitValue } from './contender.ts'
import { studentT95, studentTail } from './distributions.ts'
import { quantile, type Replicates } from './resample.ts'
import type { SeedSpread } from './seedSpread.ts'

/** Two-sided 95 % point of the standard normal distribution. */
const Z95 = 1.959963984540054
/** Differences smaller than this are rounding. */
const NOTHING = 1e-12

/** The difference a - b of two contenders in one metric, over the units that both have. */
export interface PairedDifference {
  /** Units that both have: the pairs. */
  pairs: number
  /** Mean of a - b over the pairs; null without a pair. */
  difference: number | null
  standardError: number | null
  /** Degrees of freedom by Satterthwaite; null when nothing varies. */
  freedom: number | null
  /** 95 % interval; null with fewer than two pairs. */
  interval: [number, number] | null
  /** Two-sided, of "no difference"; null with fewer than two pairs. */
  p: number | null
  /** By how much deviations of drawn means were stretched for the small sample; null where nothing was drawn or varies. */
  stretch: number | null
}

/**
 * Paired bootstrap over units and tasks. The percentile interval of a handful of units is known to be too narrow, by
 * sqrt((n - 1) / n) and by the normal instead of Student's t; it is stretched about the estimate by both (Hesterberg
 * 2015), with Satterthwaite's degrees of freedom of the two crossed factors. How much units vary is learned from all
 * contenders where they are alike.
 * @param spread null takes what the two alone show
 * @param a index of a contender in the grid
 */
export function pairedDifference(
  grid: Grid,
  replicates: Replicates,
  spread: SeedSpread | null,
  a: number,
  b: number,
): PairedDifference {
  const shared = grid.units.flatMap((_, u) => (grid.runs[a]![u]!.length > 0 && grid.runs[b]![u]!.length > 0 ? [u] : []))
  const pairs = shared.length
  const none = { pairs, difference: null, standardError: null, freedom: null, interval: null, p: null, stretch: null }
  if (pairs === 0) return none
  const byUnit = shared.map((u) => unitValue(grid.runs[a]![u]!) - unitValue(grid.runs[b]![u]!))
  const difference = mean(byUnit)
  if (pairs < 2) return { ...none, difference }

  const own = squaredError(byUnit)
  const known = grid.deterministic[a] && grid.deterministic[b] ? null : spread
  const unitFreedom = pairs - 1 + (known?.freedom ?? 0)
  const unitVariance = known ? ((pairs - 1) * own + (known.freedom * known.variance) / pairs) / unitFreedom : own
  const taskVariance = replicates.scope === 'runs' ? null : taskPart(grid, shared, a, b, difference)
  const total = unitVariance + (taskVariance?.squared ?? 0)
  if (total < NOTHING ** 2) {
    const exact = Math.abs(difference) < NOTHING ? 0 : difference
    return {
      pairs,
      difference: exact,
      standardError: 0,
      freedom: null,
      interval: [exact, exact],
      p: exact === 0 ? 1 : 0,
      stretch: null,
    }
  }
  const freedom =
    total ** 2 /
    (unitVariance ** 2 / unitFreedom + (taskVariance ? taskVariance.squared ** 2 / (taskVariance.tasks - 1) : 0))
  const seen =
    (own * (pairs - 1)) / pairs +
    (taskVariance ? (taskVariance.squared * (taskVariance.tasks - 1)) / taskVariance.tasks : 0)
  const t = studentT95(freedom)
  if (seen < 1e-6 * total) {
    // The pairs agree by chance, so nothing can be drawn from them; the spread of the board is all that is known.
    const standardError = Math.sqrt(total)
    const interval: [number, number] = [difference - t * standardError, difference + t * standardError]
    const p = studentTail(difference / standardError, freedom)
    return { pairs, difference, standardError, freedom, interval, p, stretch: null }
  }
  const widen = Math.sqrt(total / seen)
  const drawn = drawnDifferences(replicates, shared, a, b)
  const standardError = widen * deviation(drawn)
  drawn.sort()
  const stretch = (widen * t) / Z95
  const end = (share: number) => difference + stretch * (quantile(drawn, share) - difference)
  const p = studentTail(difference / standardError, freedom)
  return { pairs, difference, standardError, freedom, interval: [end(0.025), end(0.975)], p, stretch }
}

function drawnDifferences({ drawnMeans }: Replicates, shared: readonly number[], a: number, b: number): Float64Array {
  const [first, second] = [drawnMeans(a, shared), drawnMeans(b, shared)]
  return first.map((mean, r) => mean - second[r]!)
}

/** Squared standard error that the choice of tasks brings, by the linearised weighted mean; null with one task. */
function taskPart(grid: Grid, shared: readonly number[], a: number, b: number, difference: number) {
  const sums = grid.tasks.map((_, t) => {
    let weight = 0
    let weighted = 0
    for (const u of shared) {
      for (const [sign, runs] of [
        [1, grid.runs[a]![u]!],
        [-1, grid.runs[b]![u]!],
      ] as const) {
        for (const run of runs) {
          const total = run.weight.reduce((sum, w) => sum + w, 0)
          weighted += (sign * run.weighted[t]!) / total / runs.length
          if (sign === 1) weight += run.weight[t]! / total / runs.length
        }
      }
    }
    return { weight: weight / shared.length, weighted: weighted / shared.length }
  })
  const tasks = sums.filter(({ weight }) => weight > 0).length
  if (tasks < 2) return null
  const squares = sums.reduce((sum, { weight, weighted }) => sum + (weighted - weight * difference) ** 2, 0)
  return { tasks, squared: (squares * tasks) / (tasks - 1) }
}

const mean = (values: ArrayLike<number>) => sumOf(values) / values.length

function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}

/** Squared standard error of the mean. */
function squaredError(values: readonly number[]): number {
  const centre = mean(values)
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1) / values.length
}

function deviation(values: Float64Array): number {
  const centre = mean(values)
  let squares = 0
  for (const value of values) squares += (value - centre) ** 2
  return Math.sqrt(squares / (values.length - 1))
}
