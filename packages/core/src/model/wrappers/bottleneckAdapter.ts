import { type NamedTensorMap, type Tensor2D, tf, type Variable } from '../../backend/index.ts'
import { type ModelConfig, Random } from '../../contracts/index.ts'
import type { BlockPlace, TowerHooks, TowerName } from '../hooks.ts'
import { type Wrapper, WrapperVariables } from './wrapper.ts'

export interface BottleneckOptions {
  /** Names the variables; several adapters on one model have different ids. */
  id: string
  /** Hidden width. */
  bottleneck: number
  /** Factor on the output. */
  scale: number
  seed: number | string
  /** Default: both. */
  towers?: readonly TowerName[]
}

/**
 * An adapter beside the feed-forward part of every block: scale (ReLU(x D^T + d) U^T + u), added to its output
 * (Chen 2022, AdaptFormer). U and u start at zero, so that the wrapped model starts as the model.
 */
export class BottleneckAdapter implements Wrapper {
  readonly id: string
  readonly hooks: TowerHooks
  private readonly own: WrapperVariables
  private readonly scale: number
  private readonly towers: readonly TowerName[]

  constructor(config: ModelConfig, { id, bottleneck, scale, seed, towers = ['image', 'text'] }: BottleneckOptions) {
    this.id = id
    this.scale = scale
    this.towers = towers
    this.own = new WrapperVariables(
      `adapter "${id}"`,
      towers.flatMap((tower) => {
        const { width, depth } = config[tower]
        return Array.from({ length: depth }, (_, block) => {
          const name = nameOf(id, tower, block)
          const random = new Random(`${seed}/${tower}/${block}`)
          const halfWidth = width ** -0.5
          const uniform = (length: number) => Float32Array.from({ length }, () => random.uniform(-halfWidth, halfWidth))
          return [
            { name: `${name}/down.weight`, shape: [bottleneck, width], values: uniform(bottleneck * width) },
            { name: `${name}/down.bias`, shape: [bottleneck], values: new Float32Array(bottleneck) },
            { name: `${name}/up.weight`, shape: [width, bottleneck], values: new Float32Array(width * bottleneck) },
            { name: `${name}/up.bias`, shape: [width], values: new Float32Array(width) },
          ]
        }).flat()
      }),
    )
    this.hooks = { besideMlp: (x, _normed, place) => this.output(x, place) }
  }

  get variables(): ReadonlyMap<string, Variable> {
    return this.own.all
  }

  /** From now on it takes part and is not trained (or is trained again). */
  setTrainable(trainable: boolean): void {
    this.own.setTrainable(trainable)
  }

  /** What the adapter of a block adds, for hooks that mix several; null in a tower without adapters. @param x [rows, width] */
  output(x: Tensor2D, { tower, block }: Pick<BlockPlace, 'tower' | 'block'>): Tensor2D | null {
    if (!this.towers.includes(tower)) return null
    const part = (name: string) => this.own.get(`${nameOf(this.id, tower, block)}/${name}`) as unknown as Tensor2D
    const hidden = tf.relu(tf.add(tf.matMul(x, part('down.weight'), false, true), part('down.bias'))) as Tensor2D
    const output = tf.add(tf.matMul(hidden, part('up.weight'), false, true), part('up.bias')) as Tensor2D
    return tf.mul<Tensor2D>(output, this.scale)
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

const nameOf = (id: string, tower: TowerName, block: number) => `adapter/${id}/${tower}.${block}`
