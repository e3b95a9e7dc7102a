import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBackend, tf } from '../backend/index.ts'
import { figure, Random } from '../contracts/index.ts'
import { type IndexRow, stores, type VectorStore } from '../stores/index.ts'
import { denseLayer } from './denseLayer.ts'
import { exactLayer } from './exactLayer.ts'

const DIM = 24
const ROWS = 1_300
const K = 20

const random = new Random('exact layer')
const unit = (centre?: Float32Array, deviation = 1): Float32Array => {
  const vector = Float32Array.from({ length: DIM }, (_, i) => (centre?.[i] ?? 0) + random.normal(0, deviation))
  const norm = Math.hypot(...vector)
  return vector.map((value) => value / norm)
}

/** Panels share captions (ties), and a run of 300 equal captions is longer than k. */
function rows(): IndexRow[] {
  let caption = unit()
  return Array.from({ length: ROWS }, (_, i) => {
    if (i < 1_000 ? random.uniform() < 0.6 : i === 1_000) caption = unit()
    return {
      figure: figure.parse({ id: `fig${(i * 7919) % 10_007}`, caption: `caption ${i}`, modality: `m${i % 3}` }),
      captionVector: caption,
      imageVector: unit(caption, 0.2),
    }
  })
}

let folder: string
let questions: Float32Array[]
const open: VectorStore[] = []
beforeAll(async () => {
  await loadBackend()
  folder = await mkdtemp(join(tmpdir(), 'anamnesis-exact-layer-'))
  const all = rows()
  questions = [unit(all[1_200]!.captionVector, 0.01), ...Array.from({ length: 40 }, () => unit())]
  for (const definition of stores.filter(({ id }) => id === 'exact' || id === 'lancedb')) {
    const store = await definition.open({ folder: join(folder, definition.id), encoderId: 'fake@000', dim: DIM })
    await store.upsert(all)
    open.push(store)
  }
})
afterAll(async () => {
  for (const store of open) await store[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('the exact layer of many questions', () => {
  it('equals one question at a time, with ties, on every store, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors
    for (const store of open) {
      for (const filter of [undefined, { modalities: ['m1'] }]) {
        const together = await exactLayer(store, 'caption', questions, { distinct: K, limit: 20_000, filter })
        for (const [i, question] of questions.entries()) {
          expect(together[i]).toEqual((await denseLayer(store, question, K, filter)).candidates)
        }
      }
    }
    expect(tf.memory().numTensors).toBe(before)
  })

  it('searches images, and cuts a long tie at the limit in figure-id order', async () => {
    for (const store of open) {
      const images = await exactLayer(store, 'image', questions, { distinct: K, limit: K })
      for (const [i, question] of questions.entries()) {
        expect(images[i]).toEqual(await store.nearestImages(question, K))
      }
      const [tied] = await exactLayer(store, 'caption', questions.slice(0, 1), { distinct: K, limit: 30 })
      expect(tied).toEqual(await store.nearestCaptions(questions[0]!, 30))
    }
  })

  it('gives nothing for nothing', async () => {
    expect(await exactLayer(open[0]!, 'caption', [], { distinct: K, limit: K })).toEqual([])
    const none = { distinct: K, limit: K, filter: { modalities: ['none'] } }
    expect(await exactLayer(open[0]!, 'caption', questions.slice(0, 2), none)).toEqual([[], []])
  })
})
