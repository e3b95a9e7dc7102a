import { fisherTail } from './distributions.ts'

/** How much of the spread of a method's runs comes from the order of the tasks, and how much from the seed. */
export interface VarianceSplit {
  runs: number
  orders: number
  /** Variance between orders beyond what seeds explain, never below 0; null with one order or no repeated order. */
  order: number | null
  /** Variance between seeds on the same order; null when no order has two runs. */
  seed: number | null
  /** order / (order + seed); null where either is, or both are 0. */
  orderShare: number | null
  /** P of so much spread between orders if the order did nothing (F test of the one-way layout). */
  p: number | null
}

/**
 * Nested random effects, runs within orders, by the analysis of variance: expected mean squares of unequal group sizes
 * (Searle 1992). A seed means other random numbers on another order, so seeds are nested, not crossed.
 */
export function varianceSplit(runs: readonly { order: string; value: number }[]): VarianceSplit {
  const byOrder = new Map<string, number[]>()
  for (const { order, value } of runs) byOrder.set(order, [...(byOrder.get(order) ?? []), value])
  const groups = [...byOrder.values()]
  const [n, k] = [runs.length, groups.length]
  const unknown = { runs: n, orders: k, order: null, seed: null, orderShare: null, p: null }
  if (n <= k) return unknown
  const means = groups.map((own) => own.reduce((a, b) => a + b, 0) / own.length)
  const within = groups.reduce((sum, own, g) => sum + own.reduce((s, v) => s + (v - means[g]!) ** 2, 0), 0)
  const seed = within / (n - k)
  if (k < 2) return { ...unknown, seed }
  const grand = runs.reduce((sum, { value }) => sum + value, 0) / n
  const between = groups.reduce((sum, own, g) => sum + own.length * (means[g]! - grand) ** 2, 0) / (k - 1)
  const size = (n - groups.reduce((sum, own) => sum + own.length ** 2, 0) / n) / (k - 1)
  const order = Math.max(0, (between - seed) / size)
  return {
    runs: n,
    orders: k,
    order,
    seed,
    orderShare: order + seed > 0 ? order / (order + seed) : null,
    p: seed > 0 ? fisherTail(between / seed, k - 1, n - k) : between > 0 ? 0 : 1,
  }
}
