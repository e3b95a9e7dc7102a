import { BAGS, type Bag, type Question, type Random } from '../contracts/index.ts'
import { bagBudgets, largestRemainder, type SiphonRatio } from './siphon.ts'

/** Share of the set that a redraw replaces. */
const REDRAWN = 0.2
/** Added to risk and need, so that no class is left out. */
const FLOOR = 0.1
/** Softens the cosines of domains. */
const DOMAIN_TEMPERATURE = 0.1

/** One retrieved pair as the budgets see it. */
export interface PoolPair {
  bag: Bag
  question: Question
}

/** What was measured; null or absent: unknown, and everyone alike. */
export interface ReviewNeeds {
  gap: number | null
  detail: number | null
  /** f_k by task id. */
  risk: ReadonlyMap<string, number>
  /** w_c by `classKey`. */
  need: ReadonlyMap<string, number>
  /** cos(mu_domain, mu_new) by seen domain. */
  closeness: ReadonlyMap<string, number>
}

export const classKey = (taskId: string, classId: string): string => `${taskId}/${classId}`

/**
 * The siphon's ratio for a task: with the default ratio 100 : 80 : 30 it is 100 : 80 + 20 max(d, g) : 30 + 40 d, the
 * line through the two published optima.
 */
export function adaptiveRatio(ratio: SiphonRatio, { gap, detail }: Pick<ReviewNeeds, 'gap' | 'detail'>): SiphonRatio {
  const wide = Math.max(detail ?? 0, gap ?? 0)
  return {
    task: ratio.task,
    domain: ratio.domain * (1 + wide / 4),
    general: ratio.general * (1 + (4 / 3) * (detail ?? 0)),
  }
}

/**
 * How many pairs of each question (by its text) the set wants: bags by the adaptive ratio; in the task bag risky tasks
 * and confused classes first, in the domain bag far domains, in the general bag all keywords alike. What a bag or a
 * question cannot fill goes to the others. The counts sum to `size`, or to all there is.
 */
export function adaptiveTargets(
  pool: readonly PoolPair[],
  size: number,
  ratio: SiphonRatio,
  needs: ReviewNeeds,
): Map<string, number> {
  const available = new Map<string, { pair: PoolPair; count: number }>()
  for (const pair of pool) {
    const key = questionKey(pair)
    available.set(key, { pair, count: (available.get(key)?.count ?? 0) + 1 })
  }
  const all = [...available.values()]
  const perBag = BAGS.map((bag) => all.filter(({ pair }) => pair.bag === bag))
  const held = perBag.map((questions) => questions.reduce((sum, { count }) => sum + count, 0))
  const asked = Object.fromEntries(BAGS.map((bag, i) => [bag, held[i]!])) as Record<Bag, number>
  const budgets = bagBudgets(size, asked, adaptiveRatio(ratio, needs), 'bag')
  const filled = shareOut(
    size,
    BAGS.map((bag) => budgets[bag]),
    held,
  )
  const targets = new Map<string, number>()
  for (const [b, questions] of perBag.entries()) {
    const counts = shareOut(
      filled[b]!,
      questionWeights(
        questions.map(({ pair }) => pair),
        needs,
      ),
      questions.map(({ count }) => count),
    )
    questions.forEach(({ pair }, i) => {
      targets.set(questionKey(pair), counts[i]!)
    })
  }
  return targets
}

/** Indices of the pool: the first pairs of each question, as many as it should have, in the order of the pool. */
export function chosenPairs(pool: readonly PoolPair[], targets: ReadonlyMap<string, number>): number[] {
  const taken = new Map<string, number>()
  return pool.flatMap((pair, i) => {
    const key = questionKey(pair)
    const count = taken.get(key) ?? 0
    if (count >= (targets.get(key) ?? 0)) return []
    taken.set(key, count + 1)
    return [i]
  })
}

/**
 * A fifth of the set drawn anew: pairs that leave are drawn at random, and each place goes to a pair of the question
 * that lacks most to its target, or stays as it is where no question has a fresh one.
 * @returns as many indices of the pool as `active`, in the same places
 */
export function redrawn(
  active: readonly number[],
  pool: readonly PoolPair[],
  targets: ReadonlyMap<string, number>,
  random: Random,
): number[] {
  const result = [...active]
  const places = random.shuffle(result.map((_, place) => place)).slice(0, Math.round(REDRAWN * active.length))
  const lacking = new Map(targets)
  const count = (index: number, change: number) => {
    const key = questionKey(pool[index]!)
    lacking.set(key, (lacking.get(key) ?? 0) + change)
  }
  for (const index of active) count(index, -1)
  for (const place of places) count(active[place]!, +1)
  const held = new Set(active)
  const fresh = new Map<string, number[]>()
  for (const index of random.shuffle(pool.map((_, i) => i))) {
    if (held.has(index)) continue
    const key = questionKey(pool[index]!)
    if (!fresh.has(key)) fresh.set(key, [])
    fresh.get(key)!.push(index)
  }
  for (const place of places) {
    let most = { key: '', lacks: 0 }
    for (const [key, list] of fresh) {
      const lacks = lacking.get(key) ?? 0
      if (list.length > 0 && lacks > most.lacks) most = { key, lacks }
    }
    const next = most.lacks > 0 ? fresh.get(most.key)!.pop()! : active[place]!
    count(next, -1)
    result[place] = next
  }
  return result
}

function questionKey({ bag, question }: PoolPair): string {
  return `${bag} ${question.text}`
}

function questionWeights(questions: readonly PoolPair[], { risk, need, closeness }: ReviewNeeds): number[] {
  const perDomain = new Map<string, number>()
  for (const { question } of questions) perDomain.set(question.domain, (perDomain.get(question.domain) ?? 0) + 1)
  const domains = [...perDomain.keys()]
  const far = domains.map((domain) => Math.exp(-(closeness.get(domain) ?? 0) / DOMAIN_TEMPERATURE))
  const total = far.reduce((sum, value) => sum + value, 0)
  const weight = ({ bag, question }: PoolPair): number => {
    const { taskId, classId, domain } = question
    const siblings = perDomain.get(domain)!
    switch (bag) {
      case 'task':
        return (
          (FLOOR + (risk.get(taskId ?? '') ?? 0)) * (FLOOR + (need.get(classKey(taskId ?? '', classId ?? '')) ?? 0))
        )
      case 'domain':
        return (0.5 / domains.length + (0.5 * far[domains.indexOf(domain)]!) / total) / siblings
      case 'general':
        return 1 / siblings
    }
  }
  return questions.map(weight)
}

/** Shares out `size` by weight, no more to anyone than `most`; what is left over goes to the others, by weight again. */
function shareOut(size: number, weights: readonly number[], most: readonly number[]): number[] {
  const given = weights.map(() => 0)
  let left = size
  while (left > 0) {
    const open = weights.map((weight, i) => (given[i]! < most[i]! ? weight : 0))
    const parts = largestRemainder(left, open)
    let moved = 0
    for (const [i, part] of parts.entries()) {
      const added = Math.min(part, most[i]! - given[i]!)
      given[i]! += added
      moved += added
    }
    if (moved === 0) break
    left -= moved
  }
  return given
}
