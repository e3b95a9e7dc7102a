import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { syntheticSuite } from '../benchmarks/index.ts'
import { type EncodedVectors, type FigureRecord, figure as figureSchema, type Question } from '../contracts/index.ts'
import type { Encoder } from '../embed/index.ts'
import { openSyntheticFigures } from '../importers/index.ts'
import { planFigures, vectorOf } from '../importers/synthetic/index.ts'
import { terms, type VectorStore } from '../stores/index.ts'
import { indexCorpus, openIndex } from './indexCorpus.ts'
import { RETRIEVAL_MODES, type RetrievalMode, retrieveMany } from './layered.ts'
import { labelQuestions } from './questions.ts'

const MEMORY = { topology: 'clustered', count: 2_500, seed: 1 } as const
const LOOKED_AT = 20

/**
 * An encoder that learned from the memory alone: a word lies where the pictures lie whose captions have it, words that
 * tell more weigh more, a text is the sum of its words.
 */
class WordEncoder implements Encoder {
  readonly id = 'words@000000000000'
  readonly dim = 32
  private readonly words = new Map<string, Float64Array>()
  private readonly pictures = new Map<Uint8Array, Float64Array>()

  async learn(records: readonly FigureRecord[]): Promise<void> {
    const mean = new Float64Array(this.dim)
    for (const { image } of records) {
      const vector = await vectorOf(image)
      this.pictures.set(image, vector)
      for (let i = 0; i < this.dim; i++) mean[i]! += vector[i]! / records.length
    }
    const counts = new Map<string, number>()
    for (const { figure, image } of records) {
      const vector = this.pictures.get(image)!
      for (let i = 0; i < this.dim; i++) vector[i]! -= mean[i]!
      for (const term of new Set(terms(figure.caption))) {
        counts.set(term, (counts.get(term) ?? 0) + 1)
        const sum = this.words.get(term) ?? new Float64Array(this.dim)
        for (let i = 0; i < this.dim; i++) sum[i]! += vector[i]!
        this.words.set(term, sum)
      }
    }
    for (const [term, sum] of this.words) {
      const scale = Math.hypot(...sum) / counts.get(term)! ** 2
      this.words.set(
        term,
        sum.map((value) => value * scale),
      )
    }
  }

  async encodeTexts(texts: readonly string[]): Promise<EncodedVectors> {
    return this.pack(
      texts.map((text) => {
        const sum = new Float64Array(this.dim)
        for (const term of new Set(terms(text))) {
          for (const [i, value] of (this.words.get(term) ?? []).entries()) sum[i]! += value
        }
        return sum
      }),
    )
  }

  async encodeImages(images: readonly Uint8Array[]): Promise<EncodedVectors> {
    return this.pack(images.map((image) => this.pictures.get(image)!))
  }

  private pack(vectors: readonly Float64Array[]): EncodedVectors {
    const data = new Float32Array(vectors.length * this.dim)
    for (const [i, vector] of vectors.entries()) {
      const norm = Math.hypot(...vector) || 1
      data.set(
        vector.map((value) => value / norm),
        i * this.dim,
      )
    }
    return { encoderId: this.id, dim: this.dim, data }
  }
}

const suite = syntheticSuite('clustered')
const encoder = new WordEncoder()
const shown = new Map([...planFigures(MEMORY)].map((plan) => [plan.figure.id, plan.shown.domain.keyword]))
let folder: string
let store: VectorStore
let questions: Question[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anamnesis-synthetic-'))
  const opened = openSyntheticFigures(MEMORY)
  if (opened.kind !== 'corpus') throw new Error('not a corpus')
  const records: FigureRecord[] = []
  for await (const { figure, image } of opened.records) records.push({ figure: figureSchema.parse(figure), image })
  await encoder.learn(records)
  const corpus = {
    digest: 'e'.repeat(64),
    size: records.length,
    async *figures() {
      yield* records
    },
  }
  store = await openIndex({ root: folder, corpus: { id: 'memory', digest: corpus.digest }, encoder, store: 'exact' })
  await indexCorpus({ corpus, encoder, store })
  const tasks = await Promise.all(suite.taskIds.map((id) => suite.openTask(id, null)))
  questions = tasks.flatMap((task) => (task.kind === 'task' ? labelQuestions(task.task) : []))
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Share of pictures of another domain than the question's among the first hits. */
async function domainErrors(mode: RetrievalMode): Promise<number> {
  const results = await retrieveMany(
    questions.map(({ text }) => text),
    { store, encoder, mode, k: 50 },
  )
  const found = results.flatMap(({ hits }, i) =>
    hits.slice(0, LOOKED_AT).map(({ figure }) => shown.get(figure.id) !== questions[i]!.domain),
  )
  return found.filter(Boolean).length / found.length
}

it('words alone lead into the wrong domain, the layers do not', async () => {
  expect(questions).toHaveLength(30)
  const errors = Object.fromEntries(
    await Promise.all(RETRIEVAL_MODES.map(async (mode) => [mode, await domainErrors(mode)] as const)),
  )
  expect(errors.lexical).toBeGreaterThan(0.25)
  expect(errors.dense).toBeLessThan(0.15)
  expect(errors.layered).toBeLessThan(0.06)
})

it('captions that repeat make ties that the dense layer keeps whole', async () => {
  const [result] = await retrieveMany([questions[2]!.text], { store, encoder, k: 20 })
  expect(result!.counts.distinctScores).toBe(20)
  expect(result!.counts.dense).toBeGreaterThan(22)
})
