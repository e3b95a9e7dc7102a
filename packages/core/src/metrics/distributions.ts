/** Student's t and Fisher's F by the exact incomplete beta function: enough for small samples of runs. */

/** P(|T| >= |t|) of Student's t. @param freedom degrees of freedom, positive; need not be whole */
export function studentTail(t: number, freedom: number): number {
  if (!(freedom > 0)) throw new RangeError('Student t needs a positive number of degrees of freedom.')
  if (Number.isNaN(t)) throw new RangeError('Student t of no number is undefined.')
  if (!Number.isFinite(t)) return 0
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
}

/** The t with P(|T| > t) = 0.05, by bisection on the exact tail. */
export function studentT95(freedom: number): number {
  let low = 0
  let high = 13
  while (studentTail(high, freedom) > 0.05) high *= 2 // fewer than one degree of freedom
  for (let i = 0; i < 80; i++) {
    const t = (low + high) / 2
    if (studentTail(t, freedom) > 0.05) low = t
    else high = t
  }
  return (low + high) / 2
}

/** P(F >= f) of Fisher's F with `between` and `within` degrees of freedom. */
export function fisherTail(f: number, between: number, within: number): number {
  if (!(between > 0 && within > 0)) throw new RangeError('Fisher F needs positive numbers of degrees of freedom.')
  if (!(f > 0)) return 1
  return Number.isFinite(f) ? incompleteBeta(within / (within + between * f), within / 2, between / 2) : 0
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
