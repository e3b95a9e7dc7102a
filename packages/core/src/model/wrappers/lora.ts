import { type NamedTensorMap, type Tensor, type Tensor2D, tf, type Variable } from '../../backend/index.ts'
import { AnamnesisError, type ModelConfig, Random } from '../../contracts/index.ts'
import type { ClipModel } from '../clip.ts'
import type { TowerHooks, TowerName } from '../hooks.ts'
import { BLOCK_WEIGHTS, type BlockWeightKind, blockWeights } from './blockWeights.ts'
import { type Wrapper, WrapperVariables } from './wrapper.ts'

export interface LoraOptions {
  /** Names the variables; several LoRAs on one model have different ids. */
  id: string
  rank: number
  /** The update is scaled by alpha / rank. */
  alpha: number
  seed: number | string
  /** Default: both. */
  towers?: readonly TowerName[]
  /** Default: all. */
  weights?: readonly BlockWeightKind[]
}

/** The two factors that change one weight. */
export interface LoraFactors {
  /** Standard name of the weight. */
  name: string
  tower: TowerName
  /** [rank, columns] */
  a: Variable
  /** [rows, rank] */
  b: Variable
}

/** LoRAs merged into a model, the latest last: each holds the weights from before its own merge. */
const merged = new WeakMap<ClipModel, Lora[]>()

/**
 * Low-rank adaptation (Hu 2022): W is used as W + alpha/rank B A, where only A and B are trained. B starts at zero, so
 * that the wrapped model starts as the model. Several of them add up when they are attached to one model.
 */
export class Lora implements Wrapper {
  readonly id: string
  readonly hooks: TowerHooks
  /** In file order of the weights. */
  readonly factors: readonly LoraFactors[]
  private readonly own: WrapperVariables
  private readonly scale: number
  private readonly byName: ReadonlyMap<string, LoraFactors>
  /** Weights as they were before the merge; null when not merged. */
  private base: { model: ClipModel; weights: NamedTensorMap } | null = null

  /** @throws BAD_INPUT on a rank larger than a weight allows */
  constructor(config: ModelConfig, options: LoraOptions) {
    const { id, rank, alpha, seed, towers = ['image', 'text'], weights = BLOCK_WEIGHTS } = options
    this.id = id
    this.scale = alpha / rank
    const targets = blockWeights(config).filter(({ tower, kind }) => towers.includes(tower) && weights.includes(kind))
    const largest = Math.min(...targets.flatMap(({ shape }) => shape))
    if (!Number.isInteger(rank) || rank < 1 || rank > largest) {
      throw new AnamnesisError('BAD_INPUT', `LoRA rank ${rank} must be a whole number from 1 to ${largest}.`, {
        field: 'rank',
      })
    }
    this.own = new WrapperVariables(
      `LoRA "${id}"`,
      targets.flatMap(({ name, shape: [rows, columns] }) => {
        const random = new Random(`${seed}/${name}`)
        const halfWidth = columns ** -0.5
        return [
          {
            name: `lora/${id}/${name}/a`,
            shape: [rank, columns],
            values: Float32Array.from({ length: rank * columns }, () => random.uniform(-halfWidth, halfWidth)),
          },
          { name: `lora/${id}/${name}/b`, shape: [rows, rank], values: new Float32Array(rows * rank) },
        ]
      }),
    )
    this.factors = targets.map(({ name, tower }) => ({
      name,
      tower,
      a: this.own.get(`lora/${id}/${name}/a`),
      b: this.own.get(`lora/${id}/${name}/b`),
    }))
    this.byName = new Map(this.factors.map((factors) => [factors.name, factors]))
    this.hooks = {
      parameter: (name, weight) => {
        const factors = this.base ? undefined : this.byName.get(name) // merged weights hold the update already
        return factors ? this.updated(weight, factors, 1) : weight
      },
    }
  }

  get variables(): ReadonlyMap<string, Variable> {
    return this.own.all
  }

  /** From now on it takes part and is not trained (or is trained again). */
  setTrainable(trainable: boolean): void {
    this.own.setTrainable(trainable)
  }

  /**
   * Writes factor times the update into the model's weights and keeps the old ones for `unmerge`.
   * @throws CONFLICT when it is merged already
   */
  merge(model: ClipModel, factor = 1): void {
    if (this.base) throw new AnamnesisError('CONFLICT', `LoRA "${this.id}" is merged already. Unmerge it first.`)
    const weights: NamedTensorMap = {}
    for (const factors of this.factors) {
      const variable = model.variables.get(factors.name)!
      weights[factors.name] = tf.clone<Tensor>(variable)
      tf.tidy(() => variable.assign(this.updated(variable, factors, factor)))
    }
    this.base = { model, weights }
    merged.set(model, [...(merged.get(model) ?? []), this])
  }

  /**
   * Gives the model the very weights it had before the merge.
   * @throws CONFLICT when it is not merged, or another one was merged after it
   */
  unmerge(): void {
    if (!this.base) throw new AnamnesisError('CONFLICT', `LoRA "${this.id}" is not merged.`)
    const { model, weights } = this.base
    const latest = merged.get(model)!.at(-1)!
    if (latest !== this) {
      throw new AnamnesisError(
        'CONFLICT',
        `LoRA "${latest.id}" was merged after LoRA "${this.id}". Unmerge that one first.`,
      )
    }
    for (const [name, weight] of Object.entries<Tensor>(weights)) model.variables.get(name)!.assign(weight)
    this.forgetBase()
  }

  /** What resume needs, by name; borrowed. */
  state(): NamedTensorMap {
    return this.own.state()
  }

  /** Takes over a saved state; the given tensors stay the caller's. @throws CORRUPT_WEIGHTS */
  restore(state: NamedTensorMap): void {
    this.own.restore(state)
  }

  /** A merged model keeps the merged weights. */
  dispose(): void {
    this.forgetBase()
    this.own.dispose()
  }

  private forgetBase(): void {
    if (!this.base) return
    const { model, weights } = this.base
    merged.set(
      model,
      merged.get(model)!.filter((other) => other !== this),
    )
    tf.dispose(weights)
    this.base = null
  }

  private updated(weight: Tensor, { a, b }: LoraFactors, factor: number): Tensor {
    return tf.add(weight, tf.mul(tf.matMul(b as unknown as Tensor2D, a as unknown as Tensor2D), this.scale * factor))
  }
}
