import type { NumberType } from './dtypes.ts'

/** Tensors of a checkpoint by name; read one at a time. */
export interface TensorSource extends AsyncDisposable {
  /** What messages call it: a path. */
  readonly name: string
  readonly tensors: ReadonlyMap<string, { readonly type: NumberType; readonly shape: readonly number[] }>
  /** Values of one tensor as float32. @throws CORRUPT_WEIGHTS when it is no weight, is cut off, or holds NaN or infinity */
  read(name: string): Promise<Float32Array<ArrayBuffer>>
}
