import {
  gelu,
  layerNorm,
  quickGelu,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tf,
  type Variable,
} from '../backend/index.ts'
import type { ModelConfig } from '../contracts/index.ts'

/** Looks up a parameter by its name. */
export type Parameters = (name: string) => Variable

export interface TransformerInput {
  /** [batch * tokens, width]: one row a token, so that every linear layer is a plain matrix product. */
  x: Tensor2D
  batch: number
  tokens: number
  width: number
  depth: number
  heads: number
  activation: ModelConfig['activation']
  /** Added to the attention scores, [1, tokens, tokens]; absent where every token sees every token. */
  mask?: Tensor3D
}

/** y = x W^T + b with W [out, in]. */
export function linear(x: Tensor2D, weight: Variable, bias: Variable): Tensor2D {
  return tf.add(tf.matMul(x, weight as unknown as Tensor2D, false, true), bias)
}

/** Layer norm over the last axis with the parameters `<name>.weight` and `<name>.bias`. */
export function norm(x: Tensor2D, parameters: Parameters, name: string): Tensor2D {
  const [gamma, beta] = ['weight', 'bias'].map((part) => parameters(`${name}.${part}`)) as unknown as [
    Tensor1D,
    Tensor1D,
  ]
  return layerNorm(x, gamma, beta) as Tensor2D
}

/** Pre-norm residual blocks `<prefix>.0` .. `<prefix>.<depth - 1>`. @returns [batch * tokens, width] */
export function transformer(input: TransformerInput, parameters: Parameters, prefix: string): Tensor2D {
  const activate = input.activation === 'quickGelu' ? quickGelu : gelu
  let x = input.x
  for (let i = 0; i < input.depth; i++) {
    const block = `${prefix}.${i}`
    x = tf.tidy(() => {
      const attended = attention({ ...input, x: norm(x, parameters, `${block}.ln_1`) }, parameters, `${block}.attn`)
      const y: Tensor2D = tf.add(x, attended)
      const hidden = linear(
        norm(y, parameters, `${block}.ln_2`),
        parameters(`${block}.mlp.c_fc.weight`),
        parameters(`${block}.mlp.c_fc.bias`),
      )
      const weight = parameters(`${block}.mlp.c_proj.weight`)
      return tf.add(y, linear(activate(hidden) as Tensor2D, weight, parameters(`${block}.mlp.c_proj.bias`)))
    })
  }
  return x
}

/** Multi-head self-attention; queries, keys and values come from one product. */
function attention(input: TransformerInput, parameters: Parameters, name: string): Tensor2D {
  const { x, batch, tokens, width, heads, mask } = input
  const headWidth = width / heads
  const joined = linear(x, parameters(`${name}.in_proj_weight`), parameters(`${name}.in_proj_bias`))
  const split = tf.transpose(tf.reshape(joined, [batch, tokens, 3, heads, headWidth]), [2, 0, 3, 1, 4])
  const [query, key, value] = tf.unstack(tf.reshape(split, [3, batch * heads, tokens, headWidth]), 0) as [
    Tensor3D,
    Tensor3D,
    Tensor3D,
  ]
  let scores: Tensor3D = tf.matMul(tf.mul(query, headWidth ** -0.5), key, false, true)
  if (mask) scores = tf.add(scores, mask)
  const mixed = tf.matMul(tf.softmax(scores, -1), value)
  const rows: Tensor2D = tf.reshape(tf.transpose(tf.reshape(mixed, [batch, heads, tokens, headWidth]), [0, 2, 1, 3]), [
    batch * tokens,
    width,
  ])
  return linear(rows, parameters(`${name}.out_proj.weight`), parameters(`${name}.out_proj.bias`))
}
