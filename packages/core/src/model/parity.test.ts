import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { loadBackend, tf } from '../backend/index.ts'
import { parameterSpecs } from './parameters.ts'
import {
  contrastiveLoss,
  euclidean,
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
/** Largest differences found, a line for each comparison; printed on demand (`npm run parity`). */
const table: string[] = []
afterAll(() => {
  if (process.env.ANAMNESIS_PARITY_TABLE) console.log(table.join('\n'))
})

/** Embeddings, logits, loss and all gradients of a family against its reference, and nothing left over. */
function expectParity(what: string, family: ParityFamily): void {
  const before = tf.memory().numTensors
  const model = parityModel(family)
  const found = tf.tidy(() => {
    const { pixels, tokens } = parityBatch(family)
    const differences = {
      images: largestDifference(model.encodeImages(pixels).dataSync(), family.images.flat()),
      texts: largestDifference(model.encodeTexts(tokens).dataSync(), family.texts.flat()),
      logits: largestDifference(scaledSimilarities(model, pixels, tokens).dataSync(), family.logits.flat()),
    }
    const { value, gradients } = model.gradients(() => contrastiveLoss(model, pixels, tokens))
    expect(Math.abs(value.dataSync()[0]! - family.loss)).toBeLessThan(TOLERANCE)
    expect(Object.keys(gradients).sort()).toEqual([...parameterSpecs(family.config).keys()].sort())
    let gradient = 0
    for (const [name, tensor] of Object.entries(gradients)) {
      const wanted = (name: string) => family.tensors.get(`gradient/${name}`)!
      // A key's bias shifts all scores of a query alike: its gradient is rounding, to be measured by the query's.
      const size = name.endsWith('self.key.bias') ? euclidean(wanted(name.replace('key', 'query'))) : undefined
      const error = relativeError(tensor.dataSync(), wanted(name), size)
      expect(error, name).toBeLessThan(TOLERANCE)
      gradient = Math.max(gradient, error)
      tensor.dispose()
    }
    value.dispose()
    return { ...differences, gradient }
  })
  model.dispose()
  for (const [name, difference] of Object.entries(found)) expect(difference, name).toBeLessThan(TOLERANCE)
  expect(tf.memory().numTensors).toBe(before)
  const numbers = Object.entries(found).map(([name, difference]) => `${name} ${difference.toExponential(1)}`)
  table.push(`parity  ${`${family.config.id}, ${what}`.padEnd(32)}  ${numbers.join('  ')}`)
}

describe.each(['onnx', 'cpu'] as const)('with the %s backend', (id) => {
  beforeAll(() => loadBackend({ id }))

  test.each(families.map((family) => [family.config.id, family] as const))(
    'a model of family %s gives the embeddings, logits and gradients of the reference',
    (_, family) => expectParity(id, family),
  )
})

test('larger shapes give the embeddings, logits and gradients of the reference', {
  timeout: 300_000,
}, async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'parity-'))
  try {
    await makeLargeShapes(folder, context)
    await loadBackend({ id: 'onnx' })
    for (const family of await readParityFamilies(folder)) expectParity('larger shapes', family)
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
