import type { Aggregate } from './aggregate.ts'
import { aggregatesOf, type Contender, type Grid, gridOf, runValue, type Unit } from './contender.ts'
import { holm } from './holm.ts'
import { type PairedDifference, pairedDifference } from './pairedDifference.ts'
import { rankIntervals } from './rankIntervals.ts'
import { quantile, replicatesOf, type Scope } from './resample.ts'
import { seedSpread } from './seedSpread.ts'
import { tieGroups } from './tieGroups.ts'
import { type VarianceSplit, varianceSplit } from './varianceSplit.ts'

/** Fewer seeds (or orders, where those are resampled) than this are listed but not ranked. */
const SEEDS_TO_RANK = 3
/** Differences whose corrected p value is below this are established. */
const SIGNIFICANCE = 0.05
const RESAMPLES = 2000
/** Every pair of ranked contenders is compared; more of them than this would keep a server busy. */
const MOST_RANKED = 40
/** Numbers kept while resampling: 16 MB. With very many runs there are fewer resamples. */
const MOST_NUMBERS = 2_000_000

/** One contender's place. */
export interface Standing {
  id: string
  /** Over units: mean, spread and 95 % t interval. Each order counts once where orders are the units. */
  aggregate: Aggregate
  runs: number
  seeds: number
  orders: number
  /** From 1; equal means share a rank. Null when it is not ranked; `reason` says why. */
  rank: number | null
  /** 95 % bootstrap interval of the rank; null when it is not ranked. */
  rankInterval: [number, number] | null
  /** Contenders of one group are not told apart; from 1, best first. */
  tieGroup: number | null
  reason: string | null
  variance: VarianceSplit
}

/** The difference `a` - `b` of two contenders. */
export interface Comparison extends PairedDifference {
  a: string
  b: string
  /** Corrected by Holm over all pairs of ranked contenders. */
  correctedP: number | null
  /** True when the corrected p value and the interval both say that they differ. */
  separated: boolean
}

export interface Standings {
  unit: Unit
  /** What was really resampled: tasks only where the metric has at least two. */
  scope: Scope
  resamples: number
  needed: number
  /** Ranked ones first, best first; then the others by their mean. */
  standings: Standing[]
  /** Every pair of ranked contenders, in the order of the standings. */
  comparisons: Comparison[]
}

export interface StandingsOptions {
  better: 'higher' | 'lower'
  scope?: Scope
  resamples?: number
  needed?: number
  /** Orders that a contender must have run to be ranked; all that occur by default. */
  orders?: readonly string[]
}

/** Ranks contenders in one metric and says how far the ranks can be trusted. Pure: equal runs give equal numbers. */
export function standingsOf(contenders: readonly Contender[], options: StandingsOptions): Standings {
  const { better, scope = 'tasksAndRuns', resamples = RESAMPLES, needed = SEEDS_TO_RANK } = options
  const grid = gridOf(contenders)
  const aggregates = aggregatesOf(contenders, grid)
  const sign = better === 'higher' ? -1 : 1
  const all = contenders.map((contender, index) => ({
    index,
    ...unrankedStanding(contender, grid, aggregates[index]!, needed, options),
  }))
  all.sort(
    (x, y) =>
      Number(x.reason !== null) - Number(y.reason !== null) ||
      Number(x.aggregate.mean === null) - Number(y.aggregate.mean === null) ||
      sign * ((x.aggregate.mean ?? 0) - (y.aggregate.mean ?? 0)) ||
      (x.id < y.id ? -1 : 1),
  )
  for (const late of all.filter(({ reason }) => reason === null).slice(MOST_RANKED))
    late.reason = `only the best ${MOST_RANKED} are compared`
  const ranked = all.filter(({ reason }) => reason === null)
  const place: Grid = {
    ...grid,
    deterministic: ranked.map(({ index }) => grid.deterministic[index]!),
    runs: ranked.map(({ index }) => grid.runs[index]!),
  }
  const spread = seedSpread(place)
  const affordable = Math.floor(MOST_NUMBERS / Math.max(1, ranked.length * grid.units.length))
  const replicates = replicatesOf(place, scope, Math.min(resamples, Math.max(200, affordable)), 'anamnesis')
  const comparisons = comparePairs(ranked.map(({ id }) => id))
  const separated = new Map(comparisons.map(({ a, b, separated }) => [`${a}\n${b}`, separated]))
  const groups = tieGroups(ranked.length, (i, j) => separated.get(`${ranked[i]!.id}\n${ranked[j]!.id}`)!)
  const means = ranked.map(({ aggregate: { mean } }) => mean!)
  const stretches = comparisons.flatMap(({ stretch }) => (stretch === null ? [] : [stretch])).sort((a, b) => a - b)
  const stretch = stretches.length === 0 ? 1 : quantile(stretches, 0.5)
  const intervals = rankIntervals(place, replicates, means, stretch, better)
  const standings = all.map(({ index: _, ...standing }, place): Standing => {
    if (standing.reason !== null) return standing
    const rank = 1 + means.filter((mean) => sign * (mean - means[place]!) < 0).length
    const [low, high] = intervals[place]!
    return {
      ...standing,
      rank,
      rankInterval: [Math.min(low, rank), Math.max(high, rank)],
      tieGroup: groups[place]!,
    }
  })
  return { unit: grid.unit, scope: replicates.scope, resamples: replicates.resamples, needed, standings, comparisons }

  function comparePairs(ids: readonly string[]): Comparison[] {
    const pairs = ids.flatMap((a, i) =>
      ids.slice(i + 1).map((b, k) => ({ a, b, ...pairedDifference(place, replicates, spread, i, i + 1 + k) })),
    )
    const known = pairs.filter(({ p }) => p !== null)
    const corrected = holm(known.map(({ p }) => p!))
    const correctedOf = new Map(known.map((pair, i) => [pair, corrected[i]!]))
    return pairs.map((pair) => {
      const correctedP = correctedOf.get(pair) ?? null
      const excluded = pair.interval !== null && (pair.interval[0] > 0 || pair.interval[1] < 0)
      return { ...pair, correctedP, separated: correctedP !== null && correctedP < SIGNIFICANCE && excluded }
    })
  }
}

function unrankedStanding(
  { id, deterministic, runs }: Contender,
  grid: Grid,
  aggregate: Aggregate,
  needed: number,
  { orders = grid.orders }: StandingsOptions,
): Standing {
  const sorted = [...runs].sort((x, y) => (x.order < y.order ? -1 : x.order > y.order ? 1 : x.seed - y.seed))
  const scored = sorted.flatMap((run) => {
    const value = runValue(run)
    return value === null ? [] : [{ order: run.order, seed: run.seed, value }]
  })
  const present = deterministic ? [...new Map(scored.map((run) => [run.order, run])).values()] : scored
  const own = new Set(scored.map(({ order }) => order))
  return {
    id,
    aggregate,
    runs: scored.length,
    seeds: new Set(scored.map(({ seed }) => seed)).size,
    orders: own.size,
    rank: null,
    rankInterval: null,
    tieGroup: null,
    reason: whyNot(),
    variance: varianceSplit(present),
  }

  function whyNot(): string | null {
    if (scored.length === 0)
      return runs.length === 0 ? 'no finished run' : 'the metric cannot be computed from its runs'
    const covered = orders.filter((order) => own.has(order)).length
    if (covered < orders.length) return `${covered} of ${orders.length} orders`
    if (deterministic || grid.unit === 'order') return null
    const fewest = Math.min(...orders.map((order) => scored.filter((run) => run.order === order).length))
    return fewest < needed ? `${fewest} of ${needed} seeds` : null
  }
}
