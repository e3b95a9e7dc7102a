import { flush, type NamedTensorMap, type Tensor, tf } from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'
import { classificationLoss } from './classificationLoss.ts'
import type { MethodSetting, TaskContext } from './method.ts'

/** Fisher information of the tasks learned so far, and the weights that it belongs to. */
export class Fisher {
  /** F by parameter name; empty before the first task ends. */
  importance: NamedTensorMap = {}
  /** theta* by parameter name. */
  anchor: NamedTensorMap = {}

  /**
   * F <- gamma F + mean over images of exp(-CE) grad(CE)^2 at the weights of now, which become theta*. Images are taken
   * one by one, since squares of single gradients are wanted.
   */
  async add(
    setting: MethodSetting,
    { samples, random }: TaskContext,
    options: { gamma: number; samples: number },
  ): Promise<void> {
    const { model } = setting
    const indices = random.shuffle(Array.from({ length: samples.count }, (_, i) => i)).slice(0, options.samples)
    let sums: NamedTensorMap = {}
    for (const index of indices) {
      const batch = await samples.load([index])
      const next: NamedTensorMap = tf.tidy(() => {
        const { value, gradients } = model.gradients(() => classificationLoss(setting, batch()))
        const likelihood = tf.exp(tf.neg(value))
        const squares = Object.entries<Tensor>(gradients).map(([name, gradient]) => {
          const square = tf.mul(tf.square(gradient), likelihood)
          return [name, sums[name] ? tf.add(sums[name], square) : square]
        })
        tf.dispose([value, ...Object.values<Tensor>(gradients)])
        return Object.fromEntries(squares)
      })
      flush() // one graph per image, the same for all of them
      dispose(sums)
      sums = next
    }
    const importance: NamedTensorMap = tf.tidy(() =>
      Object.fromEntries(
        Object.entries<Tensor>(sums).map(([name, sum]) => {
          const mean = tf.div(sum, indices.length)
          const earlier = this.importance[name]
          return [name, earlier ? tf.add(tf.mul(earlier, options.gamma), mean) : mean]
        }),
      ),
    )
    dispose(sums)
    this.dispose()
    this.importance = importance
    this.anchor = model.snapshot()
  }

  state(): NamedTensorMap {
    const named = (kind: string, map: NamedTensorMap) =>
      Object.entries<Tensor>(map).map(([name, tensor]) => [`${kind}/${name}`, tensor])
    return Object.fromEntries([...named('importance', this.importance), ...named('anchor', this.anchor)])
  }

  /** @throws CORRUPT_WEIGHTS on a tensor that is no part of it */
  restore(state: NamedTensorMap): void {
    this.dispose()
    for (const [full, tensor] of Object.entries<Tensor>(state)) {
      const [kind, name] = [full.slice(0, full.indexOf('/')), full.slice(full.indexOf('/') + 1)]
      if (kind !== 'importance' && kind !== 'anchor') {
        throw new AnamnesisError(
          'CORRUPT_WEIGHTS',
          `Method state "${full}" is unknown. Start from an earlier checkpoint.`,
        )
      }
      this[kind][name] = tf.clone(tensor)
    }
  }

  dispose(): void {
    dispose(this.importance)
    dispose(this.anchor)
    this.importance = {}
    this.anchor = {}
  }
}

function dispose(map: NamedTensorMap): void {
  for (const tensor of Object.values<Tensor>(map)) tensor.dispose()
}
