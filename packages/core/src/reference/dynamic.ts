import { BAGS, type Bag, type Question, type Random, type Task } from '../contracts/index.ts'
import { labelQuestions } from '../retrieve/index.ts'
import { bagBudgets, type SiphonRatio, type SiphonSplit } from './siphon.ts'

/** General questions per thousand pairs of the reference set. */
const GENERAL_PER_THOUSAND = 30

/**
 * The questions of the dynamic siphon (eq. 8-12) and the budget of each bag: labels of earlier tasks, pool questions of
 * the domains seen so far, and a random sample of the other pool questions. Before the first task only the last is left.
 * A bag never asks more pool questions than it may take pairs.
 */
export function dynamicQuestions(options: {
  pastTasks: readonly Task[]
  /** Phi_D of the earlier tasks' images. */
  seenDomains: readonly string[]
  pool: readonly Question[]
  size: number
  ratio: SiphonRatio
  split: SiphonSplit
  random: Random
}): { questions: Question[]; budgets: Record<Bag, number> } {
  const { pastTasks, pool, size, ratio, split, random } = options
  const seen = new Set(options.seenDomains)
  const labels = pastTasks.flatMap(labelQuestions)
  const near = pool.filter((question) => seen.has(question.domain))
  const far = pool.filter((question) => !seen.has(question.domain))
  const general = sample(far, GENERAL_PER_THOUSAND * Math.ceil(size / 1000), random)
  const available = { task: labels.length, domain: near.length, general: general.length }
  const budgets = bagBudgets(size, available, ratio, split)
  const bags: Record<Bag, Question[]> = {
    task: labels,
    domain: sample(near, budgets.domain, random),
    general: general.slice(0, budgets.general),
  }
  return { questions: BAGS.flatMap((bag) => bags[bag].map((question) => ({ ...question, bag }))), budgets }
}

/** A random sample that takes the domains in turn, so that a domain with many questions has no more say. */
function sample(questions: readonly Question[], count: number, random: Random): Question[] {
  const byDomain = new Map<string, Question[]>()
  for (const question of random.shuffle(questions)) {
    const list = byDomain.get(question.domain) ?? []
    list.push(question)
    byDomain.set(question.domain, list)
  }
  const domains = random.shuffle([...byDomain.values()])
  const taken: Question[] = []
  for (let round = 0; taken.length < Math.min(count, questions.length); round++) {
    for (const list of domains) {
      const question = list[round]
      if (question !== undefined && taken.length < count) taken.push(question)
    }
  }
  return taken
}
