import { tf } from '../backend/index.ts'
import type { Task } from '../contracts/index.ts'
import type { KeptTensors } from './keptTensors.ts'
import { textOf, textTensor } from './textTensor.ts'

/** Places of the classes of a task among those of all tasks. */
interface ClassRange {
  first: number
  count: number
}

/** The classes of all tasks learned, one after the other; kept as `task/<n>/id` and `task/<n>/classes`. */
export class LearnedClasses {
  private readonly ranges = new Map<string, ClassRange>()
  private total = 0

  constructor(private readonly kept: KeptTensors) {}

  /** Classes of all tasks together. */
  get count(): number {
    return this.total
  }

  add({ id, classes }: Pick<Task, 'id' | 'classes'>): ClassRange {
    const range = this.take(id, classes.length)
    this.kept.set(`task/${this.ranges.size}/id`, textTensor(id))
    this.kept.set(`task/${this.ranges.size}/classes`, tf.tensor1d([classes.length]))
    return range
  }

  /** Null for a task that was not learned. */
  of(taskId: string): ClassRange | null {
    return this.ranges.get(taskId) ?? null
  }

  /** After the kept tensors were restored. */
  restore(): void {
    for (let n = 1; this.kept.has(`task/${n}/id`); n++) {
      this.take(textOf(this.kept.get(`task/${n}/id`)), this.kept.get(`task/${n}/classes`).dataSync()[0]!)
    }
  }

  private take(id: string, count: number): ClassRange {
    const range = { first: this.total, count }
    this.ranges.set(id, range)
    this.total += count
    return range
  }
}
