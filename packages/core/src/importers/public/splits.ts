import { Random, type Split } from '../../contracts/index.ts'
import type { Listed } from './definition.ts'

const SHARES: Readonly<Record<Split, number>> = { train: 0.7, val: 0.1, test: 0.2 }
/** Equal lacks are settled in this order: a class of two groups has one in train and one in test. */
const TURN: readonly Split[] = ['test', 'train', 'val']
/** Part of a published training split that becomes val where none is published. */
const VAL_OF_TRAIN: Readonly<Record<Split, number>> = { train: 0.9, val: 0.1, test: 0 }

/**
 * Gives every image a split. Published splits stay; where there is no val, a tenth of train becomes it; where there is
 * nothing, 70 / 10 / 20. What is divided here is divided by group (patient, slide, video) and stratified by class: a
 * group counts as its rarest class and goes to the split that lacks most. Equal seeds give equal splits.
 */
export function completeSplits(listed: readonly Listed[], seed: number): (Listed & { split: Split })[] {
  const published = new Set(listed.map(({ split }) => split))
  const carvesVal = published.has('test') && !published.has('val')
  const isOpen = ({ split }: Listed) => split === null || (carvesVal && split === 'train')
  const made = assign(listed.filter(isOpen), carvesVal ? VAL_OF_TRAIN : SHARES, seed)
  return listed.map((one) => ({ ...one, split: made.get(one) ?? one.split! }))
}

/** Keeps at most `perClass` training images of each class, chosen by the seed; val and test stay whole. */
export function capTraining<T extends { label: number; split: Split }>(
  items: readonly T[],
  perClass: number,
  seed: number,
): T[] {
  const kept = new Set<T>()
  for (const label of new Set(items.map((item) => item.label))) {
    const own = items.filter((item) => item.label === label && item.split === 'train')
    for (const item of new Random(`${seed}/cap/${label}`).shuffle(own).slice(0, perClass)) kept.add(item)
  }
  return items.filter((item) => item.split !== 'train' || kept.has(item))
}

function assign(listed: readonly Listed[], shares: Readonly<Record<Split, number>>, seed: number): Map<Listed, Split> {
  const counts = new Map<number, number>()
  for (const { label } of listed) counts.set(label, (counts.get(label) ?? 0) + 1)
  const groups = new Map<string, Listed[]>()
  for (const one of listed) {
    const name = one.group === null ? `image ${one.file}` : `group ${one.group}`
    const members = groups.get(name)
    if (members) members.push(one)
    else groups.set(name, [one])
  }
  const strata = new Map<number, [name: string, members: Listed[]][]>()
  for (const [name, members] of groups) {
    const rarest = members.reduce(
      (a, { label }) => (counts.get(label)! < counts.get(a)! ? label : a),
      members[0]!.label,
    )
    const stratum = strata.get(rarest)
    if (stratum) stratum.push([name, members])
    else strata.set(rarest, [[name, members]])
  }
  const splits = new Map<Listed, Split>()
  for (const [label, stratum] of [...strata].sort(([a], [b]) => a - b)) {
    const sorted = stratum.sort(([a], [b]) => (a < b ? -1 : 1))
    const given: Record<Split, number> = { train: 0, val: 0, test: 0 }
    let total = 0
    for (const [, members] of new Random(`${seed}/split/${label}`).shuffle(sorted)) {
      total += members.length
      const split = [...TURN].sort((a, b) => shares[b] * total - given[b] - (shares[a] * total - given[a]))[0]!
      given[split] += members.length
      for (const member of members) splits.set(member, split)
    }
  }
  return splits
}
