import type { OnProgress } from '../../contracts/index.ts'
import type { TensorToStore } from '../safetensors.ts'

/** The same tensors; each one that was read counts as progress. */
export function counted(
  tensors: readonly TensorToStore[],
  what: string,
  onProgress: OnProgress | undefined,
): readonly TensorToStore[] {
  if (!onProgress) return tensors
  const total = tensors.length
  let done = 0
  return tensors.map((tensor) => ({
    ...tensor,
    data: async () => {
      const { data } = tensor
      const values = typeof data === 'function' ? await data() : data
      onProgress({ what, done: ++done, total })
      return values
    },
  }))
}
