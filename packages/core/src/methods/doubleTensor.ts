import { type Tensor1D, tf } from '../backend/index.ts'
import type { KeptTensors } from './keptTensors.ts'

/** Keeps numbers of double precision as the sum of two tensors of single precision: 48 of their 53 bits. */
export function keepDoubles(kept: KeptTensors, name: string, values: Float64Array): void {
  const high = Float32Array.from(values)
  kept.set(`${name}/high`, tf.tensor1d(high))
  kept.set(`${name}/low`, tf.tensor1d(Float32Array.from(values, (value, i) => value - high[i]!)))
}

export async function keptDoubles(kept: KeptTensors, name: string): Promise<Float64Array> {
  const high = await kept.get<Tensor1D>(`${name}/high`).data<'float32'>()
  const low = await kept.get<Tensor1D>(`${name}/low`).data<'float32'>()
  return Float64Array.from(high, (value, i) => value + low[i]!)
}
