import { type Tensor1D, tf } from '../backend/index.ts'
import type { KeptTensors } from './keptTensors.ts'

/** Keeps numbers of double precision as the sum of two tensors of single precision: 48 of their 53 bits. */
export function keepDoubles(kept: KeptTensors, name: string, values: Float64Array): void {
  const high = new Float32Array(values)
  const low = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) low[i] = values[i]! - high[i]!
  kept.set(`${name}/high`, tf.tensor1d(high))
  kept.set(`${name}/low`, tf.tensor1d(low))
}

export async function keptDoubles(kept: KeptTensors, name: string): Promise<Float64Array> {
  const values = new Float64Array(await kept.get<Tensor1D>(`${name}/high`).data<'float32'>())
  const low = await kept.get<Tensor1D>(`${name}/low`).data<'float32'>()
  for (let i = 0; i < values.length; i++) values[i] = values[i]! + low[i]!
  return values
}
