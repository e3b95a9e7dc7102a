import { createHash } from 'node:crypto'
import type { RunConfig, Task } from '../contracts/index.ts'
import type { OpenedSource, Share } from '../importers/index.ts'

/** One sequence in which a run meets the tasks. */
export interface SuiteOrder {
  id: string
  title: string
  taskIds: readonly string[]
}

export interface SuiteDefinition {
  id: string
  title: string
  /** What it is, where its data come from and what to know before reading its numbers. */
  summary: string
  taskIds: readonly string[]
  orders: readonly SuiteOrder[]
  /** Base model that every run starts from. */
  modelId: string
  corpusId: string
  /** Part of the training images that the base model was pre-trained on; runs leave it out. */
  exclude?: Share
  /** How its base model is pre-trained, where that differs from the general settings. */
  pretraining?: {
    /** Id of the architecture. */
    size?: string
    steps?: number
    batchSize?: number
    learningRate?: number
    /** False where a shifted picture would be another one. */
    augment?: boolean
  }
  /** Run settings that suit the suite. */
  defaults: Partial<RunConfig>
  /** Where the data come from. @param testData folder of the real packs, null where there is none @throws MISSING_DATA */
  openTask(taskId: string, testData: string | null): Promise<OpenedSource>
  openCorpus(testData: string | null): Promise<OpenedSource>
  /** A task of a suite whose data have to be fetched, as far as it is known without them; null where that is too little. */
  describeTask?(taskId: string): Task | null
  /** What brings the parts that are missing, where it is not the usual command. */
  commands?: { tasks?: string; model?: string }
}

/** The order as listed, the reverse, and every cyclic shift. */
export function ordersOf(taskIds: readonly string[]): SuiteOrder[] {
  return [
    { id: 'default', title: 'As listed', taskIds },
    { id: 'reversed', title: 'Reversed', taskIds: [...taskIds].reverse() },
    ...cyclicShifts(taskIds),
  ]
}

/** The two orders that tables are published for, and every cyclic shift of the first. */
export function twoOrders(first: SuiteOrder, second: SuiteOrder): SuiteOrder[] {
  return [first, second, ...cyclicShifts(first.taskIds)]
}

function cyclicShifts(taskIds: readonly string[]): SuiteOrder[] {
  const orders: SuiteOrder[] = []
  for (let shift = 1; shift < taskIds.length; shift++) {
    const title = shift === 1 ? 'Shifted by one task' : `Shifted by ${shift} tasks`
    orders.push({ id: `shift-${shift}`, title, taskIds: [...taskIds.slice(shift), ...taskIds.slice(0, shift)] })
  }
  return orders
}

/** SHA-256 of the task ids in their order: two runs met the same sequence exactly when their hashes are equal. */
export function orderHash(order: Pick<SuiteOrder, 'taskIds'>): string {
  return createHash('sha256').update(JSON.stringify(order.taskIds)).digest('hex')
}
