import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadBackend, type Scalar, stepScalar, type Tensor2D, tf } from '../backend/index.ts'
import type { SuiteDefinition } from '../benchmarks/index.ts'
import { Random, type Task } from '../contracts/index.ts'
import { type Corpus, corpusFolder, type Dataset, datasetFolder, openCorpus, openDataset } from '../importers/index.ts'
import { crossModalityConsistency } from '../losses/index.ts'
import {
  augmentInThread,
  type ClipModel,
  createModel,
  findModelConfig,
  type ImageTarget,
  imageTarget,
  pixelsToTensor,
  saveModel,
  type Tokenizer,
  trainTokenizer,
} from '../model/index.ts'
import { questionPool } from '../retrieve/index.ts'
import { AdamW } from './adamw.ts'
import { figureCaption, labelCaption, PromptFinder } from './captions.ts'
import { evaluateTask } from './evaluate.ts'
import { gradientsInParts } from './microBatches.ts'
import { PixelBudget, PixelSource } from './pixelSource.ts'
import { prefetched } from './prefetch.ts'
import { cosineSchedule } from './schedule.ts'
import { ShuffledCycle } from './shuffledCycle.ts'
import { classPrompt, openTaskData } from './taskData.ts'

export interface PretrainOptions {
  suite: SuiteDefinition
  /** Folder of all state, with the suite's tasks and corpus imported. */
  home: string
  /** Model folder to write. */
  out: string
  /** Id of the model size. */
  size: string
  steps: number
  batchSize: number
  /** Pairs whose gradients are computed at once, a divisor of `batchSize`; the update is that of the whole batch. Default: all. */
  partSize?: number
  learningRate: number
  weightDecay: number
  /** Small changes of the pictures at each step (default true). */
  augment?: boolean
  seed: number
  backend: 'onnx' | 'tensorflow' | 'cpu'
  threads: number | null
  /** Most test images a task for the zero-shot figures before and after. */
  evalLimit: number | null
}

export type PretrainReport =
  | { kind: 'data'; figures: number; labelled: number; promptFigures: number; tokens: number }
  | {
      kind: 'step'
      step: number
      steps: number
      loss: number
      logitScale: number
      imagesPerSecond: number
      /** Share of the time that was spent waiting for images, in [0, 1]. */
      waitShare: number
      secondsLeft: number
    }
  | {
      kind: 'zero-shot'
      when: 'before' | 'after'
      taskId: string
      n: number
      accuracy: number
      balancedAccuracy: number | null
      chance: number
    }
  | { kind: 'saved'; folder: string; encoderId: string; bytes: number; seconds: number }

/** Decoded images kept in memory. */
const PIXEL_BUDGET = 512 * 2 ** 20
const AHEAD = 3
const EVAL_BATCH = 64
const MAX_LOG_SCALE = Math.log(100) // Radford 2021, section 2.5
const WARMUP_SHARE = 0.05
/** Captions of each class that the tokenizer learns from. */
const TOKENIZER_CAPTIONS = 20

/** Images of one kind with a caption for each; equal groups mark pairs that mean the same. */
interface PairSource {
  count: number
  pixels: PixelSource
  pair(index: number, random: Random): { caption: string; group: string }
}

/**
 * Contrastive pre-training of a small base model (InfoNCE over images and captions, rows and columns; equal captions
 * share the target) from the figures of a suite's corpus and, where the suite sets images aside for it, labelled images
 * with varied captions. Seeded: equal options give equal weights on one machine.
 */
