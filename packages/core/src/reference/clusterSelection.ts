import { Random } from '../contracts/index.ts'
import type { ExemplarCandidates } from './exemplarCandidates.ts'

/** Clusters per image (RetCoP: one per cent). */
const CLUSTER_SHARE = 0.01
const ROUNDS = 25

/**
 * The rehearsal choice of RetCoP (released code): k-means over s * image + (1 - s) * text with s = cos(image, text) of
 * the image and its class prompt; then the images nearest to their cluster's centre, every cluster in turn.
 * @returns indices of the chosen images, nearest ones of all clusters first
 */
export function clusterSelection({ images, texts, labels, dim, count }: ExemplarCandidates): number[] {
  const n = labels.length
  const joint = new Float64Array(n * dim)
  for (let i = 0; i < n; i++) {
    const text = labels[i]! * dim
    let s = 0
    for (let d = 0; d < dim; d++) s += images[i * dim + d]! * texts[text + d]!
    for (let d = 0; d < dim; d++) joint[i * dim + d] = s * images[i * dim + d]! + (1 - s) * texts[text + d]!
  }
  const clusters = Math.max(1, Math.round(n * CLUSTER_SHARE))
  const { assignment, distance } = kMeans(joint, dim, clusters)
  const queues = Array.from({ length: clusters }, (_, cluster) =>
    [...assignment.keys()]
      .filter((i) => assignment[i] === cluster)
      .sort((a, b) => distance[a]! - distance[b]! || a - b),
  )
  const chosen: number[] = []
  for (let round = 0; chosen.length < Math.min(count, n); round++) {
    for (const queue of queues) {
      const index = queue[round]
      if (index !== undefined && chosen.length < count) chosen.push(index)
    }
  }
  return chosen
}

/** Lloyd's k-means from evenly spread rows of a fixed shuffle. @param rows [n * dim] */
function kMeans(rows: Float64Array, dim: number, clusters: number): { assignment: Int32Array; distance: Float64Array } {
  const n = rows.length / dim
  const start = new Random('k-means').shuffle(Array.from({ length: n }, (_, i) => i)).slice(0, clusters)
  const centres = Float64Array.from(start.flatMap((row) => [...rows.subarray(row * dim, (row + 1) * dim)]))
  const assignment = new Int32Array(n).fill(-1)
  const distance = new Float64Array(n)
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false
    for (let i = 0; i < n; i++) {
      let best = 0
      let least = Number.POSITIVE_INFINITY
      for (let c = 0; c < clusters; c++) {
        let squared = 0
        for (let d = 0; d < dim; d++) squared += (rows[i * dim + d]! - centres[c * dim + d]!) ** 2
        if (squared < least) [best, least] = [c, squared]
      }
      if (assignment[i] !== best) moved = true
      assignment[i] = best
      distance[i] = least
    }
    if (!moved) break
    const sizes = new Int32Array(clusters)
    const sums = new Float64Array(clusters * dim)
    for (let i = 0; i < n; i++) {
      sizes[assignment[i]!]!++
      for (let d = 0; d < dim; d++) sums[assignment[i]! * dim + d]! += rows[i * dim + d]!
    }
    for (let c = 0; c < clusters; c++) {
      if (sizes[c] === 0) continue // an empty cluster keeps its centre
      for (let d = 0; d < dim; d++) centres[c * dim + d] = sums[c * dim + d]! / sizes[c]!
    }
  }
  return { assignment, distance }
}
