import { type Tensor2D, tf } from '../backend/index.ts'
import { AnamnesisError, type Random } from '../contracts/index.ts'
import type { MethodSetting } from './method.ts'

/** @returns [sentences, context]: start token, `length` random tokens of the vocabulary, end token */
export function randomSentences(
  { model, tokenizer }: MethodSetting,
  random: Random,
  sentences: number,
  length: number,
): Tensor2D {
  const { context } = model.config.text
  if (length + 2 > context) {
    throw new AnamnesisError(
      'BAD_PARAMETERS',
      `Sentences of ${length} random tokens do not fit the model's context of ${context}; at most ${context - 2} do.`,
      { field: 'parameters.sentenceTokens' },
    )
  }
  const [start, end, padding] = tokenizer.encode([''], context) // an empty text is its frame
  const frame = new Set([start, end, padding])
  const words = Array.from({ length: tokenizer.size }, (_, id) => id).filter((id) => !frame.has(id))
  const rows = new Int32Array(sentences * context).fill(padding!)
  for (let row = 0; row < sentences; row++) {
    rows[row * context] = start!
    for (let i = 1; i <= length; i++) rows[row * context + i] = random.pick(words)
    rows[row * context + length + 1] = end!
  }
  return tf.tensor2d(rows, [sentences, context], 'int32')
}