export async function pretrain(options: PretrainOptions, report: (line: PretrainReport) => void): Promise<void> {
  const { suite, home, steps, seed } = options
  const started = performance.now()
  await loadBackend({ id: options.backend, threads: options.threads ?? undefined })
  const config = { ...findModelConfig(options.size), id: suite.modelId }
  const open: AsyncDisposable[] = []
  const keep = <T extends AsyncDisposable>(resource: T): T => {
    open.push(resource)
    return resource
  }
  try {
    // Pairs and tokenizer.
    const budget = new PixelBudget(PIXEL_BUDGET)
    const corpus = keep(await openCorpus(corpusFolder(home, suite.corpusId)))
    const datasets: Dataset[] = []
    for (const id of suite.taskIds) {
      const only = suite.exclude ? { only: suite.exclude } : {}
      datasets.push(keep(await openDataset(datasetFolder(home, id), only)))
    }
    const tasks = datasets.map(({ task }) => task)
    const figures = await figurePairs(corpus, tasks, imageTarget(config), budget)
    const labelled = suite.exclude ? labelledPairs(datasets, suite.exclude.split, imageTarget(config), budget) : null
    const tokenizer = trainTokenizer(
      tokenizerTexts(figures.captions, tasks, labelled !== null, new Random(`${seed}/tokenizer`)),
      config.text.vocabulary,
    )
    report({
      kind: 'data',
      figures: figures.count,
      labelled: labelled?.count ?? 0,
      promptFigures: figures.prompted,
      tokens: tokenizer.size,
    })

    const model = createModel(config, seed, { trainLogitScale: true })
    const optimizer = new AdamW(model.variables, { weightDecay: options.weightDecay })
    keep({
      [Symbol.asyncDispose]: async () => {
        optimizer.dispose()
        model.dispose()
      },
    })
    const zeroShot = async (when: 'before' | 'after') => {
      for (const id of suite.taskIds) report(await evaluateZeroShot(id, when, model, tokenizer, options, budget))
    }
    await zeroShot('before')

    // Training.
    const sources = labelled ? [figures, labelled] : [figures]
    const augmented = options.augment === false ? null : config.image.size
    const batches = prefetched(steps, AHEAD, pairBatches(sources, options.batchSize, new Random(seed), augmented))
    const schedule = { peak: options.learningRate, steps, warmup: Math.ceil(steps * WARMUP_SHARE) }
    const loopStarted = performance.now()
    let step = 0
    for await (const batch of batches) {
      const [loss, logScale] = await contrastiveStep(model, optimizer, cosineSchedule(step, schedule), {
        pixels: batch.pixels,
        tokens: tokenizer.encode(batch.captions, config.text.context),
        groups: batch.groups,
        partSize: options.partSize ?? options.batchSize,
      })
      step++
      const seconds = (performance.now() - loopStarted) / 1000
      report({
        kind: 'step',
        step,
        steps,
        loss: loss!,
        logitScale: Math.exp(logScale!),
        imagesPerSecond: (step * options.batchSize) / seconds,
        waitShare: batches.waitShare,
        secondsLeft: (seconds / step) * (steps - step),
      })
    }
    figures.pixels.release()
    labelled?.pixels.release()

    await mkdir(options.out, { recursive: true })
    const { encoderId, digest } = await saveModel(options.out, model, tokenizer, { dtype: 'F16' })
    await zeroShot('after')
    const made = {
      suite: suite.id,
      size: options.size,
      steps,
      batchSize: options.batchSize,
      learningRate: options.learningRate,
      weightDecay: options.weightDecay,
      seed,
      corpusDigest: corpus.digest,
      taskDigests: Object.fromEntries(datasets.map((dataset) => [dataset.task.id, dataset.digest])),
      weightsDigest: digest,
    }
    await writeFile(join(options.out, 'pretraining.json'), `${JSON.stringify(made, null, 2)}\n`)
    const { size: bytes } = await stat(join(options.out, 'weights.safetensors'))
    report({ kind: 'saved', folder: options.out, encoderId, bytes, seconds: (performance.now() - started) / 1000 })
  } finally {
    for (const resource of open.reverse()) await resource[Symbol.asyncDispose]()
  }
}

/** One update; returns the loss and the logarithm of the logit scale, which stays at or below that of 100. */
async function contrastiveStep(
  model: ClipModel,
  optimizer: AdamW,
  learningRate: number,
  batch: { pixels: Uint8Array; tokens: Int32Array; groups: number[]; partSize: number },
): Promise<Float32Array> {
  const { config } = model
  const { groups, partSize } = batch
  const values = tf.tidy(() => {
    const pairs = {
      images: pixelsToTensor(batch.pixels, config),
      tokens: tf.tensor2d(batch.tokens, [groups.length, config.text.context], 'int32'),
    }
    const loss = (images: Tensor2D, texts: Tensor2D): Scalar => {
      const captionGroups = tf.tensor1d(groups, 'int32')
      const both = crossModalityConsistency({ images, texts, captionGroups, scale: model.logitScale() })
      return tf.div(both, 2) // the mean of both directions
    }
    const { value, gradients } =
      partSize < groups.length
        ? gradientsInParts(model, pairs, partSize, loss)
        : model.gradients(() => loss(model.encodeImages(pairs.images), model.encodeTexts(pairs.tokens)))
    optimizer.apply(gradients, learningRate)
    const scale = model.variables.get('logit_scale')!
    scale.assign(tf.minimum(scale, stepScalar(MAX_LOG_SCALE)))
    return tf.stack([value, scale])
  })
  try {
    return await values.data<'float32'>()
  } finally {
    values.dispose()
  }
}

