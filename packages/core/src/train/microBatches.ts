import {
  accumulate,
  flush,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tf,
  type Variable,
} from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'
import type { ClipModel } from '../model/index.ts'

interface PairBatch {
  /** [batch, size, size, 3] */
  images: Tensor4D
  /** [batch, context], int32 */
  tokens: Tensor2D
}

/** Names of the embeddings among those of the model's variables. */
const IMAGES = '/images'
const TEXTS = '/texts'

/**
 * Value and gradients of a loss that needs the embeddings of the whole batch (contrastive losses), with the memory of a
 * part of it at a time (gradient cache, Gao 2021). The gradients are those of the whole batch, up to rounding:
 *
 *     1. embed every part and keep the embeddings only
 *     2. G = gradient of the loss for all embeddings; and the loss's own gradients (logit scale)
 *     3. of each part the gradient of sum(embeddings * G), with G constant; all parts add up
 *
 * It costs one more forward pass than the whole batch at once. Call it inside tf.tidy; the caller disposes value and
 * gradients.
 * @param size pairs in a part
 * @param loss of the embeddings of the whole batch [batch, dim], unit rows
 * @throws BAD_INPUT when the batch is no multiple of `size`: every part runs the same graph
 */
export function gradientsInParts(
  model: ClipModel,
  batch: PairBatch,
  size: number,
  loss: (images: Tensor2D, texts: Tensor2D) => Scalar,
): { value: Scalar; gradients: NamedTensorMap } {
  const pairs = batch.images.shape[0]
  if (pairs % size !== 0) {
    throw new AnamnesisError('BAD_INPUT', `A batch of ${pairs} does not divide into parts of ${size}.`)
  }
  const parts = inParts(batch.images, batch.tokens, pairs / size)
  const { value, gradients: sum, ofParts } = gradientsOfEmbeddings(model, embeddings(model, parts), loss, parts.length)
  for (const [index, part] of parts.entries()) {
    const towers = model.gradients(() => {
      const embedded = embed(model, part)
      return tf.add(inner(embedded.images, ofParts[index]!.images), inner(embedded.texts, ofParts[index]!.texts))
    })
    towers.value.dispose()
    addTo(sum, towers.gradients)
    flush() // what the part kept for its gradient is free before the next one begins
  }
  return { value, gradients: sum }
}

type Part = { images: Tensor; tokens: Tensor }

/** Cut apart before anything is computed with them, so that all parts are inputs of one and the same graph. */
function inParts(images: Tensor, tokens: Tensor, count: number): Part[] {
  const [ofImages, ofTokens] = [tf.split(images, count, 0), tf.split(tokens, count, 0)]
  flush()
  return ofImages.map((part, index) => ({ images: part, tokens: ofTokens[index]! }))
}

function embed(model: ClipModel, { images, tokens }: Part): { images: Tensor2D; texts: Tensor2D } {
  return { images: model.encodeImages(images as Tensor4D), texts: model.encodeTexts(tokens as Tensor2D) }
}

/** Step 1. @returns embeddings of the whole batch */
function embeddings(model: ClipModel, parts: readonly Part[]): { images: Tensor2D; texts: Tensor2D } {
  const embedded = parts.map((part) => {
    const both = tf.tidy(() => embed(model, part))
    flush()
    return both
  })
  const joined = (of: 'images' | 'texts') =>
    tf.concat(
      embedded.map((part) => part[of]),
      0,
    )
  return { images: joined('images'), texts: joined('texts') }
}

/** Step 2. @param count number of parts */
function gradientsOfEmbeddings(
  model: ClipModel,
  all: { images: Tensor2D; texts: Tensor2D },
  loss: (images: Tensor2D, texts: Tensor2D) => Scalar,
  count: number,
) {
  const [images, texts] = [tf.variable<Tensor['rankType']>(all.images), tf.variable<Tensor['rankType']>(all.texts)]
  try {
    const variables = new Map<string, Variable>([...model.trained(), [IMAGES, images], [TEXTS, texts]])
    const { value, gradients } = model.gradients(() => loss(images as Tensor2D, texts as Tensor2D), variables)
    const { [IMAGES]: forImages, [TEXTS]: forTexts, ...own } = gradients
    const ofImages = tf.split(forImages ?? tf.zerosLike(images), count, 0)
    const ofTexts = tf.split(forTexts ?? tf.zerosLike(texts), count, 0)
    flush()
    const ofParts = ofImages.map((part, index) => ({ images: part, texts: ofTexts[index]! }))
    tf.dispose([forImages ?? [], forTexts ?? []])
    return { value, gradients: own as NamedTensorMap, ofParts }
  } finally {
    tf.dispose([images, texts])
  }
}

/** Sum of products. */
function inner(a: Tensor, b: Tensor): Scalar {
  return tf.sum(tf.mul(a, b))
}

/** Adds gradients to a sum by name and disposes them. */
function addTo(sum: NamedTensorMap, gradients: NamedTensorMap): void {
  for (const [name, gradient] of Object.entries(gradients)) {
    const before = sum[name]
    sum[name] = before ? accumulate(before, gradient) : gradient
    if (before) tf.dispose([before, gradient])
  }
}
