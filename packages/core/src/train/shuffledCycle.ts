import type { Random } from '../contracts/index.ts'

/** Index batches over a set of `count` items: every item once in random order, then again, across batch borders. */
export class ShuffledCycle {
  private order: number[] = []
  private at = 0

  constructor(
    private readonly count: number,
    private readonly random: Random,
  ) {
    if (count < 1) throw new RangeError('A cycle needs at least one item.')
  }

  next(batchSize: number): number[] {
    const batch: number[] = []
    while (batch.length < batchSize) {
      if (this.at === this.order.length) {
        this.order = this.random.shuffle(Array.from({ length: this.count }, (_, i) => i))
        this.at = 0
      }
      batch.push(this.order[this.at++]!)
    }
    return batch
  }
}
