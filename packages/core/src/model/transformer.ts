import {
  gelu,
  layerNorm,
  quickGelu,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tf,
} from '../backend/index.ts'
import type { Activation } from '../contracts/index.ts'

/** Looks up a parameter by its name. */
export type Parameters = (name: string) => Tensor

export interface TransformerShape {
  batch: number
  tokens: number
  width: number
  depth: number
  heads: number
  activation: Activation
}

/** Which token of each sequence the tower is read at. */
export interface Pooling {
  /** Takes the token's row of every sequence: [batch * tokens, width] -> [batch, width]. */
  pick(rows: Tensor2D): Tensor2D
  /** What hides tokens from the picked one, [batch, 1, tokens]; absent where it sees every token. */
  mask?: Tensor3D
}

/** y = x W^T + b with W [out, in]. */
function linear(x: Tensor2D, weight: Tensor, bias: Tensor): Tensor2D {
  return tf.add(tf.matMul(x, weight as Tensor2D, false, true), bias)
}

/** Layer norm over the last axis with the parameters `<name>.weight` and `<name>.bias`. */
export function norm(x: Tensor2D, parameters: Parameters, name: string): Tensor2D {
  const gamma = parameters(`${name}.weight`) as Tensor1D
  return layerNorm(x, gamma, parameters(`${name}.bias`) as Tensor1D) as Tensor2D
}

/**
 * Pre-norm residual blocks `<prefix>.0` .. `<prefix>.<depth - 1>`, read at one token of each sequence. Only keys and
 * values of the last block are computed for all tokens: the rest of it for the token that is read, which spares most
 * of a block's work and changes no result.
 * @param x [batch * tokens, width]: one row a token, so that every linear layer is a plain matrix product
 * @param mask added to the attention scores, [1, tokens, tokens]; null where every token sees every token
 * @returns [batch, width]
 */
export function transformer(
  x: Tensor2D,
  shape: TransformerShape,
  pooling: Pooling,
  mask: Tensor3D | null,
  parameters: Parameters,
  prefix: string,
): Tensor2D {
  let rows = x
  for (let i = 0; i < shape.depth - 1; i++) {
    const block = `${prefix}.${i}`
    rows = tf.tidy(() => {
      const normed = norm(rows, parameters, `${block}.ln_1`)
      return feedForward(tf.add(rows, attention(normed, shape, mask, parameters, block)), shape, parameters, block)
    })
  }
  const block = `${prefix}.${shape.depth - 1}`
  return tf.tidy(() => {
    const normed = norm(rows, parameters, `${block}.ln_1`)
    const attended = pooledAttention(normed, shape, pooling, parameters, block)
    return feedForward(tf.add(pooling.pick(rows), attended), shape, parameters, block)
  })
}

/** x + W2 activation(W1 norm(x)). */
function feedForward(x: Tensor2D, shape: TransformerShape, parameters: Parameters, block: string): Tensor2D {
  const activate = shape.activation === 'quickGelu' ? quickGelu : gelu
  const normed = norm(x, parameters, `${block}.ln_2`)
  const hidden = linear(normed, parameters(`${block}.mlp.c_fc.weight`), parameters(`${block}.mlp.c_fc.bias`))
  const [weight, bias] = [parameters(`${block}.mlp.c_proj.weight`), parameters(`${block}.mlp.c_proj.bias`)]
  return tf.add(x, linear(activate(hidden) as Tensor2D, weight, bias))
}

/** Multi-head self-attention of all tokens; queries, keys and values come from one product. @returns [batch * tokens, width] */
function attention(
  normed: Tensor2D,
  shape: TransformerShape,
  mask: Tensor3D | null,
  parameters: Parameters,
  block: string,
): Tensor2D {
  const { batch, tokens, width, heads } = shape
  const headWidth = width / heads
  const joined = linear(normed, parameters(`${block}.attn.in_proj_weight`), parameters(`${block}.attn.in_proj_bias`))
  const [query, key, value] = splitHeads(joined, shape, 3) as [Tensor3D, Tensor3D, Tensor3D]
  const scores: Tensor3D = tf.matMul(tf.mul(query, headWidth ** -0.5), key, false, true)
  const mixed = tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores, -1), value)
  const merged = tf.transpose(tf.reshape(mixed, [batch, heads, tokens, headWidth]), [0, 2, 1, 3])
  return project(tf.reshape(merged, [batch * tokens, width]), parameters, block)
}

/** Multi-head attention of one token of each sequence to all of its tokens. @returns [batch, width] */
function pooledAttention(
  normed: Tensor2D,
  shape: TransformerShape,
  pooling: Pooling,
  parameters: Parameters,
  block: string,
): Tensor2D {
  const { batch, tokens, width, heads } = shape
  const headWidth = width / heads
  const sizes = [width, 2 * width]
  const [queryWeight, restWeight] = tf.split(parameters(`${block}.attn.in_proj_weight`), sizes, 0) as [Tensor, Tensor]
  const [queryBias, restBias] = tf.split(parameters(`${block}.attn.in_proj_bias`), sizes, 0) as [Tensor, Tensor]
  const [key, value] = splitHeads(linear(normed, restWeight, restBias), shape, 2) as [Tensor3D, Tensor3D]
  const query = tf.mul(linear(pooling.pick(normed), queryWeight, queryBias), headWidth ** -0.5)
  const perHead: Tensor3D = tf.reshape(query, [batch * heads, 1, headWidth])
  let scores: Tensor = tf.reshape(tf.matMul(perHead, key, false, true), [batch, heads, tokens])
  if (pooling.mask) scores = tf.add(scores, pooling.mask)
  const weights: Tensor3D = tf.reshape(tf.softmax(scores, -1), [batch * heads, 1, tokens])
  return project(tf.reshape(tf.matMul(weights, value), [batch, width]), parameters, block)
}

/** [batch * tokens, parts * width] -> `parts` times [batch * heads, tokens, width / heads]. */
function splitHeads(joined: Tensor2D, { batch, tokens, width, heads }: TransformerShape, parts: number): Tensor[] {
  const headWidth = width / heads
  const split = tf.transpose(tf.reshape(joined, [batch, tokens, parts, heads, headWidth]), [2, 0, 3, 1, 4])
  return tf.unstack(tf.reshape(split, [parts, batch * heads, tokens, headWidth]), 0)
}

function project(merged: Tensor2D, parameters: Parameters, block: string): Tensor2D {
  return linear(merged, parameters(`${block}.attn.out_proj.weight`), parameters(`${block}.attn.out_proj.bias`))
}
