import { type Grid, unitValue } from './contender.ts'

/**
 * What the whole board says about how much a difference varies from unit to unit: three seeds alone say little about it,
 * and three seeds of each of ten methods say much.
 */
export interface SeedSpread {
  /** Variance of a difference from unit to unit. */
  variance: number
  /** How many degrees of freedom that is worth; 0 where the methods differ too much in their spread to learn from each other. */
  freedom: number
}

/**
 * Empirical Bayes estimate of the common spread (Smyth 2004, "moderated t"): how alike the variances of the methods are
 * says how much they may lend each other. Never worth more than the degrees of freedom that the other methods have.
 * Null with fewer than three methods that vary.
 */
export function seedSpread(grid: Grid): SeedSpread | null {
  const own = grid.runs.flatMap((units, c) => {
    const values = units.filter((runs) => runs.length > 0).map(unitValue)
    const spread = grid.deterministic[c] ? 0 : varianceOf(values)
    return spread > 0 ? [{ units, freedom: values.length - 1, spread }] : []
  })
  if (own.length < 3) return null
  const between: { freedom: number; spread: number }[] = []
  own.forEach((a, i) => {
    for (const b of own.slice(i + 1)) {
      const differences = a.units.flatMap((runs, u) =>
        runs.length > 0 && b.units[u]!.length > 0 ? [unitValue(runs) - unitValue(b.units[u]!)] : [],
      )
      const spread = varianceOf(differences)
      if (spread > 0) between.push({ freedom: differences.length - 1, spread })
    }
  })
  if (between.length === 0) return null
  const unlike = excess(own)
  const most = own.reduce((sum, { freedom }) => sum + freedom, 0) * (1 - 1 / own.length)
  const freedom = Math.min(most, unlike <= 0 ? Number.POSITIVE_INFINITY : 2 * inverseTrigamma(unlike))
  const level = mean(between.map((one) => centred(one)))
  return { variance: Math.exp(level + digamma(freedom / 2) - Math.log(freedom / 2)), freedom }
}

/** log s² without the bias that its degrees of freedom bring. */
const centred = ({ spread, freedom }: { spread: number; freedom: number }) =>
  Math.log(spread) - digamma(freedom / 2) + Math.log(freedom / 2)

/**
 * Variance of the log variances beyond what so few degrees of freedom make anyway, less its own standard error: a few
 * methods whose spreads look unlike may well have the same.
 */
function excess(all: readonly { spread: number; freedom: number }[]): number {
  const logs = varianceOf(all.map(centred))
  const made = mean(all.map(({ freedom }) => trigamma(freedom / 2)))
  return logs - made - made * Math.sqrt(2 / (all.length - 1))
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

/** Sample variance; 0 for fewer than two values. */
function varianceOf(values: readonly number[]): number {
  if (values.length < 2) return 0
  const centre = mean(values)
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1)
}

/** Derivative of log Gamma: recurrence up to 10, then the asymptotic series. */
function digamma(x: number): number {
  if (x < 10) return digamma(x + 1) - 1 / x
  const y = 1 / (x * x)
  return Math.log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y / 240)))
}

/** Second derivative of log Gamma. */
function trigamma(x: number): number {
  if (x < 10) return trigamma(x + 1) + 1 / (x * x)
  const y = 1 / (x * x)
  return (1 + 0.5 / x + y * (1 / 6 - y * (1 / 30 - y * (1 / 42 - y / 30)))) / x
}

/** The x with trigamma(x) = value, by bisection; trigamma falls from infinity to 0. */
function inverseTrigamma(value: number): number {
  let [low, high] = [1e-6, 1e8]
  for (let i = 0; i < 200; i++) {
    const x = Math.sqrt(low * high)
    if (trigamma(x) > value) low = x
    else high = x
  }
  return Math.sqrt(low * high)
}
