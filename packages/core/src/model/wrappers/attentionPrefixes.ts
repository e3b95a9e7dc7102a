import { type NamedTensorMap, type Tensor, type Tensor1D, tf, type Variable } from '../../backend/index.ts'
import { type ModelConfig, Random } from '../../contracts/index.ts'
import type { AttentionPrefix, BlockPlace, TowerHooks, TowerName } from '../hooks.ts'
import { type Wrapper, WrapperVariables } from './wrapper.ts'

export interface PrefixOptions {
  /** Names the variables; several prefixes for one model have different ids. */
  id: string
  /** Key/value tokens of each block. */
  length: number
  /** Blocks that get a prefix, counted from 0; those a tower does not have are left out. */
  blocks: readonly number[]
  seed: number | string
  /** Half width of the uniform starting values. */
  start?: number
  /** Values start at zero: a prefix with its own softmax then starts without effect. */
  zeroValues?: boolean
  /** Default: both. */
  towers?: readonly TowerName[]
  /** Attention over the prefix gets its own softmax and this weight, [batch] or a scalar (DIKI); absent: one softmax for all. */
  separateWeight?: (place: BlockPlace) => Tensor1D | Tensor
}

/**
 * Learned keys and values in the attention of some blocks: prefix tuning (Li 2021; DualPrompt, Wang 2022) or, with a
 * softmax of their own, residual attention (DIKI, Tang 2024).
 */
export class AttentionPrefixes implements Wrapper {
  readonly id: string
  readonly hooks: TowerHooks
  private readonly own: WrapperVariables
  private readonly separateWeight: PrefixOptions['separateWeight']

  constructor(config: ModelConfig, options: PrefixOptions) {
    const { id, length, blocks, seed, start = 0.02, zeroValues = false, towers = ['image', 'text'] } = options
    this.id = id
    this.separateWeight = options.separateWeight
    this.own = new WrapperVariables(
      `prefix "${id}"`,
      towers.flatMap((tower) => {
        const { width, depth } = config[tower]
        return blocks
          .filter((block) => block < depth)
          .flatMap((block) => {
            const random = new Random(`${seed}/${tower}/${block}`)
            const uniform = () => Float32Array.from({ length: length * width }, () => random.uniform(-start, start))
            const values = () => (zeroValues ? new Float32Array(length * width) : uniform())
            return [
              { name: nameOf(id, { tower, block }, 'keys'), shape: [length, width], values: uniform() },
              { name: nameOf(id, { tower, block }, 'values'), shape: [length, width], values: values() },
            ]
          })
      }),
    )
    this.hooks = { attentionPrefix: (place) => this.at(place) }
  }

  get variables(): ReadonlyMap<string, Variable> {
    return this.own.all
  }

  /** From now on it takes part and is not trained (or is trained again). */
  setTrainable(trainable: boolean): void {
    this.own.setTrainable(trainable)
  }

  /** The prefix of a block, for hooks that choose among several; null where the block has none. */
  at(place: BlockPlace): AttentionPrefix | null {
    const keys = this.own.all.get(nameOf(this.id, place, 'keys'))
    const values = this.own.all.get(nameOf(this.id, place, 'values'))
    if (!keys || !values) return null
    return { keys, values, ...(this.separateWeight && { separateWeight: this.separateWeight(place) }) }
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

const nameOf = (id: string, { tower, block }: Pick<BlockPlace, 'tower' | 'block'>, part: 'keys' | 'values') =>
  `prefix/${id}/${tower}.${block}/${part}`

/**
 * The prefixes of several tasks side by side, one after the other along the token axis (G- and E-prompts of
 * DualPrompt); null where no one has one.
 */
export function joinPrefixes(prefixes: readonly (AttentionPrefix | null)[]): AttentionPrefix | null {
  const given = prefixes.filter((prefix) => prefix !== null)
  if (given.length <= 1) return given[0] ?? null
  const axis = given[0]!.keys.rank - 2
  return {
    keys: tf.concat(
      given.map(({ keys }) => keys),
      axis,
    ),
    values: tf.concat(
      given.map(({ values }) => values),
      axis,
    ),
  }
}
