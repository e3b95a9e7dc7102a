import { describe, expect, it } from 'vitest'
import type { ModelImportRowFragment, ModelRowFragment } from '../graphql/generated/graphql.ts'
import { architectureOf, importOf, keyProblem, parameters, parityOf } from './models.ts'

const model: ModelRowFragment = {
  id: 'm',
  key: 'biomedclip',
  encoderId: 'biomedclip@0123456789ab',
  digest: 'd',
  origin: 'imported',
  source: 'inbox:BiomedCLIP',
  bytes: 784_000_000,
  parameterCount: 195_900_000,
  embedding: 512,
  image: { kind: 'timm', width: 768, depth: 12, heads: 12, size: 224, patch: 16, activation: 'gelu' },
  text: { kind: 'bert', width: 768, depth: 12, heads: 12, context: 256, vocabulary: 30_522 },
  preprocessing: { mean: [0.481, 0.458, 0.408], std: [0.27, 0.27, 0.27], details: {} },
  tokenizerKind: 'wordPiece',
  parity: null,
  addedAt: '2026-11-24T10:00:00Z',
  runCount: 0,
}

describe('architecture', () => {
  it('names both towers, the preprocessing and the size', () => {
    expect(architectureOf(model).map(({ term, value }) => `${term}: ${value}`)).toEqual([
      'Images: timm ViT, 224 px, patch 16',
      'Texts: BERT, 256 tokens',
      'Embedding: 512',
      'Size: 196 M',
    ])
    const details = architectureOf(model).map(({ detail }) => detail)
    expect(details[1]).toBe('768 wide, 12 blocks, 12 heads; WordPiece, 30,522 tokens known')
    expect(details[2]).toBe('pixels minus 0.4810 / 0.4580 / 0.4080, over 0.2700')
  })

  it.each([
    [999, '999'],
    [12_300, '12 k'],
    [5_430_000, '5.4 M'],
    [149_600_000, '150 M'],
    [1_100_000_000, '1.1 G'],
  ])('writes %d parameters as %s', (value, text) => {
    expect(parameters(value)).toBe(text)
  })
})

describe('parity', () => {
  const stamp = { reference: 'open_clip', version: '3.3.0', at: '2026-11-24T10:00:00Z' }
  it('is unknown without a stamp', () => {
    expect(parityOf(null)).toMatchObject({ state: 'unknown', label: 'not verified' })
  })
  it('says what was compared and how far it is', () => {
    expect(parityOf({ ...stamp, maxDifferenceImages: 2.4e-6, maxDifferenceTexts: 0, same: true })).toEqual({
      state: 'same',
      label: 'equals open_clip 3.3.0',
      detail: 'Largest difference of an embedding coordinate: images 2.4e-6, texts 0',
    })
    expect(parityOf({ ...stamp, maxDifferenceImages: 2.4e-6, maxDifferenceTexts: 0.02, same: false })).toMatchObject({
      state: 'differs',
      label: 'differs from open_clip 3.3.0',
    })
  })
})

describe('an import', () => {
  const row: ModelImportRowFragment = {
    id: 'i',
    key: 'k',
    source: 'inbox:k',
    state: 'RUNNING',
    stage: null,
    done: null,
    total: null,
    errorCode: null,
    message: null,
    createdAt: '2026-11-24T10:00:00Z',
  }
  it.each([
    [{ state: 'WAITING' }, 'waiting for its turn', 0],
    [{}, 'starting', null],
    [{ stage: 'checking' }, 'checking', null],
    [{ stage: 'tensors', done: 30, total: 120 }, 'tensors: 30 of 120', 0.25],
    [{ stage: 'weights', done: 3e8, total: 6e8 }, 'weights: 300.0 MB of 600.0 MB', 0.5],
    [{ state: 'SUCCEEDED' }, 'imported', 1],
    [{ state: 'FAILED' }, 'failed', null],
  ])('%j', (over, words, share) => {
    expect(importOf({ ...row, ...over })).toEqual({ words, share })
  })
})

it('refuses ids that cannot be one, and those that are taken', () => {
  expect(keyProblem('biomedclip-2', ['biomedclip'])).toBeNull()
  expect(keyProblem('biomedclip', ['biomedclip'])).toContain('already')
  for (const key of ['', 'A', '-a', 'a b', 'a/b']) expect(keyProblem(key, [])).toContain('Lower-case')
})
