import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { loadBackend } from '@anamnesis/core/backend'
import { findSuite } from '@anamnesis/core/benchmarks'
import { figure, Random, type Sample, task } from '@anamnesis/core/contracts'
import { modelEncoder } from '@anamnesis/core/embed'
import { corpusFolder, datasetFolder, openCorpus, writeCorpus, writeDataset } from '@anamnesis/core/importers'
import { loadModel, readModelInfo } from '@anamnesis/core/model'
import {
  buildReferenceSet,
  GUIDING_LICENCES,
  RecordingEncoder,
  saveRetrieval,
  siphonRatio,
} from '@anamnesis/core/reference'
import { captionProbes, indexCorpus, measureHonesty, openIndex } from '@anamnesis/core/retrieve'
import { indexRoot, modelFolder, retrievalFolder, shippedModels } from '../services/folders.ts'
import { CORPUS } from './literature.ts'
import type { TestServices } from './services.ts'

const SUITE = findSuite('phantom-3')
const MODALITIES = ['CT', 'MRI', 'X-ray', 'fundus']

const SIDE = 64

/** A random picture of 8 x 8 grey squares as PNG, always the same for a number. */
export function pictureOf(number: number): Uint8Array {
  const random = new Random(number)
  const squares = Array.from({ length: 64 }, () => random.int(256))
  const rows = Buffer.alloc(SIDE * (SIDE + 1))
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) rows[y * (SIDE + 1) + 1 + x] = squares[(y >> 3) * 8 + (x >> 3)]!
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(SIDE, 0)
  header.writeUInt32BE(SIDE, 4)
  header[8] = 8 // bits of one grey value
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const frame = Buffer.alloc(body.length + 8)
  frame.writeUInt32BE(data.length, 0)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), body.length + 4)
  return frame
}

/**
 * An installation that can search: the shipped model, a small indexed corpus (fig0 to fig39; fig7 is of a retracted
 * article), and the tasks of phantom-3 with three test images each, of which one a task is the picture of a figure.
 */
export async function writeExplorer({ env, catalog }: TestServices): Promise<void> {
  const { home } = env
  await cp(join(shippedModels, SUITE.modelId), modelFolder(home, SUITE.modelId), { recursive: true })
  const figures = Array.from({ length: 40 }, (_, i) => ({
    figure: figure.parse({
      id: `fig${i}`,
      caption: `A ${MODALITIES[i % 4]} photo of finding ${i >> 1}`,
      modality: MODALITIES[i % 4],
      anatomy: i < 20 ? 'lung' : 'retina',
      licenceGroup: i % 5 === 0 ? 'other' : 'commercial',
      articleId: `pmc${i >> 2}`,
      year: 2000 + (i % 3),
      retracted: i === 7,
    }),
    image: pictureOf(i),
  }))
  await writeCorpus(corpusFolder(home, CORPUS), { id: CORPUS, title: 'Small', synthetic: true }, figures)
  for (const [number, id] of SUITE.taskIds.entries()) {
    const image = (place: number) => pictureOf(place === 0 ? number : 1000 + 10 * number + place)
    const samples: Sample[] = []
    for (const split of ['train', 'test'] as const) {
      for (let i = 0; i < 3; i++) samples.push({ id: `${split}/${i}`, split, label: i % 2, image: image(i) })
    }
    const classes = ['normal', 'other'].map((name) => ({ id: name, name, promptName: name }))
    const about = { id, name: id, domain: 'CT', modality: 'CT', classes, licence: 'CC0' }
    await writeDataset(datasetFolder(home, id), task.parse(about), samples)
  }
  await loadBackend({ id: 'onnx', threads: 1 })
  const { model, tokenizer, encoderId } = await loadModel(modelFolder(home, SUITE.modelId))
  const encoder = modelEncoder(model, tokenizer, encoderId)
  await using corpus = await openCorpus(corpusFolder(home, CORPUS))
  await using store = await openIndex({ root: indexRoot(home), corpus: corpus.info, encoder })
  await indexCorpus({ corpus, encoder, store })
  model.dispose()
  catalog.changed()
}

/** Measures the index of the corpus: one probe of each modality. */
export async function measureIndex({ env }: TestServices): Promise<void> {
  const { home } = env
  const { encoderId, config } = await readModelInfo(modelFolder(home, SUITE.modelId))
  await using corpus = await openCorpus(corpusFolder(home, CORPUS))
  const encoder = { id: encoderId, dim: config.embedding }
  await using store = await openIndex({ root: indexRoot(home), corpus: corpus.info, encoder })
  await measureHonesty(store, { probes: await captionProbes(store, { perModality: 1 }), k: 10 })
}

/** Records what a run asked for its first task: ten pairs of the general bag. */
export async function recordRetrieval({ env }: TestServices, runId: string): Promise<void> {
  const { home } = env
  const { model, tokenizer, encoderId } = await loadModel(modelFolder(home, SUITE.modelId))
  const encoder = new RecordingEncoder(modelEncoder(model, tokenizer, encoderId))
  await using corpus = await openCorpus(corpusFolder(home, CORPUS))
  await using store = await openIndex({ root: indexRoot(home), corpus: corpus.info, encoder })
  const settings = { size: 10, k: 5, perCaption: 2, mode: 'layered' as const, split: 'bag' as const }
  const options = { policy: 'dynamic' as const, pastTasks: [], seenDomains: [], random: new Random(1), ...settings }
  const { trust: _, bags: __, ...set } = await buildReferenceSet({ ...options, store, encoder })
  const about = { task: 1, policy: options.policy, corpus: corpus.info, store: store.kind, dim: encoder.dim }
  await saveRetrieval(
    retrievalFolder(home, runId),
    {
      format: 'anamnesis-retrieval-1',
      ...about,
      settings: { ...settings, ratio: siphonRatio.parse({}), trustFloor: null, licenceGroups: [...GUIDING_LICENCES] },
      ...set,
    },
    await encoder.vectorsOf(set.questions.map(({ text }) => text)),
  )
  model.dispose()
}
