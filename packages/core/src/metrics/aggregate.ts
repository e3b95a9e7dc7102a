/** A metric over the seeds of one method. Spread is null with fewer than two values. */
export interface Aggregate {
  n: number
  mean: number | null
  /** Sample standard deviation (n - 1). */
  deviation: number | null
  standardError: number | null
  /** 95 % interval of the mean by Student's t with n - 1 degrees of freedom. */
  interval: [number, number] | null
  values: number[]
}

/** Mean, spread and 95 % t interval over seeds; missing values are left out of n. */
export function aggregate(values: readonly (number | null)[]): Aggregate {
  const present = values.filter((value) => value !== null)
  const n = present.length
  if (n === 0) return { n, mean: null, deviation: null, standardError: null, interval: null, values: present }
  const mean = present.reduce((a, b) => a + b, 0) / n
  if (n === 1) return { n, mean, deviation: null, standardError: null, interval: null, values: present }
  const deviation = Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  const standardError = deviation / Math.sqrt(n)
  const half = studentT95(n - 1) * standardError
  return { n, mean, deviation, standardError, interval: [mean - half, mean + half], values: present }
}

/** Two-sided 95 % point of Student's t: the t with P(|T| > t) = 0.05, found by bisection on the exact tail. */
export function studentT95(freedom: number): number {
  if (!(freedom >= 1)) throw new RangeError('Student t needs at least one degree of freedom.')
  let low = 0
  let high = 13 // the point for one degree of freedom is 12.706
  for (let i = 0; i < 60; i++) {
    const t = (low + high) / 2
    if (incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) > 0.05) low = t
    else high = t
  }
  return (low + high) / 2
}

/** Regularised incomplete beta function I_x(a, b) by its continued fraction (Lentz). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a
  const tiny = 1e-300
  let c = 1
  let d = 0
  let fraction = 1
  for (let i = 0; i <= 300; i++) {
    const m = i >> 1
    let term = 1
    if (i > 0) {
      term =
        i % 2 === 0
          ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
          : -((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    }
    d = 1 + term * d
    d = 1 / (Math.abs(d) < tiny ? tiny : d)
    c = 1 + term / c
    if (Math.abs(c) < tiny) c = tiny
    fraction *= c * d
    if (Math.abs(1 - c * d) < 1e-14) break
  }
  return front * (fraction - 1)
}

/** log Gamma by the Lanczos approximation (g = 7, 9 terms). */
function logGamma(x: number): number {
  const coefficients = [
    0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
    12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ]
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  let sum = coefficients[0]!
  for (let i = 1; i < coefficients.length; i++) sum += coefficients[i]! / (x - 1 + i)
  const t = x + 6.5
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}
