import { layerNorm, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from '../backend/index.ts'
import type { Activation } from '../contracts/index.ts'
import type { TowerHooks, TowerName } from './hooks.ts'

/** What a tower computes with: parameters by name, after the hooks, and the hooks themselves. */
export interface Run {
  parameter(name: string): Tensor
  hooks: TowerHooks
  /** Computes blocks once more for the gradient instead of keeping what is in them. */
  checkpointing: boolean
}

/** Shape of the sequences in a tower's blocks. */
export interface Sequence {
  tower: TowerName
  batch: number
  tokens: number
  width: number
  depth: number
  heads: number
  activation: Activation
  /** Of layer norms. */
  epsilon: number
}

/** Which token of each sequence the tower is read at. */
export interface Pooling {
  /** Takes the token's row of every sequence: [batch * tokens, width] -> [batch, width]. */
  pick(rows: Tensor2D): Tensor2D
  /** What hides tokens from the picked one, [batch, 1, tokens]; absent where it sees every token. */
  mask?: Tensor3D
}

/** Added to scores of tokens that must not be seen; large, and finite so that no row turns into NaN. */
export const UNSEEN = -1e9

export interface LinearNames {
  weight: string
  bias: string
}

/** `<name>.weight` and `<name>.bias`. */
export const linearNames = (name: string): LinearNames => ({ weight: `${name}.weight`, bias: `${name}.bias` })

/** y = x W^T + b with W [out, in]. */
export function linear(x: Tensor2D, names: LinearNames, run: Run): Tensor2D {
  return tf.add(projected(x, names.weight, run), run.parameter(names.bias))
}

/** y = x W^T with W [out, in]. */
export function projected(x: Tensor2D, name: string, run: Run): Tensor2D {
  return tf.matMul(x, run.parameter(name) as Tensor2D, false, true)
}

/** Layer norm over the last axis with the parameters `<name>.weight` and `<name>.bias`. */
export function norm(x: Tensor2D, name: string, epsilon: number, run: Run): Tensor2D {
  const gamma = run.parameter(`${name}.weight`) as Tensor1D
  return layerNorm(x, gamma, run.parameter(`${name}.bias`) as Tensor1D, epsilon) as Tensor2D
}

/** Reads every sequence at its first token. */
export function firstToken({ batch, tokens, width }: Pick<Sequence, 'batch' | 'tokens' | 'width'>): Pooling {
  return {
    pick: (rows) =>
      tf.reshape(tf.slice(tf.reshape(rows, [batch, tokens, width]), [0, 0, 0], [batch, 1, width]), [batch, width]),
  }
}
