export interface Schedule {
  /** Largest learning rate, reached at the end of the warm-up. */
  peak: number
  /** Number of updates in all. */
  steps: number
  /** Updates over which the rate grows linearly from peak / warmup to peak. */
  warmup: number
}

/**
 * Cosine schedule with linear warm-up, as used by ZSCL and GIFT.
 * @param step counts from 0
 * @returns learning rate of that update, > 0 for every step < steps
 */
export function cosineSchedule(step: number, { peak, steps, warmup }: Schedule): number {
  if (step < warmup) return (peak * (step + 1)) / warmup
  const progress = (step - warmup) / Math.max(1, steps - warmup)
  return (peak * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2
}
