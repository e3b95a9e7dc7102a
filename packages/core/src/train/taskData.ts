import { type Tensor2D, tf } from '../backend/index.ts'
import { AnamnesisError, type Task } from '../contracts/index.ts'
import { type Dataset, openDataset, type Share } from '../importers/index.ts'
import type { TaskBatch, TaskSamples } from '../methods/index.ts'
import { type ClipModel, imageTarget, pixelsToTensor, type Tokenizer, tokensToTensor } from '../model/index.ts'
import { type PixelBudget, PixelSource } from './pixelSource.ts'

/** The sentence that stands for a class. */
export const classPrompt = (promptName: string) => `a photo of ${promptName}`

/** One task of a run, ready for training and evaluation. */
export interface TaskData extends AsyncDisposable {
  task: Task
  digest: string
  trainLabels: Int32Array
  trainPixels: PixelSource
  /** Encoded image with its name. @throws CORRUPT_ARCHIVE */
  trainImage(index: number): Promise<{ name: string; image: Uint8Array }>
  testLabels: Int32Array
  testPixels: PixelSource
  /** Token ids of the class prompts, [classes * context]. */
  classTokens: Int32Array
}

/** @throws MISSING_DATA, CORRUPT_ARCHIVE */
export async function openTaskData(
  folder: string,
  exclude: Share | null,
  model: ClipModel,
  tokenizer: Tokenizer,
  budget: PixelBudget,
): Promise<TaskData> {
  const dataset = await openDataset(folder, exclude ? { exclude } : {})
  const { task } = dataset
  for (const split of ['train', 'test'] as const) refuseEmptyClass(task, split, dataset.labels(split))
  const pixels = (split: 'train' | 'test') =>
    new PixelSource(imageTarget(model.config), budget, (index) => readImage(dataset, split, index))
  return {
    task,
    digest: dataset.digest,
    trainLabels: dataset.labels('train'),
    trainPixels: pixels('train'),
    trainImage: (index) => readImage(dataset, 'train', index),
    testLabels: dataset.labels('test'),
    testPixels: pixels('test'),
    classTokens: tokenizer.encode(
      task.classes.map(({ promptName }) => classPrompt(promptName)),
      model.config.text.context,
    ),
    [Symbol.asyncDispose]: () => dataset[Symbol.asyncDispose](),
  }
}

/** @throws MISSING_DATA naming the first class without an image: it could be neither learned nor measured */
function refuseEmptyClass(task: Task, split: 'train' | 'test', labels: Int32Array): void {
  const found = new Set(labels)
  const empty = task.classes.find((_, label) => !found.has(label))
  if (!empty) return
  throw new AnamnesisError(
    'MISSING_DATA',
    `Class "${empty.name}" of task "${task.id}" has no image in its ${split} split. Import the task with all classes, or leave that class out of it.`,
  )
}

async function readImage(dataset: Dataset, split: 'train' | 'test', index: number) {
  const { id, image } = await dataset.read(split, index)
  return { name: `"${id}" of task "${dataset.task.id}"`, image }
}

/** [classes, length], as long as the longest prompt needs */
export function classTokens({ classTokens }: TaskData, model: ClipModel): Tensor2D {
  return tokensToTensor(classTokens, model.config)
}

/** Tensors of a decoded training batch, to be used inside tf.tidy. */
export function taskBatch(data: TaskData, model: ClipModel, indices: readonly number[], pixels: Uint8Array): TaskBatch {
  return {
    images: pixelsToTensor(pixels, model.config),
    labels: tf.tensor1d(
      indices.map((index) => data.trainLabels[index]!),
      'int32',
    ),
    classTokens: classTokens(data, model),
  }
}

/** The training images as a method sees them between its steps. */
export function taskSamples(data: TaskData, model: ClipModel): TaskSamples {
  return {
    count: data.trainLabels.length,
    labels: data.trainLabels,
    load: async (indices) => {
      const pixels = await data.trainPixels.batch(indices)
      return () => taskBatch(data, model, indices, pixels)
    },
    classTokens: () => classTokens(data, model),
  }
}
