import {
  adamwUpdate,
  type NamedTensorMap,
  type Scalar,
  stepScalar,
  type Tensor,
  tf,
  type Variable,
} from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'

export interface AdamWOptions {
  /** Decoupled decay; applied to matrices and embeddings only, not to biases, norms and scalars. */
  weightDecay?: number
  beta1?: number
  beta2?: number
  epsilon?: number
  /** Factor on the learning rate of a variable; 1 when absent. */
  rateFactor?(name: string): number
}

export interface AdamWState {
  /** Updates made so far. */
  step: number
  /** `first/<name>` and `second/<name>`. */
  moments: NamedTensorMap
}

let created = 0

/** AdamW (Loshchilov 2019) over the trainable ones of the given variables. */
export class AdamW {
  private readonly variables: ReadonlyMap<string, Variable>
  private readonly options: Required<AdamWOptions>
  private readonly first = new Map<string, Variable>()
  private readonly second = new Map<string, Variable>()
  private step = 0

  /** @param variables by the names that gradients carry */
  constructor(variables: ReadonlyMap<string, Variable>, options: AdamWOptions = {}) {
    this.options = { weightDecay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, rateFactor: () => 1, ...options }
    this.variables = new Map([...variables].filter(([, variable]) => variable.trainable))
    const prefix = `adamw${created++}`
    for (const [name, { shape, size }] of this.variables) {
      for (const [kind, moments] of [['first', this.first] as const, ['second', this.second] as const]) {
        // Zeros from the host, not tf.zeros: a lazy engine would compile those into a first step of its own.
        const zeros = tf.tensor(new Float32Array(size), shape)
        moments.set(name, tf.variable(zeros, false, `${prefix}/${kind}/${name}`))
        zeros.dispose()
      }
    }
  }

  /**
   * One update. What changes from step to step goes in as `stepScalar`, so that all steps run the same graph.
   * @param gradients by name; a variable without one keeps its value and its moments; they stay the caller's
   */
  apply(gradients: NamedTensorMap, learningRate: number): void {
    this.step++
    const { weightDecay, beta1, beta2, epsilon, rateFactor } = this.options
    tf.tidy(() => {
      const rates = new Map<number, Scalar>() // by factor: few differ
      const rateFor = (factor: number): Scalar => {
        const rate = rates.get(factor) ?? stepScalar((factor * learningRate) / (1 - beta1 ** this.step))
        rates.set(factor, rate)
        return rate
      }
      const correction = stepScalar(1 / Math.sqrt(1 - beta2 ** this.step))
      const kept = weightDecay === 0 ? null : stepScalar(1 - learningRate * weightDecay)
      for (const [name, variable] of this.variables) {
        const gradient = gradients[name]
        if (!gradient) continue
        const rate = rateFor(rateFactor(name))
        // Each variable tidies up after itself: an eager backend then holds the temporaries of one, not of all.
        tf.tidy(() => {
          const [first, second] = [this.first.get(name)!, this.second.get(name)!]
          const decay = variable.rank > 1 ? kept : null
          const step = { beta1, beta2, epsilon, rate, correction, kept: decay }
          const updated = adamwUpdate({ weight: variable, first, second }, gradient, step)
          variable.assign(updated.weight)
          first.assign(updated.first)
          second.assign(updated.second)
        })
      }
    })
  }

  /** What resume needs. The tensors are the optimiser's own: not to be disposed, and only valid until the next update. */
  state(): AdamWState {
    const moments: NamedTensorMap = {}
    for (const name of this.variables.keys()) {
      moments[`first/${name}`] = this.first.get(name)!
      moments[`second/${name}`] = this.second.get(name)!
    }
    return { step: this.step, moments }
  }

  /** Goes on from a saved state; the given tensors stay the caller's. @throws CORRUPT_WEIGHTS when moments are missing or misshapen */
  restore({ step, moments }: AdamWState): void {
    const own = this.state().moments
    const faults = Object.entries(own)
      .filter(([name, tensor]) => moments[name]?.shape.join() !== tensor.shape.join())
      .map(([name]) => name)
    if (faults.length > 0) {
      throw new AnamnesisError(
        'CORRUPT_WEIGHTS',
        `Optimiser state does not fit the model; missing or misshapen: ${faults.join(', ')}. Start from an earlier checkpoint.`,
      )
    }
    tf.tidy(() => {
      for (const [name, tensor] of Object.entries<Tensor>(own)) (tensor as Variable).assign(tf.clone(moments[name]!))
    })
    this.step = step
  }

  dispose(): void {
    for (const variable of [...this.first.values(), ...this.second.values()]) variable.dispose()
  }
}
