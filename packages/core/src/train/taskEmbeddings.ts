import { tf } from '../backend/index.ts'
import { type ClipModel, pixelsToTensor } from '../model/index.ts'
import { filled } from './evaluate.ts'
import { prefetched } from './prefetch.ts'
import { classTokens, type TaskData } from './taskData.ts'

export interface TaskEmbeddings {
  /** [training images * dim], unit rows. */
  images: Float32Array
  /** [classes * dim], unit rows: the class prompts. */
  texts: Float32Array
  dim: number
}

/** Batches decoded ahead. */
const AHEAD = 2

/** Embeddings of all training images and class prompts of a task under a model. */
export async function taskEmbeddings(
  model: ClipModel,
  data: TaskData,
  batchSize: number,
  check: () => void,
): Promise<TaskEmbeddings> {
  const dim = model.config.embedding
  const count = data.trainLabels.length
  const images = new Float32Array(count * dim)
  const prompts = tf.tidy(() => model.encodeTexts(classTokens(data, model)))
  const texts = await prompts.data<'float32'>()
  prompts.dispose()
  const batches = prefetched(Math.ceil(count / batchSize), AHEAD, async (number) => {
    const first = number * batchSize
    const indices = Array.from({ length: Math.min(batchSize, count - first) }, (_, i) => first + i)
    return { first, count: indices.length, pixels: await data.trainPixels.batch(filled(indices, batchSize)) }
  })
  for await (const batch of batches) {
    check()
    const embedded = tf.tidy(() => model.encodeImages(pixelsToTensor(batch.pixels, model.config)))
    const values = await embedded.data<'float32'>()
    embedded.dispose()
    images.set(values.subarray(0, batch.count * dim), batch.first * dim)
  }
  return { images, texts: texts.slice(), dim }
}
