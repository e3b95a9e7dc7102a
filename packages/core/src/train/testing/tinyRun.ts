import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { loadBackend } from '../../backend/index.ts'
import type { SuiteDefinition } from '../../benchmarks/index.ts'
import {
  type FigureRecord,
  figure,
  Random,
  type RunConfig,
  runConfig,
  type Sample,
  type Task,
} from '../../contracts/index.ts'
import { corpusFolder, datasetFolder, writeCorpus, writeDataset } from '../../importers/index.ts'
import { createModel, findModelConfig, saveModel, trainTokenizer } from '../../model/index.ts'
import type { TrainingRequest } from '../request.ts'

/** Tasks of coloured squares that a model of the smallest size learns in a few steps; for tests. */
const TASKS = [
  { id: 'warm', classes: ['red', 'yellow'] },
  { id: 'cold', classes: ['blue', 'green', 'black'] },
]
const CORPUS = 'tiny-literature'
const COLOURS: Record<string, [number, number, number]> = {
  red: [220, 30, 30],
  yellow: [220, 220, 40],
  blue: [30, 40, 220],
  green: [30, 200, 60],
  black: [15, 15, 15],
}

/** The same tasks as a suite, whose tasks and corpus are imported below the folder of `tinyRun`. */
export const tinySuite: SuiteDefinition = {
  id: 'tiny',
  title: 'Squares',
  summary: '',
  taskIds: TASKS.map(({ id }) => id),
  orders: [{ id: 'default', title: 'As listed', taskIds: TASKS.map(({ id }) => id) }],
  modelId: 'tiny-squares',
  corpusId: CORPUS,
  defaults: { stepsPerTask: 7, learningRate: 0.003 },
  openTask: () => Promise.reject(new Error('imported already')),
  openCorpus: () => Promise.reject(new Error('imported already')),
}

export interface TinyRun extends AsyncDisposable {
  /** Holds everything; the home of a pre-training. */
  folder: string
  request(config?: Partial<RunConfig>, more?: Partial<TrainingRequest>): TrainingRequest
}

/** A folder with two imported tasks and a random base model. Removed when it is disposed. */
export async function tinyRun(): Promise<TinyRun> {
  const folder = await mkdtemp(join(tmpdir(), 'anamnesis-train-'))
  const random = new Random(5)
  const taskFolders: string[] = []
  for (const { id, classes } of TASKS) {
    const path = datasetFolder(folder, id)
    await writeDataset(path, tinyTask(id, classes), await samples(classes, random))
    taskFolders.push(path)
  }
  await writeCorpus(
    corpusFolder(folder, CORPUS),
    { id: CORPUS, title: 'Squares', synthetic: true },
    await figures(random),
  )
  await loadBackend({ threads: 1 })
  const config = findModelConfig('test')
  const prompts = TASKS.flatMap(({ classes }) => classes.map((name) => `a photo of ${name}`))
  const model = createModel(config, 3)
  await saveModel(join(folder, 'model'), model, trainTokenizer(prompts, config.text.vocabulary))
  model.dispose()
  return {
    folder,
    request: (settings = {}, more = {}) => ({
      config: runConfig.parse({
        suite: 'tiny',
        method: 'fine-tune',
        model: 'test',
        stepsPerTask: 12,
        batchSize: 8,
        learningRate: 0.002,
        warmupSteps: 2,
        evalBatchSize: 4,
        ...settings,
      }),
      taskFolders,
      exclude: null,
      modelFolder: join(folder, 'model'),
      corpusFolder: corpusFolder(folder, CORPUS),
      indexFolder: join(folder, 'indexes'),
      store: 'exact',
      checkpointFolder: join(folder, 'checkpoints'),
      resumeFrom: null,
      backend: 'onnx',
      threads: 1,
      ...more,
    }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

function tinyTask(id: string, classes: readonly string[]): Task {
  return {
    id,
    name: id,
    domain: 'squares',
    modality: 'drawing',
    anatomy: '',
    classes: classes.map((name) => ({ id: name, name, promptName: name })),
    licence: 'CC0-1.0',
    citation: '',
    notes: '',
    synthetic: true,
  }
}

async function samples(classes: readonly string[], random: Random): Promise<Sample[]> {
  const list: Sample[] = []
  for (const [split, count] of [
    ['train', 10],
    ['test', 5],
  ] as const) {
    for (const [label, name] of classes.entries()) {
      for (let i = 0; i < count; i++) {
        list.push({ id: `${split}/${name}/${i}`, split, label, image: await colouredSquare(COLOURS[name]!, random) })
      }
    }
  }
  return list
}

async function figures(random: Random): Promise<FigureRecord[]> {
  const list: FigureRecord[] = []
  for (const [name, colour] of Object.entries(COLOURS)) {
    for (let i = 0; i < 12; i++) {
      const caption = `A drawing photo of ${name} number ${i >> 1}` // every caption belongs to two figures
      list.push({
        figure: figure.parse({ id: `${name}-${i}`, caption, modality: 'drawing', licenceGroup: 'commercial' }),
        image: await colouredSquare(colour, random),
      })
    }
  }
  return list
}

async function colouredSquare(colour: readonly number[], random: Random): Promise<Uint8Array> {
  const pixels = Uint8ClampedArray.from({ length: 20 * 20 * 3 }, (_, i) => random.normal(colour[i % 3]!, 25))
  return sharp(pixels, { raw: { width: 20, height: 20, channels: 3 } })
    .png()
    .toBuffer()
}
