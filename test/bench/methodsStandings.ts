import {
  type Comparison,
  metricById,
  type Standing,
  type Standings,
  scoreRun,
  standingsOf,
} from '@anamnesis/core/metrics'
import type { MethodResult } from './methodsRuns.ts'

/** The order that the paper reports: Last(PRIMED_dyn) >= Last(PRIMED_uni) >= Last(l2) >= Last(fine-tune). */
const LAST_CHAIN = ['primed-dyn', 'primed-uni', 'l2', 'fine-tune'] as const

/** One claim of an order, with the measured difference `a - b`. */
export interface Claim extends Comparison {
  metric: string
}

/**
 * Ranks methods in a metric over their seeds. Tasks are not resampled: a seed of a generated suite brings tasks of its
 * own, and a real suite is meant as it is.
 */
export function standings(metricId: string, results: readonly MethodResult[], taskIds: readonly string[]): Standings {
  const metric = metricById(metricId)
  const contenders = results.map(({ method, runs }) => ({
    id: method,
    deterministic: false,
    runs: runs.map(({ matrix, seed }) => scoreRun(metric, matrix, { seed, order: 'default', taskIds })),
  }))
  return standingsOf(contenders, { better: metric.better, scope: 'runs', needed: 2 })
}

/** The standing of a method. */
export function standingOf({ standings }: Standings, method: string): Standing {
  return standings.find(({ id }) => id === method)!
}

/** The difference a - b of two methods; null when one of them is not ranked. */
export function differenceOf({ comparisons }: Standings, a: string, b: string): Comparison | null {
  const found = comparisons.find((pair) => (pair.a === a && pair.b === b) || (pair.a === b && pair.b === a))
  if (!found || found.difference === null) return null
  if (found.a === a) return found
  const interval: [number, number] | null = found.interval && [-found.interval[1], -found.interval[0]]
  return { ...found, a, b, difference: -found.difference, interval }
}

/** The claims of the paper's order that can be looked at with the methods that were measured. */
export function claimsOf(last: Standings, transfer: Standings): Claim[] {
  const pairs = [
    ...LAST_CHAIN.slice(1).map((lower, i) => ['last', LAST_CHAIN[i]!, lower] as const),
    ...(['primed-dyn', 'primed-uni'] as const).map((method) => ['transfer', method, 'fine-tune'] as const),
  ]
  return pairs.flatMap(([metric, a, b]) => {
    const found = differenceOf(metric === 'last' ? last : transfer, a, b)
    return found ? [{ metric, ...found }] : []
  })
}

/** 1 when every claim of the order holds for the means, 0 when one does not, null when not all methods were measured. */
export function orderHolds(claims: readonly Claim[]): 0 | 1 | null {
  if (claims.length < LAST_CHAIN.length + 1) return null
  return claims.every(({ difference }) => difference! >= 0) ? 1 : 0
}
