import { type NamedTensorMap, type Tensor, type Tensor2D, type Tensor3D, tf, type Variable } from '../backend/index.ts'
import type { ModelConfig, Random } from '../contracts/index.ts'
import type { BlockPlace, TowerHooks, TowerName } from '../model/hooks.ts'
import { BottleneckAdapter, mixedAdapters } from '../model/wrappers/bottleneckAdapter.ts'
import { WrapperVariables } from '../model/wrappers/wrapper.ts'
import { KeptTensors } from './keptTensors.ts'
import { topSoftmax } from './topExperts.ts'

export interface MixtureOptions {
  experts: number
  /** Experts that a sequence goes through. */
  chosen: number
  bottleneck: number
  scale: number
  seed: string
}

type Place = Pick<BlockPlace, 'tower' | 'block'>
/** Weights of the experts for each sequence. @param first [batch, width], the token that the router reads @returns [batch, experts] */
type Route = (first: Tensor2D, place: BlockPlace) => Tensor2D

const TOWERS: readonly TowerName[] = ['image', 'text']
const FROZEN = 'frozen'

/**
 * Experts beside the feed-forward part of every block of both towers, shared by all tasks, and a router for each task
 * (MoE-Adapters, Yu 2024). A router reads the first token of the rows at hand: the class or start token, in the last
 * block the token that the tower is read at.
 */
export class MixtureOfAdapters {
  private readonly config: ModelConfig
  private readonly options: MixtureOptions
  private readonly experts: readonly BottleneckAdapter[]
  private readonly places: readonly Place[]
  private readonly routers: WrapperVariables[] = []
  /** Of each place and expert: 1 where it is frozen. */
  private frozen: Uint8Array
  private readonly kept = new KeptTensors()
  /** Sequences of this task that went through each expert, [experts], by place. */
  private usage: Variable[] = []

  constructor(config: ModelConfig, options: MixtureOptions) {
    this.config = config
    this.options = options
    const { experts, bottleneck, scale, seed } = options
    this.experts = Array.from(
      { length: experts },
      (_, e) => new BottleneckAdapter(config, { id: `expert-${e}`, bottleneck, scale, seed: `${seed}/${e}` }),
    )
    this.places = TOWERS.flatMap((tower) =>
      Array.from({ length: config[tower].depth }, (_, block) => ({ tower, block })),
    )
    this.frozen = new Uint8Array(this.places.length * experts)
  }

  /** Routers so far. */
  get tasks(): number {
    return this.routers.length
  }

  /** A new router, from 0: at first its noise chooses. */
  addRouter(): void {
    const { experts } = this.options
    const task = this.routers.length + 1
    const starts = this.places.flatMap(({ tower, block }) => {
      const { width } = this.config[tower]
      return ['gate', 'noise'].map((part) => ({
        name: `router/${task}/${tower}.${block}/${part}`,
        shape: [width, experts],
        values: new Float32Array(width * experts),
      }))
    })
    this.routers.push(new WrapperVariables(`the router of task ${task}`, starts))
  }

  /** What the latest task trains: its router, and the experts that are not frozen. */
  variables(): Map<string, Variable> {
    const experts = this.experts.flatMap((expert, e) => {
      const frozen = new Set(
        this.places.filter((_, place) => this.isFrozen(place, e)).flatMap((p) => expert.ofBlock(p)),
      )
      return [...expert.variables].filter(([, variable]) => !frozen.has(variable))
    })
    return new Map([...experts, ...(this.routers.at(-1)?.all ?? [])])
  }

  /** Begins to count which experts sequences go through. */
  beginCount(): void {
    this.usage = this.places.map(() => {
      const zeros = tf.tensor1d(new Float32Array(this.options.experts))
      const variable = tf.variable(zeros, false)
      zeros.dispose()
      return variable
    })
  }

