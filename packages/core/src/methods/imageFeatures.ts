import type { Tensor2D } from '../backend/index.ts'
import { tf } from '../backend/index.ts'
import type { ClipModel } from '../model/index.ts'
import type { TaskSamples } from './method.ts'

/** Images embedded together; the last batch is filled up, so that all run one graph. */
const BATCH = 32

/** Embeddings of training images under the model without hooks: unit rows, [indices.length * dim], row by row. */
export async function imageFeatures(
  model: ClipModel,
  samples: TaskSamples,
  indices: readonly number[],
): Promise<Float32Array> {
  const dim = model.config.embedding
  const size = Math.min(BATCH, indices.length)
  const features = new Float32Array(indices.length * dim)
  for (let first = 0; first < indices.length; first += size) {
    const chosen = indices.slice(first, first + size)
    const filled = [...chosen, ...new Array<number>(size - chosen.length).fill(chosen[0]!)]
    const batch = await samples.load(filled)
    const embedded: Tensor2D = tf.tidy(() => model.encodeImages(batch().images))
    const values = await embedded.data<'float32'>()
    features.set(values.subarray(0, chosen.length * dim), first * dim)
    embedded.dispose()
  }
  return features
}