async function figurePairs(corpus: Corpus, tasks: readonly Task[], target: ImageTarget, budget: PixelBudget) {
  const prompts = new PromptFinder(tasks)
  const figures: { caption: string; prompt: string | null }[] = []
  for (let index = 0; index < corpus.size; index++) {
    const figure = await corpus.figure(index)
    figures.push({ caption: figure.caption, prompt: prompts.promptOf(figure) })
  }
  const pixels = new PixelSource(target, budget, async (index) => ({
    name: `number ${index} of corpus "${corpus.info.id}"`,
    image: await corpus.image(index),
  }))
  return {
    count: figures.length,
    pixels,
    captions: figures.map(({ caption }) => caption),
    prompted: figures.filter(({ prompt }) => prompt !== null).length,
    pair: (index: number, random: Random) => {
      const caption = figureCaption(figures[index]!, random)
      return { caption, group: caption }
    },
  }
}

function labelledPairs(
  datasets: readonly Dataset[],
  split: 'train' | 'val' | 'test',
  target: ImageTarget,
  budget: PixelBudget,
): PairSource {
  const items = datasets.flatMap((dataset) =>
    [...dataset.labels(split)].map((label, index) => ({ dataset, label, index })),
  )
  return {
    count: items.length,
    pixels: new PixelSource(target, budget, async (number) => {
      const { dataset, index } = items[number]!
      const { id, image } = await dataset.read(split, index)
      return { name: `"${id}" of task "${dataset.task.id}"`, image }
    }),
    pair: (number, random) => {
      const { dataset, label } = items[number]!
      // Images of one class mean the same whatever the wording.
      return { caption: labelCaption(dataset.task, label, random), group: `${dataset.task.id}/${label}` }
    },
  }
}

/**
 * Batches with an equal share of each source. Everything random is drawn when a batch is begun, in order.
 * @param augmented side of the images when they are augmented
 */
function pairBatches(sources: readonly PairSource[], batchSize: number, random: Random, augmented: number | null) {
  const cycles = sources.map((source, i) => new ShuffledCycle(source.count, random.fork(`source ${i}`)))
  const captionRandom = random.fork('captions')
  const augmentRandom = random.fork('augmentation')
  return async (number: number) => {
    const parts = sources.map((source, i) => {
      const from = Math.floor((i * batchSize) / sources.length)
      const to = Math.floor(((i + 1) * batchSize) / sources.length)
      const indices = cycles[i]!.next(to - from)
      return { source, indices, pairs: indices.map((index) => source.pair(index, captionRandom)) }
    })
    const own = augmentRandom.fork(`batch ${number}`)
    const decoded = await Promise.all(parts.map(({ source, indices }) => source.pixels.batch(indices)))
    const pairs = parts.flatMap((part) => part.pairs)
    const groupOf = new Map<string, number>()
    for (const { group } of pairs) if (!groupOf.has(group)) groupOf.set(group, groupOf.size)
    const pixels = concatenated(decoded)
    return {
      pixels: augmented === null ? pixels : await augmentInThread(pixels, augmented, own),
      captions: pairs.map(({ caption }) => caption),
      groups: pairs.map(({ group }) => groupOf.get(group)!),
    }
  }
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function* tokenizerTexts(
  captions: readonly string[],
  tasks: readonly Task[],
  labelled: boolean,
  random: Random,
): Generator<string> {
  yield* captions
  for (const { text } of questionPool()) yield text
  for (const task of tasks) {
    yield* task.classes.map(({ promptName }) => classPrompt(promptName))
    if (!labelled) continue
    for (const label of task.classes.keys()) {
      for (let i = 0; i < TOKENIZER_CAPTIONS; i++) yield labelCaption(task, label, random)
    }
  }
}

async function evaluateZeroShot(
  taskId: string,
  when: 'before' | 'after',
  model: ClipModel,
  tokenizer: Tokenizer,
  { home, evalLimit }: PretrainOptions,
  budget: PixelBudget,
): Promise<PretrainReport> {
  const data = await openTaskData(datasetFolder(home, taskId), null, model, tokenizer, budget)
  try {
    const scores = await evaluateTask(model, data, { batchSize: EVAL_BATCH, limit: evalLimit, check: () => {} })
    const { n, accuracy, balancedAccuracy } = scores
    return { kind: 'zero-shot', when, taskId, n, accuracy, balancedAccuracy, chance: 1 / data.task.classes.length }
  } finally {
    data.testPixels.release()
    await data[Symbol.asyncDispose]()
  }
}
