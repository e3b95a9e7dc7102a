import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadBackend, tf } from '../backend/index.ts'
import { type ClipModel, createModel } from './clip.ts'
import { findModelConfig } from './configs.ts'
import { loadModel, readModelInfo, saveModel } from './folder.ts'
import { SafetensorsReader, writeSafetensors } from './safetensors.ts'
import { trainTokenizer } from './tokenizers/trainTokenizer.ts'

const config = findModelConfig('test')
const tokenizer = trainTokenizer(['a photo of a lung', 'a photo of a heart'], config.text.vocabulary)
let model: ClipModel
let folder: string

beforeAll(async () => {
  await loadBackend()
  model = createModel(config, 5)
})
afterAll(() => model.dispose())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Rewrites the weights file with other tensors. */
async function rewrite(change: (name: string, data: Float32Array) => [string, Float32Array] | null): Promise<void> {
  const path = join(folder, 'weights.safetensors')
  const tensors = []
  {
    await using reader = await SafetensorsReader.open(path)
    for (const [name, { shape }] of reader.tensors) {
      const changed = change(name, (await reader.read(name)) as Float32Array)
      if (changed) tensors.push({ name: changed[0], type: 'F32' as const, shape, data: changed[1] })
    }
  }
  await writeSafetensors(path, tensors)
}

describe('a model folder', () => {
  test('gives back the same weights, config and tokens', async () => {
    const info = await saveModel(folder, model, tokenizer)
    expect((await readdir(folder)).sort()).toEqual(['model.json', 'tokenizer.json', 'weights.safetensors'])
    const before = tf.memory().numTensors
    const loaded = await loadModel(folder)
    expect(loaded.encoderId).toBe(`test@${info.digest.slice(0, 12)}`)
    expect(loaded.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(loaded.model.config).toEqual(config)
    expect(loaded.tokenizer.encode(['a lung'], 8)).toEqual(tokenizer.encode(['a lung'], 8))
    for (const [name, variable] of model.variables) {
      expect(loaded.model.variables.get(name)!.dataSync(), name).toEqual(variable.dataSync())
    }
    loaded.model.dispose()
    expect(tf.memory().numTensors).toBe(before)
    expect(await readModelInfo(folder)).toEqual(info)
  })

  test('has the same digest for the same weights and another for others', async () => {
    const first = await saveModel(folder, model, tokenizer)
    const second = await saveModel(join(folder, 'again'), model, tokenizer)
    expect(second.digest).toBe(first.digest)
    const other = createModel(config, 6)
    const third = await saveModel(join(folder, 'other'), other, tokenizer)
    other.dispose()
    expect(third.encoderId).not.toBe(first.encoderId)
  })

  test('takes half the room in halves, close to the weights', async () => {
    await saveModel(folder, model, tokenizer)
    const { size } = await stat(join(folder, 'weights.safetensors'))
    await saveModel(folder, model, tokenizer, { dtype: 'F16' })
    expect((await stat(join(folder, 'weights.safetensors'))).size).toBeLessThan(0.6 * size)
    const loaded = await loadModel(folder)
    const weights = model.variables.get('visual.proj')!.dataSync()
    loaded.model.variables
      .get('visual.proj')!
      .dataSync()
      .forEach((value, i) => {
        expect(value).toBeCloseTo(weights[i]!, 3)
      })
    loaded.model.dispose()
  })

  test('names missing and unexpected tensors together', async () => {
    await saveModel(folder, model, tokenizer)
    await rewrite((name, data) => (name === 'ln_final.bias' ? null : [name === 'visual.proj' ? 'proj' : name, data]))
    await expect(loadModel(folder)).rejects.toMatchObject({
      code: 'CORRUPT_WEIGHTS',
      message: expect.stringMatching(/missing: visual\.proj, ln_final\.bias; unexpected: proj/),
    })
  })

  test('names the tensor that holds no number', async () => {
    await saveModel(folder, model, tokenizer)
    await rewrite((name, data) => [name, name === 'visual.ln_post.bias' ? data.fill(Number.NaN, 3, 4) : data])
    const before = tf.memory().numTensors
    await expect(loadModel(folder)).rejects.toMatchObject({
      code: 'CORRUPT_WEIGHTS',
      message: expect.stringMatching(/"visual\.ln_post\.bias" holds NaN at position 3/),
    })
    expect(tf.memory().numTensors).toBe(before)
  })

  test('that lacks a file says which', async () => {
    await expect(readModelInfo(folder)).rejects.toMatchObject({
      code: 'MISSING_DATA',
      message: expect.stringContaining('model.json'),
    })
    await saveModel(folder, model, tokenizer)
    await rm(join(folder, 'weights.safetensors'))
    await expect(readModelInfo(folder)).rejects.toMatchObject({
      code: 'MISSING_DATA',
      message: expect.stringContaining('weights.safetensors'),
    })
  })

  test('with a broken config says what is wrong with it', async () => {
    await saveModel(folder, model, tokenizer)
    const path = join(folder, 'model.json')
    const raw = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ ...raw, image: { ...raw.image, heads: 5 } }))
    await expect(readModelInfo(folder)).rejects.toMatchObject({
      code: 'CORRUPT_WEIGHTS',
      message: expect.stringMatching(/image\.width \(24\) must be a multiple of image\.heads \(5\)/),
    })
    await writeFile(path, '{')
    await expect(readModelInfo(folder)).rejects.toMatchObject({ code: 'CORRUPT_WEIGHTS' })
  })

  test('refuses a tokenizer with more tokens than the model', async () => {
    const words = Array.from({ length: 90 }, (_, i) => `lungs${'abcdefghij'[i % 10]}${'klmnopqrs'[i % 9]} `)
    const large = trainTokenizer([...words, ...words], 700)
    await expect(saveModel(folder, model, large)).rejects.toThrow(
      /tokenizer of .* has \d+ tokens, model size "test" only 600/,
    )
  })
})
