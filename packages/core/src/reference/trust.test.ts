import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random, task } from '../contracts/index.ts'
import { domainClassifier, indexCorpus, openIndex } from '../retrieve/index.ts'
import { SyntheticEncoder, syntheticCorpus } from '../retrieve/synthetic.fixture.ts'
import type { VectorStore } from '../stores/index.ts'
import { domainGap, keywordSpread } from './domainGap.ts'
import { buildReferenceSet } from './index.ts'
import { trustOf, trustScale } from './trust.ts'

const { source } = syntheticCorpus()
const encoder = new SyntheticEncoder()
let root: string
let store: VectorStore

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anamnesis-trust-'))
  store = await openIndex({ root, corpus: { id: 'synthetic', digest: source.digest }, encoder, store: 'exact' })
  await indexCorpus({ corpus: source, encoder, store })
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

const learned = task.parse({
  id: 'ct',
  name: 'ct',
  domain: 'CT',
  modality: 'CT',
  anatomy: 'lung',
  classes: ['adenocarcinoma', 'cyst'].map((name) => ({ id: name, name, promptName: name })),
  licence: 'CC0',
})
const build = (trustFloor: number | null) =>
  buildReferenceSet({
    policy: 'dynamic',
    pastTasks: [learned],
    seenDomains: ['CT'],
    size: 120,
    store,
    encoder,
    random: new Random(7),
    trustFloor,
  })

describe('retrieval trust', () => {
  it('is one half at the median of random pairs and grows with S_v', () => {
    const scale = { median: 0.2, deviation: 0.05 }
    expect(trustOf(0.2, scale)).toBe(0.5)
    expect(trustOf(0.25, scale)).toBeCloseTo(1 / (1 + Math.exp(-1)), 10)
    expect(trustOf(0.1, scale)).toBeLessThan(0.2)
  })

  it('drops figures below the floor and tells what it thinks of each question', async () => {
    const [free, floored, strict] = [await build(null), await build(0.5), await build(0.95)]
    expect(free.trust).toBeNull()
    expect(floored.trust!.size).toBeGreaterThan(0)
    for (const value of floored.trust!.values()) expect(value).toBeGreaterThanOrEqual(0.5)
    const least = (set: typeof free) => Math.min(...set.pairs.map(({ visual }) => visual))
    expect(least(floored)).toBeGreaterThanOrEqual(least(free))
    expect(least(strict)).toBeGreaterThan(least(floored))
    expect(floored.pairs.every(({ question }) => floored.trust!.has(question))).toBe(true)
  })

  it('has no scale for a single question', async () => {
    expect(await trustScale([], { encoder, store, random: new Random(1) })).toBeNull()
  })
})

describe('the domain gap', () => {
  it('is larger for images of an unseen domain than for those of a seen one', async () => {
    const domains = await domainClassifier(encoder)
    const spread = await keywordSpread(store, encoder)
    const found = await build(null)
    const ids = found.pairs.filter(({ bag }) => bag === 'task').map(({ figureId }) => figureId)
    const gapOf = async (text: string) => {
      const { data } = await encoder.encodeTexts([text])
      const near = await store.nearestCaptions(data, 8)
      const vectors = await store.imageVectors(near.map(({ figure }) => figure.id))
      const images = [...vectors.values()]
      return domainGap({ images, seen: ['CT'], references: new Map([['CT', ids]]), store, domains, spread })
    }
    const [known, foreign] = [
      await gapOf('A CT photo of cyst in the lung'),
      await gapOf('A fundus photo of the retina'),
    ]
    expect(foreign.gap).toBeGreaterThan(known.gap + 0.2)
    expect(foreign.neighbours).toBeGreaterThan(known.neighbours)
    const none = await domainGap({ images: [], seen: [], references: new Map(), store, domains, spread })
    expect(none.gap).toBe(1)
  })
})
