import { figure, Random } from '@anamnesis/core/contracts'
import type { IndexRow } from '@anamnesis/core/stores'

export const DIM = 64
export const ENCODER = { encoderId: 'fake@000000000000', dim: DIM }

export function near(random: Random, centre: Float32Array, deviation: number): Float32Array {
  const vector = centre.map((value) => value + random.normal(0, deviation))
  const norm = Math.hypot(...vector)
  return vector.map((value) => value / norm)
}

/** Figures in ten clusters, one per domain. */
export function clusteredRows(count: number): IndexRow[] {
  const random = new Random('elasticsearch')
  const centres = Array.from({ length: 10 }, () => near(random, new Float32Array(DIM), 1))
  return Array.from({ length: count }, (_, i) => {
    const captionVector = near(random, centres[i % 10]!, 0.1)
    const about = { id: `fig${i}`, caption: `caption ${i}`, modality: `domain ${i % 10}`, year: 1990 + (i % 30) }
    return { figure: figure.parse(about), captionVector, imageVector: near(random, captionVector, 0.05) }
  })
}
