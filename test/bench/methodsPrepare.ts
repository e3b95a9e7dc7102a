import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadBackend } from '@anamnesis/core/backend'
import { modelEncoder } from '@anamnesis/core/embed'
import { corpusFolder, openCorpus, storeSource } from '@anamnesis/core/importers'
import { loadModel } from '@anamnesis/core/model'
import { indexCorpus, openIndex } from '@anamnesis/core/retrieve'
import { pretrain } from '@anamnesis/core/train'
import { type Place, suiteOf, testData } from './methodsPlaces.ts'

/** What tells whether results on a place are of the same data and base model. */
export interface Prepared {
  encoderId: string
  corpusDigest: string
  taskDigests: string[]
}

export const STORE = 'exact'
export const indexFolder = (place: Place) => join(place.memory, 'index')

/** Makes tasks, corpus, base model and index of a place; what is there stays. */
export async function prepare(place: Place, threads: number): Promise<Prepared> {
  const suite = suiteOf(place)
  const taskDigests: string[] = []
  for (const taskId of suite.taskIds) {
    taskDigests.push((await storeSource(place.tasks, await suite.openTask(taskId, testData()))).info.digest)
  }
  const corpusDigest = (await storeSource(place.memory, await suite.openCorpus(testData()))).info.digest
  await loadBackend({ id: 'onnx', threads })
  // A base model outside of the bench's own folders is taken as it is.
  if (place.model.startsWith(place.memory) && !(await isPretrained(place.model, corpusDigest))) {
    const settings = { size: 'tiny', steps: 1000, batchSize: 64, learningRate: 5e-4, ...suite.pretraining }
    await pretrain(
      {
        suite,
        home: place.memory,
        out: place.model,
        ...settings,
        weightDecay: 0.1,
        seed: place.dataSeed,
        backend: 'onnx',
        threads,
        evalLimit: 64,
      },
      () => {},
    )
  }
  const { model, tokenizer, encoderId } = await loadModel(place.model)
  const encoder = modelEncoder(model, tokenizer, encoderId)
  await using corpus = await openCorpus(corpusFolder(place.memory, suite.corpusId))
  await using store = await openIndex({ root: indexFolder(place), corpus: corpus.info, encoder, store: STORE })
  await indexCorpus({ corpus, encoder, store })
  model.dispose()
  return { encoderId, corpusDigest, taskDigests }
}

/** True when the folder holds a base model that was made from this corpus. */
async function isPretrained(folder: string, corpusDigest: string): Promise<boolean> {
  const text = await readFile(join(folder, 'pretraining.json'), 'utf8').catch(() => null)
  return text !== null && JSON.parse(text).corpusDigest === corpusDigest
}
