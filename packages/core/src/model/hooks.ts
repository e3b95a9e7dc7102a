import { type Tensor, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'

export type TowerName = 'image' | 'text'

/** Where in the model a hook is asked. */
export interface BlockPlace {
  tower: TowerName
  /** Counted from 0. */
  block: number
  batch: number
  /** Tokens of each sequence in the rows at hand: in the last block only the one the tower is read at, unless `everyToken`. */
  tokens: number
  width: number
}

/** Further keys and values for the attention of a block, after the block's own projections. */
export interface AttentionPrefix {
  /** [prefix, width], or [batch, prefix, width] where each sequence has its own. */
  keys: Tensor
  /** Of the shape of `keys`. */
  values: Tensor
  /**
   * Absent: they stand in front of the sequence's own keys under one softmax (prefix tuning).
   * Present: out = Attention(q, K, V) + weight * Attention(q, keys, values), each with its own softmax; [batch] or a scalar.
   */
  separateWeight?: Tensor1D | Tensor
}

/**
 * What can be put into the towers without changing them. Hooks are called while the model computes, inside tf.tidy,
 * and their results take part in the gradient.
 */
export interface TowerHooks {
  /** What is used in place of a parameter; `base` itself where nothing changes. */
  parameter?(name: string, base: Tensor): Tensor
  /**
   * Added to the output of the feed-forward layers of a block; null where nothing is.
   * @param x [batch * tokens, width], the residual stream that enters the feed-forward part
   * @param normed what the feed-forward layers see: the same after the norm (in BERT, which norms later, `x` itself)
   */
  besideMlp?(x: Tensor2D, normed: Tensor2D, place: BlockPlace): Tensor2D | null
  attentionPrefix?(place: BlockPlace): AttentionPrefix | null
  /**
   * Tokens put behind the class token of every image, without position; null where there are none.
   * @returns [count, width] or [batch, count, width]
   */
  extraTokens?(place: { batch: number; width: number }): Tensor | null
  /** Computes the last block for all tokens, for hooks that look at other tokens than the one the tower is read at. */
  everyToken?: boolean
}

/** Several sets of hooks as one: parameters pass through all in order, additions add up, extra tokens line up. */
export function combineHooks(all: readonly TowerHooks[]): TowerHooks {
  if (all.length <= 1) return all[0] ?? {}
  const having = <K extends keyof TowerHooks>(key: K) => all.filter((hooks) => hooks[key] !== undefined)
  const parameter = having('parameter')
  const besideMlp = having('besideMlp')
  const attentionPrefix = having('attentionPrefix')
  const extraTokens = having('extraTokens')
  return {
    ...(parameter.length > 0 && {
      parameter: (name, base) => parameter.reduce((value, hooks) => hooks.parameter!(name, value), base),
    }),
    ...(besideMlp.length > 0 && {
      besideMlp: (x, normed, place) => {
        const parts = besideMlp.map((hooks) => hooks.besideMlp!(x, normed, place)).filter((part) => part !== null)
        return parts.length === 0 ? null : tf.addN(parts)
      },
    }),
    ...(attentionPrefix.length > 0 && {
      attentionPrefix: (place) => {
        const [first, ...others] = attentionPrefix
          .map((hooks) => hooks.attentionPrefix!(place))
          .filter((prefix) => prefix !== null)
        if (others.length > 0) {
          throw new AnamnesisError(
            'BAD_INPUT',
            `Block ${place.block} of the ${place.tower} tower got more than one attention prefix. Join them into one.`,
          )
        }
        return first ?? null
      },
    }),
    ...(extraTokens.length > 0 && {
      extraTokens: (place) => {
        const parts = extraTokens.map((hooks) => hooks.extraTokens!(place)).filter((part) => part !== null)
        if (parts.length <= 1) return parts[0] ?? null
        return tf.concat(
          parts.map((part) => perSequence(part, place.batch)),
          1,
        )
      },
    }),
    everyToken: all.some((hooks) => hooks.everyToken === true),
  }
}

/** [count, width] for every sequence, or [batch, count, width] as it is. @returns [batch, count, width] */
export function perSequence(tokens: Tensor, batch: number): Tensor {
  if (tokens.rank === 3) return tokens
  return tf.add(tf.expandDims(tokens, 0), tf.zeros([batch, 1, 1]))
}
