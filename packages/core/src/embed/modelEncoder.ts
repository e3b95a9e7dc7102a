import { type Tensor2D, tf } from '../backend/index.ts'
import type { EncodedVectors } from '../contracts/index.ts'
import {
  type ClipModel,
  decodeImages,
  imageTarget,
  pixelsToTensor,
  type Tokenizer,
  tokensToTensor,
} from '../model/index.ts'
import type { Encoder } from './encoder.ts'

const LARGEST_BATCH = 64
/** A few questions at a time should not pay for a full batch. */
const SMALL_BATCHES = [1, 8]

/**
 * A model as an encoder. Work is done in batches of at most three sizes: a batch in between is filled up with its own
 * first row, so that few graphs are compiled, and memory does not grow with the number of inputs.
 * The model stays the caller's.
 */
export function modelEncoder(
  model: ClipModel,
  tokenizer: Tokenizer,
  encoderId: string,
  options: { batchSize?: number } = {},
): Encoder {
  const { config } = model
  const dim = config.embedding
  const batchSize = options.batchSize ?? LARGEST_BATCH

  const sizes = [...SMALL_BATCHES.filter((size) => size < batchSize), batchSize]

  /** @param prepare gives what makes the embeddings [rows, dim] of a batch that is filled up to `rows` */
  const inBatches = async <T>(
    inputs: readonly T[],
    prepare: (batch: readonly T[], rows: number, first: number) => Promise<() => Tensor2D>,
  ): Promise<EncodedVectors> => {
    const data = new Float32Array(inputs.length * dim)
    for (let first = 0; first < inputs.length; first += batchSize) {
      const batch = inputs.slice(first, first + batchSize)
      const count = batch.length
      const encode = await prepare(batch, sizes.find((size) => size >= count)!, first)
      const vectors = tf.tidy(encode)
      try {
        data.set((await vectors.data<'float32'>()).subarray(0, count * dim), first * dim)
      } finally {
        vectors.dispose()
      }
    }
    return { encoderId, dim, data }
  }

  return {
    id: encoderId,
    dim,
    encodeTexts: (texts) =>
      inBatches(texts, async (batch, rows) => {
        const { context } = config.text
        const tokens = filled(tokenizer.encode(batch, context), batch.length, rows)
        return () => model.encodeTexts(tokensToTensor(tokens, config))
      }),
    encodeImages: (images) =>
      inBatches(images, async (batch, rows, first) => {
        const names = batch.map((_, i) => `number ${first + i}`)
        const pixels = filled(await decodeImages(batch, imageTarget(config), names), batch.length, rows)
        return () => model.encodeImages(pixelsToTensor(pixels, config))
      }),
  }
}

/** `rows` rows made `wanted` by repeating the first one. */
function filled<T extends Uint8Array | Int32Array>(values: T, rows: number, wanted: number): T {
  if (rows === wanted) return values
  const width = values.length / rows
  const result = new (values.constructor as new (length: number) => T)(wanted * width)
  result.set(values)
  for (let row = rows; row < wanted; row++) result.set(values.subarray(0, width), row * width)
  return result
}
