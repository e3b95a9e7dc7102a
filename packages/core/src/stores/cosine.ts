import { AnamnesisError } from '../contracts/index.ts'

/** Scores closer than this are one score: the tie rule of the dense layer counts distinct scores. */
export const SCORE_STEP = 1e-6

export const roundScore = (score: number): number => Math.round(score / SCORE_STEP) / 1e6

/** Cosine of two unit vectors, rounded to 1e-6; `from` is the offset of `b`'s vector inside a matrix. */
export function cosine(a: Float32Array, b: Float32Array, from = 0): number {
  const dim = a.length
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let i = 0
  for (let j = from; i + 3 < dim; i += 4, j += 4) {
    s0 += a[i]! * b[j]!
    s1 += a[i + 1]! * b[j + 1]!
    s2 += a[i + 2]! * b[j + 2]!
    s3 += a[i + 3]! * b[j + 3]!
  }
  for (; i < dim; i++) s0 += a[i]! * b[from + i]!
  return roundScore(s0 + s1 + s2 + s3)
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
