import { AnamnesisError } from '../contracts/index.ts'

/**
 * How alike two rankings are, in [0, 1]: rank-biased overlap, extrapolated to lists of any length (Webber, Moffat and Zobel
 * 2010, eq. 32). 1 for equal rankings, 0 for disjoint ones; the top counts most.
 * @param a ids, best first, none twice @param b the same
 * @param p persistence in (0, 1): the share of the weight beyond rank d is about p^d; 0.9 looks at about ten ranks
 * @returns null when both lists are empty @throws BAD_INPUT
 */
export function rankBiasedOverlap(a: readonly string[], b: readonly string[], p = 0.9): number | null {
  if (!(p > 0 && p < 1)) {
    throw new AnamnesisError('BAD_INPUT', `The persistence must lie between 0 and 1, not ${p}.`, {
      field: 'persistence',
    })
  }
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  if (long.length === 0) return null
  if (short.length === 0) return 0
  const s = short.length
  const l = long.length
  const seenShort = new Set<string>()
  const seenLong = new Set<string>()
  let common = 0 // X_d
  let commonAtShort = 0 // X_s
  let sum = 0
  let weight = 1 // p^d
  for (let d = 1; d <= l; d++) {
    weight *= p
    const one = long[d - 1]!
    if (seenShort.has(one)) common++
    seenLong.add(one)
    if (d <= s) {
      const other = short[d - 1]!
      if (seenLong.has(other)) common++
      seenShort.add(other)
      if (d === s) commonAtShort = common
    }
    sum += (common / d) * weight
    if (d > s) sum += ((commonAtShort * (d - s)) / (s * d)) * weight
  }
  return ((1 - p) / p) * sum + ((common - commonAtShort) / l + commonAtShort / s) * weight
}
