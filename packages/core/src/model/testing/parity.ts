import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Scalar, softmaxCrossEntropy, type Tensor2D, type Tensor4D, tf } from '../../backend/index.ts'
import type { ModelConfig } from '../../contracts/index.ts'
import { ClipModel } from '../clip.ts'
import { parseModelConfig } from '../configs.ts'
import { parameterSpecs } from '../parameters.ts'
import { SafetensorsReader } from '../safetensors.ts'

/** What the reference implementation gave for one architecture family (golden/make_parity_golden.py). */
export interface ParityFamily {
  config: ModelConfig
  batch: number
  tokens: number[][]
  images: number[][]
  texts: number[][]
  logits: number[][]
  loss: number
  adamw: { steps: number; learningRate: number; weightDecay: number }
  /** `gradient/<name>`, `trained/<name>` after the AdamW steps, and for larger shapes `start/<name>`. */
  tensors: ReadonlyMap<string, Float32Array>
}

const golden = fileURLToPath(new URL('../golden', import.meta.url))

/** The families that a folder holds: those in the repository, or larger ones made for the test run. */
export async function readParityFamilies(folder = golden): Promise<ParityFamily[]> {
  const families = JSON.parse(await readFile(join(folder, 'parity.json'), 'utf8')) as ParityFamily[]
  return Promise.all(
    families.map(async (family) => {
      const { id } = family.config
      await using reader = await SafetensorsReader.open(join(folder, `parity.${id}.safetensors`))
      const tensors = new Map<string, Float32Array>()
      for (const name of reader.tensors.keys()) tensors.set(name, (await reader.read(name)) as Float32Array)
      return { ...family, config: parseModelConfig(family.config, id), tensors }
    }),
  )
}

/** The integer sequence of make_parity_golden.py: centre +- halfWidth. */
export function sequence(seed: number, length: number, centre: number, halfWidth: number): Float32Array {
  let x = seed
  return Float32Array.from({ length }, () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0
    return centre + halfWidth * (x / 2 ** 31 - 1)
  })
}

const isNorm = (name: string) => name.endsWith('weight') && /ln_|norm|LayerNorm/.test(name)

/** The family's model with the weights that the reference started from, its logit scale trained as well. */
export function parityModel({ config, tensors }: ParityFamily): ClipModel {
  const specs = parameterSpecs(config)
  const seeds = new Map([...specs.keys()].sort().map((name, i) => [name, i + 1]))
  return new ClipModel(
    config,
    (name) => {
      const start = tensors.get(`start/${name}`)
      if (start) return start
      if (name === 'logit_scale') return Float32Array.of(2)
      const length = specs.get(name)!.shape.reduce((product, size) => product * size, 1)
      return sequence(seeds.get(name)!, length, isNorm(name) ? 1 : 0, 0.3)
    },
    { trainLogitScale: true },
  )
}

/** The batch that the reference saw; to be called inside tf.tidy. */
export function parityBatch({ config, batch, tokens }: ParityFamily): { pixels: Tensor4D; tokens: Tensor2D } {
  const { size } = config.image
  const pixels = sequence(1001, batch * size * size * 3, 0, 2)
  return {
    pixels: tf.tensor4d(pixels, [batch, size, size, 3]),
    tokens: tf.tensor2d(tokens, undefined, 'int32'),
  }
}

/** Cross-entropy over rows and columns of the scaled similarities, whose pairs lie on the diagonal. */
export function contrastiveLoss(model: ClipModel, pixels: Tensor4D, tokens: Tensor2D): Scalar {
  const pairs: Tensor2D = tf.eye(pixels.shape[0])
  const logits = scaledSimilarities(model, pixels, tokens)
  return tf.add(softmaxCrossEntropy(logits, pairs), softmaxCrossEntropy(tf.transpose(logits), pairs))
}

/** [images, texts] */
export function scaledSimilarities(model: ClipModel, pixels: Tensor4D, tokens: Tensor2D): Tensor2D {
  return tf.mul(tf.matMul(model.encodeImages(pixels), model.encodeTexts(tokens), false, true), model.logitScale())
}

/** Largest difference of two lists of equal length. */
export function largestDifference(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY
  let largest = 0
  for (let i = 0; i < wanted.length; i++) largest = Math.max(largest, Math.abs(actual[i]! - wanted[i]!))
  return largest
}

/** |actual - wanted| / size, in Euclidean norms. @param size absent: |wanted| */
export function relativeError(
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  size: number = euclidean(wanted),
): number {
  return euclidean(Float64Array.from(actual, (value, i) => value - wanted[i]!)) / size
}

/** Root of the sum of squares. */
export function euclidean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2
  return Math.sqrt(sum)
}
