import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { loadBackend, tf } from '../../backend/index.ts'
import { createModel } from '../clip.ts'
import { findModelConfig, parseModelConfig } from '../configs.ts'
import { saveModel } from '../folder.ts'
import { BytePairTokenizer } from '../tokenizers/bytePairTokenizer.ts'
import { WordPieceTokenizer } from '../tokenizers/wordPieceTokenizer.ts'
import { exportCheckpoint } from './export.ts'
import { importCheckpoint } from './import.ts'
import { PARITY_TOLERANCE, readParityStamp, verifyModel } from './verify.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const python = process.env.ANAMNESIS_PYTHON ?? 'python3'
const three = { image: { heads: 3 }, text: { heads: 3 } }

let root: string
beforeAll(async () => {
  await loadBackend()
  root = await mkdtemp(join(tmpdir(), 'export-'))
})
afterAll(() => rm(root, { recursive: true }))

let made = 0
const fresh = (name: string) => join(root, `${name}-${made++}`)

/** A fixture as a model folder. */
async function imported(name: string) {
  const architecture = name === 'biomedclip' ? { architecture: three } : {}
  return importCheckpoint({ source: join(fixtures, name), id: `${name}-${made++}`, targetRoot: root, ...architecture })
}

describe('an exported model', () => {
  test.each([
    ['open-clip', 'open_clip', 'open_clip_model.safetensors'],
    ['open-clip', 'huggingface', 'model.safetensors'],
    ['huggingface', 'open_clip', 'open_clip_model.safetensors'],
    ['huggingface', 'huggingface', 'model.safetensors'],
    ['biomedclip', 'open_clip', 'open_clip_model.safetensors'],
  ])('of %s comes back from %s with the same weights and config', async (name, layout, weights) => {
    const model = await imported(name)
    const target = fresh('out')
    const files = await exportCheckpoint({ folder: model.folder, layout, target })
    expect(files[0]).toBe(weights)
    const again = await importCheckpoint({
      source: target,
      id: 'again',
      targetRoot: fresh('models'),
      ...(name === 'biomedclip' ? { architecture: three } : {}),
    })
    expect(again.layout).toBe(layout)
    expect(again.digest).toBe(model.digest)
    expect({ ...again.config, id: '' }).toEqual({ ...model.config, id: '' })
  })

  test('in halves stays in halves', async () => {
    const model = await importCheckpoint({
      source: join(fixtures, 'openai', 'ViT-small.pt'),
      id: 'halves',
      targetRoot: root,
      tokenizer: join(fixtures, 'open-clip', 'merges.txt'),
      architecture: three,
    })
    const target = fresh('out')
    await exportCheckpoint({ folder: model.folder, layout: 'huggingface', target })
    const again = await importCheckpoint({ source: target, id: 'again', targetRoot: fresh('models') })
    expect(again.digest).toBe(model.digest)
  })

  test('needs a new folder, a known layout and towers that it can express', async () => {
    const { folder } = await imported('biomedclip')
    const target = fresh('out')
    await mkdir(target)
    await writeFile(join(target, 'something'), '')
    await expect(exportCheckpoint({ folder, layout: 'open_clip', target })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await readdir(target)).toEqual(['something'])
    await expect(exportCheckpoint({ folder, layout: 'onnx', target: fresh('out') })).rejects.toThrow(
      /no layout "onnx"\. Known: open_clip, huggingface/,
    )
    await expect(exportCheckpoint({ folder, layout: 'huggingface', target: fresh('out') })).rejects.toThrow(
      /CLIP's towers only; this model's are "timm" and "bert"/,
    )
  })

  test('of towers with different activations goes to Hugging Face only', async () => {
    const config = parseModelConfig(
      { ...findModelConfig('test'), image: { ...findModelConfig('test').image, activation: 'quickGelu' } },
      'test',
    )
    const model = createModel(config, 1)
    const folder = fresh('mixed')
    await saveModel(folder, model, new BytePairTokenizer([]))
    model.dispose()
    await expect(exportCheckpoint({ folder, layout: 'open_clip', target: fresh('out') })).rejects.toThrow(
      /no model with towers of different activations/,
    )
    const target = fresh('out')
    await exportCheckpoint({ folder, layout: 'huggingface', target })
    const { vision_config, text_config } = JSON.parse(await readFile(join(target, 'config.json'), 'utf8'))
    expect([vision_config.hidden_act, text_config.hidden_act]).toEqual(['quick_gelu', 'gelu'])
  })
})

