import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadBackend, tf } from '../../backend/index.ts'
import type { ClipModel } from '../clip.ts'
import { loadModel } from '../folder.ts'
import { type ImportRequest, importCheckpoint } from './import.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const merges = join(fixtures, 'open-clip', 'merges.txt')

interface Expected {
  tokens: number[][]
  images: number[][]
  texts: number[][]
  logitScale: number
}

let root: string
beforeAll(async () => {
  await loadBackend()
  root = await mkdtemp(join(tmpdir(), 'checkpoints-'))
})
afterAll(() => rm(root, { recursive: true }))

/** The integer sequence of make_checkpoints.py: centre 0, half width 2. */
function pixelValues(length: number): Float32Array {
  let x = 1001
  return Float32Array.from({ length }, () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0
    return 2 * (x / 2 ** 31 - 1)
  })
}

/** Largest difference of any embedding coordinate from the reference's. */
function difference(model: ClipModel, expected: Expected): number {
  return tf.tidy(() => {
    const { size } = model.config.image
    const batch = expected.images.length
    const pixels = tf.tensor4d(pixelValues(batch * size * size * 3), [batch, size, size, 3])
    const actual = [
      ...model.encodeImages(pixels).dataSync(),
      ...model.encodeTexts(tf.tensor2d(expected.tokens, undefined, 'int32')).dataSync(),
    ]
    const wanted = [...expected.images.flat(), ...expected.texts.flat()]
    expect(actual.length).toBe(wanted.length)
    return Math.max(...actual.map((value, i) => Math.abs(value - wanted[i]!)))
  })
}

const eightWide = { image: { heads: 3 }, text: { heads: 3 } }
const cases: Record<string, Partial<ImportRequest> & { file: string; layout: string; ignored?: string[] }> = {
  'open-clip': { file: '', layout: 'open_clip' },
  'training-state': {
    file: 'epoch_3.pt',
    layout: 'open_clip',
    activation: 'quickGelu',
    architecture: eightWide,
    tokenizer: merges,
  },
  openai: {
    file: 'ViT-small.pt',
    tokenizer: merges,
    layout: 'open_clip',
    architecture: eightWide,
    ignored: ['input_resolution', 'context_length', 'vocab_size'],
  },
  huggingface: { file: '', layout: 'huggingface' },
  biomedclip: {
    file: '',
    layout: 'open_clip',
    architecture: eightWide,
    ignored: ['text.transformer.embeddings.position_ids'],
  },
}

describe.each(Object.entries(cases))(
  'a checkpoint of the kind %s',
  (name, { file, layout, ignored = [], ...request }) => {
    test('gives the embeddings that its own library computes', async () => {
      const expected: Expected = JSON.parse(await readFile(join(fixtures, name, 'expected.json'), 'utf8'))
      const progress: number[] = []
      const info = await importCheckpoint({
        source: join(fixtures, name, file),
        id: name,
        targetRoot: root,
        onProgress: ({ done, total }) => progress.push(done / total!),
        ...request,
      })
      expect(info.layout).toBe(layout)
      expect(info.ignored.sort()).toEqual([...ignored].sort())
      expect(progress.at(-1)).toBe(1)
      expect((await readdir(info.folder)).sort()).toEqual([
        'model.json',
        'source.json',
        'tokenizer.json',
        'weights.safetensors',
      ])
      const before = tf.memory().numTensors
      const { model, encoderId } = await loadModel(info.folder)
      expect(encoderId).toBe(info.encoderId)
      expect(difference(model, expected)).toBeLessThan(1e-4)
      expect(tf.tidy(() => model.logitScale().dataSync()[0])).toBeCloseTo(expected.logitScale, 4)
      model.dispose()
      expect(tf.memory().numTensors).toBe(before)
    })
  },
)

test('a checkpoint can be imported for another image size, but not for one that its patches do not divide', async () => {
  const request = { source: join(fixtures, 'open-clip'), tokenizer: merges, targetRoot: root, id: 'larger' }
  await expect(importCheckpoint({ ...request, imageSize: 30 })).rejects.toThrow(/Image size 30 must be a multiple/)
  expect(await readdir(root)).not.toContain('larger')
  const { folder } = await importCheckpoint({ ...request, imageSize: 32 })
  const { model } = await loadModel(folder)
  const shape = tf.tidy(() => model.encodeImages(tf.zeros([1, 32, 32, 3])).shape)
  expect(shape).toEqual([1, model.config.embedding])
  model.dispose()
})
