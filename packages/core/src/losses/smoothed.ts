import { type Tensor2D, tf } from '../backend/index.ts'

/** Label smoothing: (1 - smoothing) * targets + smoothing / columns. */
export function smoothed(targets: Tensor2D, smoothing: number): Tensor2D {
  if (smoothing === 0) return targets
  return tf.add(tf.mul(targets, 1 - smoothing), smoothing / targets.shape[1])
}
