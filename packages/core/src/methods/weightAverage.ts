import { z } from 'zod'
import { type NamedTensorMap, type Tensor, tf } from '../backend/index.ts'
import type { ClipModel } from '../model/index.ts'

/**
 * The weight ensemble of ZSCL (Zheng 2023, eq. 9): a running mean of the weights, which starts at the weights before
 * the task, grows by one model every so many steps, and becomes the model at the end.
 */
export class WeightAverage {
  private mean: NamedTensorMap = {}
  private models = 0
  private interval = 1

  /** @param count models taken in over the task, at even distances */
  begin(model: ClipModel, steps: number, count: number): void {
    this.dispose()
    this.mean = model.snapshot()
    this.models = 1
    this.interval = Math.max(1, Math.floor(steps / count))
  }

  /** After the update of a step, counted from 1. */
  afterStep(model: ClipModel, step: number): void {
    if (step % this.interval !== 0) return
    const { models } = this
    for (const [name, variable] of model.variables) {
      const old: Tensor = this.mean[name]!
      this.mean[name] = tf.tidy(() => tf.div(tf.add(tf.mul(old, models), variable), models + 1))
      old.dispose()
    }
    this.models++
  }

  /** The mean becomes the model. */
  end(model: ClipModel): void {
    model.load(this.mean)
    this.dispose()
  }

  dispose(): void {
    for (const tensor of Object.values<Tensor>(this.mean)) tensor.dispose()
    this.mean = {}
  }
}

/** Parameter of methods that average weights. */
export const averagedModels = z.number().int().min(1).max(10_000).default(10).meta({
  title: 'Averaged models',
  description: 'Models of each task that the mean takes in (published: every 100 of 1,000 steps).',
})
