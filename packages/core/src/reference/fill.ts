import { BAGS, type Bag, type Hit, type Question, type ReferencePair } from '../contracts/index.ts'

/** A question with its hits, best first. */
export interface Answer {
  question: Question
  hits: readonly Hit[]
}

/**
 * Fills the bags: the questions of a bag take turns, each giving its best hit that is not in the set yet, so that every
 * question has the same share as long as it has hits. What a bag cannot fill goes to the next bag that can.
 */
export function fillBags(answers: readonly Answer[], budgets: Record<Bag, number>): ReferencePair[] {
  const taken = new Set<string>()
  const pairs: ReferencePair[] = []
  const queues = Object.fromEntries(
    BAGS.map((bag) => [bag, answers.filter(({ question }) => question.bag === bag).map((a) => queueOf(a))]),
  ) as Record<Bag, Queue[]>
  let short = 0
  for (const bag of BAGS) short += take(queues[bag], budgets[bag], taken, pairs)
  for (const bag of BAGS) {
    if (short > 0) short = take(queues[bag], short, taken, pairs)
  }
  return pairs
}

interface Queue extends Answer {
  next: number
}

/** A caption whose picture is missing can be found, but there is nothing in it to train on. */
function queueOf({ question, hits }: Answer): Queue {
  return { question, hits: hits.filter(({ figure }) => !figure.imageMissing), next: 0 }
}

/** Moves up to `budget` hits into `pairs`, in turns. @returns what could not be filled */
function take(queues: Queue[], budget: number, taken: Set<string>, pairs: ReferencePair[]): number {
  let open = queues
  while (budget > 0 && open.length > 0) {
    const still: Queue[] = []
    for (const queue of open) {
      if (budget === 0) break
      while (queue.next < queue.hits.length && taken.has(queue.hits[queue.next]!.figure.id)) queue.next++
      const hit = queue.hits[queue.next++]
      if (hit === undefined) continue
      taken.add(hit.figure.id)
      pairs.push(referencePair(queue.question, hit))
      still.push(queue)
      budget--
    }
    open = still
  }
  return budget
}

export function referencePair(question: Question, hit: Hit): ReferencePair {
  return {
    figureId: hit.figure.id,
    caption: hit.figure.caption,
    bag: question.bag,
    question: question.text,
    rank: hit.rank!,
    dense: hit.dense?.score ?? null,
    visual: hit.visual!.score,
    lexical: hit.lexical?.score ?? null,
  }
}
