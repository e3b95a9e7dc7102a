import { type NamedTensorMap, type Tensor, type Tensor2D, tf, type Variable } from '../../backend/index.ts'
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
  readonly scale: number
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

  /** Variables of the adapter of one block, in a fixed order; empty in a tower without adapters. */
  ofBlock({ tower, block }: Pick<BlockPlace, 'tower' | 'block'>): Variable[] {
    const name = nameOf(this.id, tower, block)
    return PARTS.flatMap((part) => this.own.all.get(`${name}/${part}`) ?? [])
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

/**
 * Adapters of one shape mixed by gates, as two matrix products: sum over e of gate_e adapter_e(x).
 * @param x [rows, width] @param gates [sequences, adapters]: rows belong to sequences in order, equally many each
 */
export function mixedAdapters(
  adapters: readonly BottleneckAdapter[],
  gates: Tensor2D,
  x: Tensor2D,
  place: Pick<BlockPlace, 'tower' | 'block'>,
): Tensor2D {
  const [sequences, experts] = gates.shape
  const rows = x.shape[0]
  const [down, downBias, up, upBias] = PARTS.map((_, part) => adapters.map((adapter) => adapter.ofBlock(place)[part]!))
  const hidden = tf.relu(tf.add(tf.matMul(x, tf.concat(down as Tensor[], 0), false, true), tf.concat(downBias!, 0)))
  const apart = tf.reshape(hidden, [sequences, rows / sequences, experts, -1])
  const weighed = tf.reshape(tf.mul(apart, tf.reshape(gates, [sequences, 1, experts, 1])), [rows, -1])
  const output = tf.matMul(weighed as Tensor2D, tf.concat(up as Tensor[], 1) as Tensor2D, false, true)
  const width = x.shape[1]
  const bias = tf.reshape(tf.matMul(gates, tf.stack(upBias as Tensor[]) as Tensor2D), [sequences, 1, width])
  const sum = tf.add(tf.reshape(output, [sequences, rows / sequences, width]), bias)
  return tf.mul(tf.reshape(sum, [rows, width]), adapters[0]!.scale) as Tensor2D
}

/** What an adapter is made of. */
const PARTS = ['down.weight', 'down.bias', 'up.weight', 'up.bias'] as const

const nameOf = (id: string, tower: TowerName, block: number) => `adapter/${id}/${tower}.${block}`
