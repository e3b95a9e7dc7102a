import { type Scalar, tf } from '../backend/index.ts'
import type { Method, ReferenceBatch, TaskBatch } from '../methods/index.ts'
import type { AdamW } from './adamw.ts'

/**
 * One optimiser update. Everything is recorded first and read together at the end, so that a recording engine runs
 * the whole step at once.
 * @param inputs makes the batches, inside tf.tidy
 * @returns the method's metrics and the norm of the whole gradient
 */
export async function trainStep(
  method: Method,
  optimizer: AdamW,
  learningRate: number,
  inputs: () => { batch: TaskBatch; reference: ReferenceBatch | null },
): Promise<Record<string, number>> {
  let names: string[] = []
  const values = tf.tidy(() => {
    const { gradients, metrics } = method.step(inputs())
    const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)))
    const norm = squares.length > 0 ? tf.sqrt(tf.addN(squares)) : tf.scalar(0)
    names = [...Object.keys(metrics), 'gradient.norm']
    const stacked = tf.stack([...Object.values(metrics), norm as Scalar])
    optimizer.apply(gradients, learningRate)
    for (const tensor of [...Object.values(gradients), ...Object.values(metrics)]) tensor.dispose() // kept by gradient functions
    return stacked
  })
  try {
    const numbers = await values.data<'float32'>()
    return Object.fromEntries(names.map((name, i) => [name, numbers[i]!]))
  } finally {
    values.dispose()
  }
}
