import { type NamedTensorMap, tf } from '../backend/index.ts'
import { ClipModel } from '../model/index.ts'

/** A model half way between two of the same size (WiSE-FT with weight 0.5), to be disposed by the caller. */
export function averaged(a: ClipModel, b: ClipModel): ClipModel {
  const middle = new ClipModel(a.config, (name) => new Float32Array(a.variables.get(name)!.size))
  const weights: NamedTensorMap = tf.tidy(() =>
    Object.fromEntries([...a.variables].map(([name, one]) => [name, tf.mul(tf.add(one, b.variables.get(name)!), 0.5)])),
  )
  middle.load(weights)
  for (const tensor of Object.values(weights)) tensor.dispose()
  return middle
}