test('a model folder of another installation is taken over as it is', async () => {
  const model = await imported('biomedclip')
  const elsewhere = fresh('elsewhere')
  await cp(model.folder, elsewhere, { recursive: true })
  const again = await importCheckpoint({ source: elsewhere, id: 'again', targetRoot: fresh('models') })
  expect(again.layout).toBe('anamnesis')
  expect(again.digest).toBe(model.digest)
  expect({ ...again.config, id: model.config.id }).toEqual(model.config)
})

let missing: Promise<string | null> | undefined

/** Skips with the reason where the reference cannot run. */
async function needPython(context: TestContext): Promise<void> {
  missing ??= promisify(execFile)(python, ['-c', 'import torch, open_clip, timm, transformers']).then(
    () => null,
    (error: Error) => error.message.trim().split('\n').at(-1)!,
  )
  const reason = await missing
  if (reason)
    context.skip(`not run: ${python} has no open_clip with timm and transformers (${reason}); set ANAMNESIS_PYTHON`)
}

describe('a reference', { timeout: 180_000 }, () => {
  test.for(['open_clip', 'huggingface'])(
    'of the kind %s loads our export and computes the same',
    async (layout, context) => {
      await needPython(context)
      const { folder, digest } = await imported('open-clip')
      const target = fresh('out')
      await exportCheckpoint({ folder, layout, target })
      const before = tf.memory().numTensors
      const stamp = await verifyModel({ folder, against: target, python })
      expect(tf.memory().numTensors).toBe(before)
      expect(stamp.reference).toBe(layout === 'huggingface' ? 'transformers' : 'open_clip')
      expect(stamp.maxDifferenceImages).toBeLessThan(PARITY_TOLERANCE)
      expect(stamp.maxDifferenceTexts).toBeLessThan(PARITY_TOLERANCE)
      expect(await readParityStamp(folder, digest)).toEqual(stamp)
      expect(await readParityStamp(folder, 'other weights')).toBeNull()
    },
  )

  test('of towers of timm and BERT needs no network and sees a wrong model', async (context) => {
    await needPython(context)
    const words = [
      '[PAD]',
      '[UNK]',
      '[CLS]',
      '[SEP]',
      'lung',
      'heart',
      ...Array.from({ length: 20 }, (_, i) => `##${i}`),
    ]
    const config = parseModelConfig(
      {
        id: 'small-biomed',
        image: { kind: 'timm', size: 224, patch: 16, width: 192, depth: 12, heads: 3 },
        text: { kind: 'bert', context: 16, vocabulary: words.length, width: 64, depth: 2, heads: 1, positions: 32 },
        embedding: 32,
      },
      'test',
    )
    const folder = fresh('biomed')
    const model = createModel(config, 3)
    await saveModel(folder, model, new WordPieceTokenizer(words))
    model.dispose()
    const stamp = await verifyModel({ folder, python })
    expect(stamp.maxDifferenceImages).toBeLessThan(PARITY_TOLERANCE)
    expect(stamp.maxDifferenceTexts).toBeLessThan(PARITY_TOLERANCE)
    const target = fresh('out')
    await exportCheckpoint({ folder, layout: 'open_clip', target, textModel: 'org/of-the-hub' })
    const other = createModel(config, 4)
    await saveModel(folder, other, new WordPieceTokenizer(words))
    other.dispose()
    const wrong = await verifyModel({ folder, against: target, python })
    expect(Math.min(wrong.maxDifferenceImages, wrong.maxDifferenceTexts)).toBeGreaterThan(PARITY_TOLERANCE)
  })

  test('that is absent is said to be', async () => {
    const { folder } = await imported('open-clip')
    await expect(verifyModel({ folder, python: join(root, 'no-python') })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringMatching(
        /Not verified: .*no-python cannot run the reference.*pip install torch open_clip_torch.*ANAMNESIS_PYTHON/,
      ),
    })
    expect(await readdir(folder)).not.toContain('parity.json')
  })
})
