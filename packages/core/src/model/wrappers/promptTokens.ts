import {
  type NamedTensorMap,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tf,
  type Variable,
} from '../../backend/index.ts'
import { type ModelConfig, Random } from '../../contracts/index.ts'
import type { TowerHooks } from '../hooks.ts'
import { type Wrapper, WrapperVariables } from './wrapper.ts'

export interface PromptOptions {
  /** Names the variable; several prompts for one model have different ids. */
  id: string
  /** Prompts in the pool. */
  prompts: number
  /** Tokens of each prompt. */
  length: number
  seed: number | string
  /** Half width of the uniform starting values. */
  start?: number
}

/** Learned tokens behind the class token of every image (L2P, Wang 2022). Its hooks give all prompts to all images. */
export class PromptTokens implements Wrapper {
  readonly hooks: TowerHooks
  private readonly own: WrapperVariables
  private readonly name: string

  constructor(config: ModelConfig, { id, prompts, length, seed, start = 1 }: PromptOptions) {
    const { width } = config.image
    const random = new Random(`${seed}/prompts`)
    this.name = `prompt/${id}/tokens`
    this.own = new WrapperVariables(`prompt "${id}"`, [
      {
        name: this.name,
        shape: [prompts, length * width],
        values: Float32Array.from({ length: prompts * length * width }, () => random.uniform(-start, start)),
      },
    ])
    this.hooks = { extraTokens: ({ width }) => tf.reshape(this.own.get(this.name), [prompts * length, width]) }
  }

  get variables(): ReadonlyMap<string, Variable> {
    return this.own.all
  }

  /**
   * The hooks with which every image gets its own prompts, for one call of `encodeImages`.
   * @param chosen [batch, k], int32, numbers of prompts
   */
  choose(chosen: Tensor2D): TowerHooks {
    return {
      extraTokens: ({ batch, width }): Tensor3D => {
        const rows = tf.gather(this.own.get(this.name), tf.reshape(chosen, [-1]) as Tensor1D)
        return tf.reshape(rows, [batch, -1, width])
      },
    }
  }

  /** What resume needs, by name; borrowed. */
  state(): NamedTensorMap {
    return this.own.state()
  }

  /** Takes over a saved state; the given tensors stay the caller's. @throws CORRUPT_WEIGHTS */
  restore(state: NamedTensorMap): void {
    this.own.restore(state)
  }

  dispose(): void {
    this.own.dispose()
  }
}
