import { type Tensor, type Tensor2D, type Tensor3D, type Tensor4D, tf } from '../../backend/index.ts'
import { perSequence } from '../hooks.ts'
import type { Run } from '../sequence.ts'

/**
 * Patches times a convolution filter whose stride is its size: a matrix product, here in (row, column, channel) order.
 * @param pixels [batch, size, size, 3] @param filter [width, 3, patch, patch]
 * @returns [batch, patches, width]
 */
export function patchRows(
  pixels: Tensor4D,
  filter: Tensor,
  { size, patch }: { size: number; patch: number },
): Tensor3D {
  const batch = pixels.shape[0]
  const width = filter.shape[0]!
  const side = size / patch
  const rows: Tensor2D = tf.reshape(
    tf.transpose(tf.reshape(pixels, [batch, side, patch, side, patch * 3]), [0, 1, 3, 2, 4]),
    [batch * side * side, patch * patch * 3],
  )
  const flat: Tensor2D = tf.reshape(tf.transpose(filter, [0, 2, 3, 1]), [width, patch * patch * 3])
  return tf.reshape(tf.matMul(rows, flat, false, true), [batch, side * side, width])
}

/**
 * Class token in front, positions added, and behind the class token what a hook puts there.
 * @param rows [batch, patches, width] @param classToken width values @param positions (patches + 1) * width values
 * @returns [batch * tokens, width] and the number of tokens
 */
export function imageSequence(
  rows: Tensor3D,
  classToken: Tensor,
  positions: Tensor,
  run: Run,
): { rows: Tensor2D; tokens: number } {
  const [batch, patches, width] = rows.shape
  const first = tf.add(tf.zeros([batch, 1, width]), tf.reshape(classToken, [width]))
  const placed = tf.add(tf.concat([first, rows], 1), tf.reshape(positions, [patches + 1, width]))
  const extra = run.hooks.extraTokens?.({ batch, width }) ?? null
  if (!extra) return { rows: tf.reshape(placed, [batch * (patches + 1), width]), tokens: patches + 1 }
  const [head, rest] = tf.split(placed, [1, patches], 1) as [Tensor, Tensor]
  const joined = tf.concat([head, perSequence(extra, batch), rest], 1)
  const tokens = joined.shape[1]!
  return { rows: tf.reshape(joined, [batch * tokens, width]), tokens }
}
