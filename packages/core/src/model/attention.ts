import { attention, type Tensor, type Tensor2D, type Tensor3D, tf } from '../backend/index.ts'
import { type AttentionPrefix, perSequence } from './hooks.ts'
import { type LinearNames, linear, type Pooling, type Run, type Sequence } from './sequence.ts'

/** What makes queries, keys and values: one matrix [3 width, width], or one for each. */
export type AttentionInput = { joined: LinearNames } | { query: LinearNames; key: LinearNames; value: LinearNames }

/**
 * Multi-head self-attention before its output projection.
 * @param x [batch * tokens, width]
 * @param pooling absent: every token asks, [batch * tokens, width]; else only the picked one does, [batch, width]
 * @param mask added to the scores: [1, queries, tokens], or [batch, 1, tokens] where sequences differ
 */
export function selfAttention(
  x: Tensor2D,
  {
    sequence,
    block,
    pooling,
    mask,
  }: { sequence: Sequence; block: number; pooling: Pooling | null; mask: Tensor3D | null },
  names: AttentionInput,
  run: Run,
): Tensor2D {
  const { tower, batch, tokens, width, heads } = sequence
  const queries = pooling ? 1 : tokens
  const headWidth = width / heads
  const [query, key, value] = projections(x, sequence, pooling, names, run)
  const scale = headWidth ** -0.5
  const prefix = run.hooks.attentionPrefix?.({ tower, block, batch, tokens: queries, width }) ?? null
  const joined = prefix && !prefix.separateWeight ? inFront(prefix, key, value, mask, sequence) : { key, value, mask }
  let mixed = attention(query, joined.key, joined.value, perHead(joined.mask, heads), scale)
  if (prefix?.separateWeight) {
    const beside = attention(query, headsOf(prefix.keys, sequence), headsOf(prefix.values, sequence), null, scale)
    const weight = tf.reshape(prefix.separateWeight, [-1, 1])
    mixed = tf.add(mixed, tf.reshape(tf.mul(tf.reshape(beside, [batch, -1]), weight), mixed.shape))
  }
  if (pooling) return tf.reshape(mixed, [batch, width])
  const merged = tf.transpose(tf.reshape(mixed, [batch, heads, tokens, headWidth]), [0, 2, 1, 3])
  return tf.reshape(merged, [batch * tokens, width])
}

/** A mask [1, queries, tokens] as it is, one [batch, 1, tokens] once for each head: [batch * heads, 1, tokens]. */
function perHead(mask: Tensor3D | null, heads: number): Tensor3D | null {
  if (!mask || mask.shape[0] === 1) return mask
  const [batch, queries, tokens] = mask.shape
  const apart = tf.broadcastTo(tf.reshape(mask, [batch, 1, queries, tokens]), [batch, heads, queries, tokens])
  return tf.reshape(apart, [batch * heads, queries, tokens])
}

/** @returns query [batch * heads, queries, head width], key and value [batch * heads, tokens, head width] */
function projections(
  x: Tensor2D,
  sequence: Sequence,
  pooling: Pooling | null,
  names: AttentionInput,
  run: Run,
): [Tensor3D, Tensor3D, Tensor3D] {
  const { batch, width, heads } = sequence
  const single = (rows: Tensor2D): Tensor3D => tf.reshape(rows, [batch * heads, 1, width / heads])
  if (!('joined' in names)) {
    const [query, key, value] = [names.query, names.key, names.value].map((name, i) =>
      linear(i === 0 && pooling ? pooling.pick(x) : x, name, run),
    ) as [Tensor2D, Tensor2D, Tensor2D]
    return [
      pooling ? single(query) : splitHeads(query, sequence, 1)[0]!,
      splitHeads(key, sequence, 1)[0]!,
      splitHeads(value, sequence, 1)[0]!,
    ]
  }
  if (!pooling) return splitHeads(linear(x, names.joined, run), sequence, 3) as [Tensor3D, Tensor3D, Tensor3D]
  const sizes = [width, 2 * width]
  const [queryWeight, restWeight] = tf.split(run.parameter(names.joined.weight), sizes, 0) as [Tensor2D, Tensor2D]
  const [queryBias, restBias] = tf.split(run.parameter(names.joined.bias), sizes, 0) as [Tensor, Tensor]
  const query = tf.add(tf.matMul(pooling.pick(x), queryWeight, false, true), queryBias) as Tensor2D
  const rest = tf.add(tf.matMul(x, restWeight, false, true), restBias) as Tensor2D
  const [key, value] = splitHeads(rest, sequence, 2) as [Tensor3D, Tensor3D]
  return [single(query), key, value]
}

/** [batch * tokens, parts * width] -> `parts` times [batch * heads, tokens, width / heads]. */
function splitHeads(joined: Tensor2D, { batch, tokens, width, heads }: Sequence, parts: number): Tensor3D[] {
  const headWidth = width / heads
  if (parts === 1) {
    const split = tf.transpose(tf.reshape(joined, [batch, tokens, heads, headWidth]), [0, 2, 1, 3])
    return [tf.reshape(split, [batch * heads, tokens, headWidth])]
  }
  const split = tf.transpose(tf.reshape(joined, [batch, tokens, parts, heads, headWidth]), [2, 0, 3, 1, 4])
  return tf.unstack(tf.reshape(split, [parts, batch * heads, tokens, headWidth]), 0) as Tensor3D[]
}

/** The prefix's keys and values in front of the sequence's own; every token sees them. */
function inFront(prefix: AttentionPrefix, key: Tensor3D, value: Tensor3D, mask: Tensor3D | null, sequence: Sequence) {
  const keys = headsOf(prefix.keys, sequence)
  return {
    key: tf.concat([keys, key], 1),
    value: tf.concat([headsOf(prefix.values, sequence), value], 1),
    mask:
      mask &&
      tf.pad(mask, [
        [0, 0],
        [0, 0],
        [keys.shape[1], 0],
      ]),
  }
}

/** [prefix, width] or [batch, prefix, width] -> [batch * heads, prefix, width / heads]. */
function headsOf(prefix: Tensor, sequence: Sequence): Tensor3D {
  const { batch, width } = sequence
  const rows = perSequence(prefix, batch)
  const tokens = rows.shape[1]!
  return splitHeads(tf.reshape(rows, [batch * tokens, width]), { ...sequence, tokens }, 1)[0]!
}
