import type { ExemplarCandidates } from './exemplarCandidates.ts'

/**
 * Herding (Welling 2009, as in iCaRL, Rebuffi 2017, algorithm 4): per class, images are added one by one so that the
 * mean of those taken stays as close as possible to the mean of all.
 * @returns indices of the chosen images: the best of each class first, then the second ones, and so on, so that a
 * shorter memory keeps the head of the list
 */
export function herding({ images, labels, classes, dim, count }: ExemplarCandidates): number[] {
  const perClass = Array.from({ length: classes }, (_, label) => {
    const members = [...labels.keys()].filter((index) => labels[index] === label)
    return herdClass(images, members, dim, Math.ceil(count / classes))
  })
  const chosen: number[] = []
  for (let round = 0; chosen.length < count && perClass.some((list) => round < list.length); round++) {
    for (const list of perClass) {
      const index = list[round]
      if (index !== undefined && chosen.length < count) chosen.push(index)
    }
  }
  return chosen
}

function herdClass(images: Float32Array, members: readonly number[], dim: number, count: number): number[] {
  const mean = new Float64Array(dim)
  for (const index of members) for (let d = 0; d < dim; d++) mean[d]! += images[index * dim + d]! / members.length
  const sum = new Float64Array(dim)
  const open = new Set(members)
  const chosen: number[] = []
  while (chosen.length < count && open.size > 0) {
    let best = -1
    let least = Number.POSITIVE_INFINITY
    for (const index of open) {
      let distance = 0
      for (let d = 0; d < dim; d++) {
        distance += (mean[d]! - (sum[d]! + images[index * dim + d]!) / (chosen.length + 1)) ** 2
      }
      if (distance < least) [best, least] = [index, distance]
    }
    open.delete(best)
    chosen.push(best)
    for (let d = 0; d < dim; d++) sum[d]! += images[best * dim + d]!
  }
  return chosen
}
