import { type Scalar, type Tensor, tf } from '../backend/index.ts'
import type { Method, StepInput } from '../methods/index.ts'
import type { AdamW } from './adamw.ts'

/**
 * One optimiser update. Everything is recorded first and read together at the end, so that a recording engine runs
 * the whole step at once.
 * @param inputs makes the batches, inside tf.tidy
 * @returns the method's metrics with the norm of the whole gradient, and what the method wants remembered of the batch
 */
export async function trainStep(
  method: Method,
  optimizer: AdamW,
  learningRate: number,
  inputs: () => StepInput,
): Promise<{ values: Record<string, number>; remember: Float32Array }> {
  let names: string[] = []
  const [values, remembered] = tf.tidy(() => {
    const { gradients, metrics, remember } = method.step(inputs())
    const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)))
    const norm = squares.length > 0 ? tf.sqrt(tf.addN(squares)) : tf.scalar(0)
    names = [...Object.keys(metrics), 'gradient.norm']
    const stacked = tf.stack([...Object.values(metrics), norm as Scalar])
    optimizer.apply(gradients, learningRate)
    const kept = remember ? [tf.clone<Tensor>(remember)] : []
    remember?.dispose()
    for (const tensor of [...Object.values(gradients), ...Object.values(metrics)]) tensor.dispose() // kept by gradient functions
    return [stacked, ...kept]
  }) as [Tensor, Tensor?]
  try {
    const numbers = await values.data<'float32'>()
    const remember = remembered ? (await remembered.data<'float32'>()).slice() : new Float32Array()
    return { values: Object.fromEntries(names.map((name, i) => [name, numbers[i]!])), remember }
  } finally {
    values.dispose()
    remembered?.dispose()
  }
}
