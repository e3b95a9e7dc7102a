import { tf } from '../backend/index.ts'
import { type Classifier, cosineClassifier, type Method } from '../methods/index.ts'
import { type CellScores, classificationScores } from '../metrics/index.ts'
import { type ClipModel, pixelsToTensor } from '../model/index.ts'
import { prefetched } from './prefetch.ts'
import { classTokens, type TaskData } from './taskData.ts'

export interface EvaluateOptions {
  batchSize: number
  /** Most test images; a smaller number takes them at even distances, so that no class is cut off. */
  limit: number | null
  /** Called before every batch; throws to stop. */
  check(): void
}

/** Batches decoded ahead. */
const AHEAD = 2

/**
 * Scores on the test images of a task. Class prompts are embedded once; the last batch is filled up, so that every
 * batch runs the same graph.
 * @param method scores in its own way where it has one; null: the model's cosines
 */
export async function evaluateTask(
  model: ClipModel,
  data: TaskData,
  options: EvaluateOptions,
  method: Method | null = null,
): Promise<CellScores> {
  const chosen = evenly(data.testLabels.length, options.limit)
  const classes = data.task.classes.length
  const { batchSize } = options
  const logits = new Float32Array(chosen.length * classes)
  const tokens = classTokens(data, model)
  const classifier: Classifier =
    method?.classifier?.({ task: data.task, classTokens: tokens }) ?? cosineClassifier(model, tokens)
  tokens.dispose()
  try {
    const batches = prefetched(Math.ceil(chosen.length / batchSize), AHEAD, async (number) => {
      const indices = chosen.slice(number * batchSize, (number + 1) * batchSize)
      return {
        first: number * batchSize,
        count: indices.length,
        pixels: await data.testPixels.batch(filled(indices, batchSize)),
      }
    })
    for await (const { first, count, pixels } of batches) {
      options.check()
      const scores = tf.tidy(() => classifier.logits(pixelsToTensor(pixels, model.config)))
      try {
        const values = await scores.data<'float32'>()
        logits.set(values.subarray(0, count * classes), first * classes)
      } finally {
        scores.dispose()
      }
    }
  } finally {
    classifier.dispose()
  }
  return classificationScores(
    logits,
    chosen.map((index) => data.testLabels[index]!),
    classes,
  )
}

/** All indices below `count`, or `limit` of them at even distances. */
export function evenly(count: number, limit: number | null): number[] {
  const taken = Math.min(count, limit ?? count)
  return Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken))
}

/** A list made `length` long by repeating its first item. */
export function filled(items: readonly number[], length: number): number[] {
  return [...items, ...new Array<number>(length - items.length).fill(items[0]!)]
}
