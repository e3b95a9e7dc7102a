import { AnamnesisError } from '../contracts/index.ts'

/** Scores closer than this are one score: the tie rule of the dense layer counts distinct scores. */
export const SCORE_STEP = 1e-6

export const roundScore = (score: number): number => Math.round(score / SCORE_STEP) / 1e6

/** Cosine of two unit vectors, rounded to 1e-6; `from` is the offset of `b`'s vector inside a matrix. */
export function cosine(a: Float32Array, b: Float32Array, from = 0): number {
  const dim = a.length
  let even = 0
  let odd = 0
  let i = 0
  for (; i + 1 < dim; i += 2) {
    even += a[i]! * b[from + i]!
    odd += a[i + 1]! * b[from + i + 1]!
  }
  if (i < dim) even += a[i]! * b[from + i]!
  return roundScore(even + odd)
}

/** @throws ENCODER_MISMATCH when the vector cannot come from the store's encoder */
export function checkVector(vector: Float32Array, store: { encoderId: string; dim: number }, what: string): void {
  if (vector.length !== store.dim) {
    throw new AnamnesisError(
      'ENCODER_MISMATCH',
      `${what} has ${vector.length} dimensions, but this index holds ${store.dim} (encoder ${store.encoderId}). Encode it with that encoder or rebuild the index.`,
    )
  }
}

/** Best score first, ties by figure id. */
export const byScore = (a: { id: string; score: number }, b: { id: string; score: number }): number =>
  b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
