import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadBackend } from '@anamnesis/core/backend'
import { syntheticSuite } from '@anamnesis/core/benchmarks'
import { modelEncoder } from '@anamnesis/core/embed'
import {
  corpusFolder,
  datasetFolder,
  openCorpus,
  openSyntheticFigures,
  openSyntheticTask,
  storeSource,
} from '@anamnesis/core/importers'
import { createModel, findModelConfig, loadModel, saveModel, trainTokenizer } from '@anamnesis/core/model'
import { indexCorpus, openIndex } from '@anamnesis/core/retrieve'
import { resolveRunConfig } from '@anamnesis/core/train'
import { median } from './bench.ts'
import { type MethodsJob, perform, type RunAnswer } from './methodsJobs.ts'
import { STORE } from './methodsPrepare.ts'

const suite = syntheticSuite('clustered')
/** The second task is the first that has something to keep. */
const TASKS = suite.taskIds.slice(0, 2)
const FIGURES = 1500
const STEPS = 16
/** First steps of a task that do not count: graphs are compiled, memory is taken. */
const WARM_UP = 4

/** Tasks, literature and an untrained model of the size `tiny`: 5 million parameters, 64 pixels. */
export async function prepareSteps(home: string): Promise<object> {
  for (const taskId of TASKS) await storeSource(home, openSyntheticTask('clustered', taskId))
  await storeSource(home, openSyntheticFigures({ topology: 'clustered', count: FIGURES }))
  await loadBackend({ id: 'onnx' })
  await using corpus = await openCorpus(corpusFolder(home, suite.corpusId))
  if (!existsSync(join(modelOf(home), 'weights.safetensors'))) {
    const captions: string[] = []
    for await (const { figure } of corpus.figures()) captions.push(figure.caption)
    const config = findModelConfig('tiny')
    const fresh = createModel(config, 1)
    await saveModel(modelOf(home), fresh, trainTokenizer(captions, config.text.vocabulary))
    fresh.dispose()
  }
  const { model, tokenizer, encoderId } = await loadModel(modelOf(home))
  const encoder = modelEncoder(model, tokenizer, encoderId)
  await using store = await openIndex({ root: join(home, 'index'), corpus: corpus.info, encoder, store: STORE })
  await indexCorpus({ corpus, encoder, store })
  model.dispose()
  return {}
}

const modelOf = (home: string) => join(home, 'models', 'tiny')

export interface StepCost {
  /** Median time of a step. */
  ms: number
  peakBytes: number
  checkpointBytes: number
}

/** A short run of a method, alone on all processors. `ms` is null where the method takes no steps. */
export async function measureSteps(home: string, method: string): Promise<StepCost | null> {
  const settings = { method, stepsPerTask: STEPS, warmupSteps: 2, evalLimit: 32, evalBatchSize: 32, learningRate: 1e-4 }
  const job: MethodsJob = {
    kind: 'run',
    request: {
      config: resolveRunConfig(settings, suite),
      taskFolders: TASKS.map((taskId) => datasetFolder(home, taskId)),
      exclude: null,
      modelFolder: modelOf(home),
      corpusFolder: corpusFolder(home, suite.corpusId),
      indexFolder: join(home, 'index'),
      store: STORE,
      backend: 'onnx',
      threads: null,
    },
  }
  const { steps, peakBytes, checkpointBytes } = await perform<RunAnswer>(job)
  const counted = TASKS.flatMap((_, i) => steps.filter(({ task }) => task === i + 1).slice(WARM_UP))
  return counted.length === 0 ? null : { ms: median(counted.map(({ ms }) => ms)), peakBytes, checkpointBytes }
}