  /** For training the latest task: gates = top-k softmax of h W + e softplus(h W_noise), e standard normal. */
  training(random: Random): TowerHooks {
    const router = this.routers.at(-1)!
    const { experts, chosen } = this.options
    return this.hooks((first, { tower, block, batch }) => {
      const part = (name: string) => router.get(`router/${this.tasks}/${tower}.${block}/${name}`) as unknown as Tensor2D
      const normal = Float32Array.from({ length: batch * experts }, () => random.normal())
      const spread = tf.softplus(tf.matMul(first, part('noise')))
      const noise = tf.mul(tf.tensor2d(normal, [batch, experts]), spread)
      const gates = topSoftmax(tf.add(tf.matMul(first, part('gate')), noise) as Tensor2D, chosen)
      const counter = this.usage[this.places.findIndex((place) => place.tower === tower && place.block === block)]
      counter?.assign(tf.add(counter, tf.sum(tf.cast(tf.greater(gates, 0), 'float32'), 0)))
      return gates
    })
  }

  /** Freezes the experts of each block that most sequences of the task went through. */
  async freezeMostUsed(): Promise<void> {
    const { experts, chosen } = this.options
    const stacked = tf.tidy(() => tf.stack(this.usage as Tensor[]))
    const counts = await stacked.data<'float32'>()
    tf.dispose([stacked, this.usage])
    this.usage = []
    const frozen = this.frozen.slice()
    for (const place of this.places.keys()) {
      const used = counts.subarray(place * experts, (place + 1) * experts)
      const order = Array.from(used.keys()).sort((a, b) => used[b]! - used[a]!)
      for (const expert of order.slice(0, chosen)) frozen[place * experts + expert] = 1
    }
    this.keepFrozen(frozen)
  }

  /**
   * For scoring: each sequence goes through the router of its own task, without noise.
   * @param own [batch, 1 + tasks]: 1 at its task; in the first column where the model is left as it is
   */
  choosing(own: Tensor2D): TowerHooks {
    const { experts, chosen } = this.options
    return this.hooks((first, { tower, block, batch }) => {
      const gates = this.routers.map(
        (router, i) => router.get(`router/${i + 1}/${tower}.${block}/gate`) as unknown as Tensor2D,
      )
      const all: Tensor3D = tf.reshape(tf.matMul(first, tf.concat(gates, 1)), [batch, gates.length, experts])
      const tasks = tf.slice(own, [0, 1], [batch, gates.length])
      const scores = tf.sum(tf.mul(all, tf.expandDims(tasks, 2)), 1) as Tensor2D
      return tf.mul(topSoftmax(scores, chosen), tf.sum(tasks, 1, true))
    })
  }

  /** What resume needs, by name; borrowed. */
  state(): NamedTensorMap {
    const parts = [...this.experts, ...this.routers, this.kept]
    return Object.assign({}, ...parts.map((part) => part.state()))
  }

  /** @param routers how many the state holds @throws CORRUPT_WEIGHTS */
  restore(state: NamedTensorMap, routers: number): void {
    for (const expert of this.experts) expert.restore(state)
    while (this.tasks < routers) this.addRouter()
    for (const router of this.routers) router.restore(state)
    const frozen = state[FROZEN]
    if (frozen) this.keepFrozen(Uint8Array.from(frozen.dataSync()))
  }

  dispose(): void {
    for (const part of [...this.experts, ...this.routers, this.kept]) part.dispose()
    tf.dispose(this.usage)
    this.usage = []
  }

  private isFrozen(place: number, expert: number): boolean {
    return this.frozen[place * this.options.experts + expert] === 1
  }

  private keepFrozen(frozen: Uint8Array): void {
    this.frozen = frozen
    const shape: [number, number] = [this.places.length, this.options.experts]
    this.kept.set(FROZEN, tf.tensor2d(Float32Array.from(frozen), shape))
  }

  private hooks(route: Route): TowerHooks {
    return {
      besideMlp: (x, _normed, place) => {
        const { batch, tokens, width } = place
        const first = tf.reshape(tf.slice(tf.reshape(x, [batch, tokens, width]), [0, 0, 0], [batch, 1, width]), [
          batch,
          width,
        ]) as Tensor2D
        return mixedAdapters(this.experts, route(first, place), x, place)
      },
    }
  }
}
