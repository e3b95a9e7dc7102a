/** Two-sided 95 % point of the standard normal distribution. */
const Z95 = 1.959963984540054

/** 95 % Wilson score interval of a share of `correct` out of `n` (Wilson 1927). */
export function wilsonInterval(correct: number, n: number): [number, number] {
  if (n <= 0) throw new RangeError('An interval of no samples is undefined.')
  const share = correct / n
  const squared = (Z95 * Z95) / n
  const centre = (share + squared / 2) / (1 + squared)
  const half = (Z95 * Math.sqrt((share * (1 - share)) / n + squared / (4 * n))) / (1 + squared)
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}
