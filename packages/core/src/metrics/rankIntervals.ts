import type { Grid } from './contender.ts'
import { quantile, type Replicates } from './resample.ts'

/**
 * 95 % interval of each contender's rank: ranks are taken in every joint draw of units and tasks, so what all
 * contenders have in common cancels. Deviations of the drawn means are stretched like those of the differences.
 * @param grid the ranked contenders only
 * @param estimates their means
 * @param stretch of the pairs, their median
 */
export function rankIntervals(
  grid: Grid,
  replicates: Replicates,
  estimates: readonly number[],
  stretch: number,
  better: 'higher' | 'lower',
): [number, number][] {
  const { resamples, values } = replicates
  const all = grid.units.map((_, u) => u)
  const draws = replicates.drawUnits(all)
  const sign = better === 'higher' ? 1 : -1

  const drawn = grid.runs.map((units, k) => {
    const own = all.filter((u) => units[u]!.length > 0)
    const spread = (mean: number) => sign * (estimates[k]! + stretch * (mean - estimates[k]!))
    if (own.length === all.length) return replicates.drawnMeans(k, all).map(spread)
    const out = new Float64Array(resamples)
    for (let b = 0; b < resamples; b++) {
      let sum = 0
      let times = 0
      for (const u of own) {
        const n = draws[u * resamples + b]!
        if (n === 0) continue
        sum += n * values[k]![u * resamples + b]!
        times += n
      }
      // None of its units was drawn: all of them stand in.
      if (times === 0) {
        for (const u of own) sum += values[k]![u * resamples + b]!
        times = own.length
      }
      out[b] = spread(sum / times)
    }
    return out
  })
  return drawn.map((mine) => {
    const ranks = new Float64Array(resamples)
    for (let b = 0; b < resamples; b++) {
      let rank = 1
      for (const other of drawn) if (other[b]! > mine[b]!) rank++
      ranks[b] = rank
    }
    ranks.sort()
    return [Math.floor(quantile(ranks, 0.025)), Math.ceil(quantile(ranks, 0.975))]
  })
}
