import { type Aggregate, aggregate } from './aggregate.ts'
import type { ScoredRun } from './contender.ts'

/** A metric task by task: what each task lost, kept or gained, over the runs. */
export interface TaskScore {
  task: string
  aggregate: Aggregate
}

/** Mean and 95 % t interval of each task's term over the runs; runs that leave a task out do not count for it. */
export function taskBreakdown(runs: readonly ScoredRun[], tasks: readonly string[]): TaskScore[] {
  return tasks.map((task) => ({
    task,
    aggregate: aggregate(
      runs.map(({ terms }) => {
        const term = terms.get(task)
        return term && term.weight > 0 ? term.value : null
      }),
    ),
  }))
}
