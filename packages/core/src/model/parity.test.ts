import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { loadBackend, tf } from '../backend/index.ts'
import { parameterSpecs } from './parameters.ts'
import {
  contrastiveLoss,
  largestDifference,
  type ParityFamily,
  parityBatch,
  parityModel,
  readParityFamilies,
  relativeError,
  scaledSimilarities,
} from './testing/parity.ts'

const families = await readParityFamilies()
const TOLERANCE = 1e-4

/** Embeddings, logits, loss and all gradients of a family against its reference, and nothing left over. */
function expectParity(family: ParityFamily): void {
  const before = tf.memory().numTensors
  const model = parityModel(family)
  tf.tidy(() => {
    const { pixels, tokens } = parityBatch(family)
    const images = model.encodeImages(pixels).dataSync()
    expect(largestDifference(images, family.images.flat()), 'images').toBeLessThan(TOLERANCE)
    const texts = model.encodeTexts(tokens).dataSync()
    expect(largestDifference(texts, family.texts.flat()), 'texts').toBeLessThan(TOLERANCE)
    const logits = scaledSimilarities(model, pixels, tokens).dataSync()
    expect(largestDifference(logits, family.logits.flat()), 'logits').toBeLessThan(TOLERANCE)
    const { value, gradients } = model.gradients(() => contrastiveLoss(model, pixels, tokens))
    expect(Math.abs(value.dataSync()[0]! - family.loss)).toBeLessThan(TOLERANCE)
    expect(Object.keys(gradients).sort()).toEqual([...parameterSpecs(family.config).keys()].sort())
    for (const [name, gradient] of Object.entries(gradients)) {
      const wanted = family.tensors.get(`gradient/${name}`)!
      expect(relativeError(gradient.dataSync(), wanted), name).toBeLessThan(TOLERANCE)
      gradient.dispose()
    }
    value.dispose()
  })
  model.dispose()
  expect(tf.memory().numTensors).toBe(before)
}

describe.each(['onnx', 'cpu'] as const)('with the %s backend', (id) => {
  beforeAll(() => loadBackend({ id }))

  test.each(families.map((family) => [family.config.id, family] as const))(
    'a model of family %s gives the embeddings, logits and gradients of the reference',
    (_, family) => expectParity(family),
  )
})

test('larger shapes give the embeddings, logits and gradients of the reference', {
  timeout: 180_000,
}, async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'parity-'))
  try {
    await makeLargeShapes(folder, context)
    await loadBackend({ id: 'onnx' })
    for (const family of await readParityFamilies(folder)) expectParity(family)
  } finally {
    await rm(folder, { recursive: true })
  }
})

const python = process.env.ANAMNESIS_PYTHON ?? 'python3'

/** Runs the golden script for larger shapes, or skips the test with the reason. */
async function makeLargeShapes(folder: string, context: TestContext): Promise<void> {
  const run = promisify(execFile)
  const environment = { env: { ...process.env, OMP_NUM_THREADS: '1' } }
  const missing = await run(
    python,
    ['-c', 'import torch, open_clip, timm, transformers, safetensors'],
    environment,
  ).then(
    () => null,
    (error: Error) => error.message.trim().split('\n').at(-1)!,
  )
  if (missing) {
    context.skip(`not run: ${python} has no open_clip with timm and transformers (${missing}); set ANAMNESIS_PYTHON`)
  }
  const script = fileURLToPath(new URL('golden/make_parity_golden.py', import.meta.url))
  await run(python, [script, '--large', folder], environment)
}
