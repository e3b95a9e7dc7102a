import { type Tensor2D, tf } from '../backend/index.ts'
import type { ModelConfig } from '../contracts/index.ts'

/** Shortest row that is made; lengths double from here, so that few different graphs are compiled. */
const SHORTEST = 8

/**
 * Token rows as a tensor, cut to the first of the lengths 8, 16, 32, ... that holds the longest text: no token sees
 * padding, so that embeddings stay the same, and a class prompt costs a fraction of the whole context.
 * @param rows [texts * context] ids as a tokenizer gives them
 * @returns [texts, length], int32
 */
export function tokensToTensor(rows: Int32Array, { text }: ModelConfig): Tensor2D {
  const { context } = text
  const padding = text.kind === 'bert' ? text.padToken : 0
  const texts = rows.length / context
  let longest = 0
  for (let row = 0; row < texts; row++) {
    let end = context
    while (end > longest && rows[row * context + end - 1] === padding) end--
    longest = Math.max(longest, end)
  }
  let length = SHORTEST
  while (length < longest) length *= 2
  if (length >= context) return tf.tensor2d(rows, [texts, context], 'int32')
  const cut = new Int32Array(texts * length)
  for (let row = 0; row < texts; row++) {
    cut.set(rows.subarray(row * context, row * context + length), row * length)
  }
  return tf.tensor2d(cut, [texts, length], 'int32')
}
