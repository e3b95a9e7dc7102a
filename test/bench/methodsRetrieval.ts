import { loadBackend } from '@anamnesis/core/backend'
import type { Question } from '@anamnesis/core/contracts'
import { modelEncoder } from '@anamnesis/core/embed'
import { corpusFolder, datasetFolder, openCorpus, openDataset } from '@anamnesis/core/importers'
import { loadModel } from '@anamnesis/core/model'
import { labelQuestions, openIndex, RETRIEVAL_MODES, type RetrievalMode, retrieveMany } from '@anamnesis/core/retrieve'
import { planFigures } from '../../packages/core/src/importers/synthetic/index.ts'
import { type Place, suiteOf } from './methodsPlaces.ts'
import { indexFolder, STORE } from './methodsPrepare.ts'

/** First hits that are looked at. */
const LOOKED_AT = 20

/** Share of pictures of another domain than the question's, among the first hits, by retrieval mode. */
export type DomainErrors = Record<RetrievalMode, number>

/** Asks a synthetic memory about every class of its suite, with the base model as encoder. */
export async function domainErrors(place: Place): Promise<DomainErrors> {
  await loadBackend({ id: 'onnx', threads: 1 })
  const suite = suiteOf(place)
  const { model, tokenizer, encoderId } = await loadModel(place.model)
  const encoder = modelEncoder(model, tokenizer, encoderId)
  await using corpus = await openCorpus(corpusFolder(place.memory, suite.corpusId))
  await using store = await openIndex({ root: indexFolder(place), corpus: corpus.info, encoder, store: STORE })
  const topology = place.suite === 'synthetic-mesh' ? 'mesh' : 'clustered'
  const plan = planFigures({ topology, count: corpus.size, seed: place.dataSeed })
  const shown = new Map([...plan].map(({ figure, shown }) => [figure.id, shown.domain.keyword]))
  const questions: Question[] = []
  for (const taskId of suite.taskIds) {
    await using dataset = await openDataset(datasetFolder(place.tasks, taskId))
    questions.push(...labelQuestions(dataset.task))
  }
  const errors: Partial<DomainErrors> = {}
  for (const mode of RETRIEVAL_MODES) {
    const texts = questions.map(({ text }) => text)
    const results = await retrieveMany(texts, { store, encoder, mode })
    const wrong = results.flatMap(({ hits }, i) =>
      hits.slice(0, LOOKED_AT).map(({ figure }) => shown.get(figure.id) !== questions[i]!.domain),
    )
    errors[mode] = wrong.filter(Boolean).length / wrong.length
  }
  model.dispose()
  return errors as DomainErrors
}
