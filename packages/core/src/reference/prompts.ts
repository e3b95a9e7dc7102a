import type { Bag, Question, Random, Task } from '../contracts/index.ts'
import { labelQuestions } from '../retrieve/index.ts'

/**
 * The prompts of GIFT (Wu 2025): each of `size` prompts is drawn evenly from the general prompts and those of earlier
 * tasks. A prompt that is drawn n times may take n figures. GIFT paints an image for a prompt; here one is retrieved.
 */
export function promptQuestions(options: {
  pastTasks: readonly Task[]
  pool: readonly Question[]
  size: number
  random: Random
}): { questions: Question[]; budgets: Record<Bag, number> } {
  const { pastTasks, pool, size, random } = options
  const all = [
    ...pool.map((question) => ({ ...question, bag: 'general' as const })),
    ...pastTasks.flatMap(labelQuestions).map((question) => ({ ...question, bag: 'task' as const })),
  ]
  const budgets: Record<Bag, number> = { task: 0, domain: 0, general: 0 }
  const drawn = new Set<Question>()
  for (let i = 0; i < size; i++) {
    const question = random.pick(all)
    budgets[question.bag]++
    drawn.add(question)
  }
  return { questions: [...drawn], budgets }
}
