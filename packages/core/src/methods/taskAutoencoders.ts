import {
  adamwUpdate,
  type NamedTensorMap,
  type Scalar,
  stepScalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
  type Variable,
} from '../backend/index.ts'
import type { Random } from '../contracts/index.ts'
import { KeptTensors } from './keptTensors.ts'

export interface AutoencoderOptions {
  /** Code length is the feature dimension divided by it. */
  compression: number
  /** Updates of each autoencoder. */
  steps: number
  /** How many deviations above the mean error of its own images still belong to a task. */
  deviations: number
}

/** Adam's rate for the autoencoders; features are few and small. */
const RATE = 0.01
const BETA1 = 0.9
const BETA2 = 0.999
const LAYERS = ['down', 'downBias', 'up', 'upBias'] as const
type Layer = (typeof LAYERS)[number]

/**
 * Which task an image belongs to, told by one autoencoder for each task on features of the base model (the
 * distribution-discriminative auto-selector of MoE-Adapters, Yu 2024): the smallest reconstruction error wins, and an
 * error beyond the limit of that task means none of them.
 *
 *     y = sigmoid(sqrt(dim) u(x)),  e(x) = mean (y - sigmoid(relu(y D + d) U + v))^2
 */
export class TaskAutoencoders {
  private readonly options: AutoencoderOptions
  private readonly kept = new KeptTensors()
  private count = 0

  constructor(options: AutoencoderOptions) {
    this.options = options
  }

  /** Learns what the images of the next task look like. @param features unit rows, [n * dim] */
  async learn(features: Float32Array, dim: number, random: Random): Promise<void> {
    const { steps, deviations, compression } = this.options
    const n = features.length / dim
    const code = Math.max(1, Math.round(dim / compression))
    const inputs = tf.tidy(() => scaled(tf.tensor2d(features, [n, dim])))
    const weights = startingWeights(dim, code, random)
    await fit(weights, inputs, steps)
    this.count++
    for (const layer of LAYERS) {
      this.kept.set(this.name(this.count, layer), tf.clone<Tensor>(weights[layer]))
      weights[layer].dispose()
    }
    const limit: Tensor = tf.tidy(() => {
      const { mean, variance } = tf.moments(this.errorOf(this.count, inputs))
      return tf.add(mean, tf.mul(tf.sqrt(variance), deviations))
    })
    this.kept.set(this.name(this.count, 'limit'), limit)
    inputs.dispose()
  }

  /** @param features unit rows, [batch, dim] @returns [batch, 1 + tasks]: 1 at the task that an image belongs to, in the first column where it belongs to none */
  choose(features: Tensor2D): Tensor2D {
    return tf.tidy(() => {
      const inputs = scaled(features)
      const tasks = Array.from({ length: this.count }, (_, i) => i + 1)
      const errors = tf.stack(
        tasks.map((task) => this.errorOf(task, inputs)),
        1,
      )
      const limits = tf.stack(tasks.map((task) => this.kept.get(this.name(task, 'limit'))))
      const nearest: Tensor1D = tf.argMin(errors, 1)
      const within = tf.lessEqual(tf.min(errors, 1), tf.gather(limits, nearest))
      const chosen = tf.where(within, tf.add(nearest, tf.scalar(1, 'int32')), tf.zerosLike(nearest))
      return tf.oneHot(chosen as Tensor1D, this.count + 1, 1, 0, 'float32') as Tensor2D
    })
  }

  state(): NamedTensorMap {
    return this.kept.state()
  }

  restore(state: NamedTensorMap): void {
    this.kept.restore(state)
    while (this.kept.has(this.name(this.count + 1, 'limit'))) this.count++
  }

  dispose(): void {
    this.kept.dispose()
  }

  /** @returns [batch] */
  private errorOf(task: number, inputs: Tensor2D): Tensor {
    const part = (layer: Layer) => this.kept.get(this.name(task, layer))
    return reconstructionError(
      { down: part('down'), downBias: part('downBias'), up: part('up'), upBias: part('upBias') },
      inputs,
    )
  }

  private name(task: number, part: Layer | 'limit'): string {
    return `autoencoder/${task}/${part}`
  }
}

/** Entries of unit rows become about 1 in size whatever the dimension, then lie in (0, 1). */
const scaled = (features: Tensor2D): Tensor2D => tf.sigmoid(tf.mul<Tensor2D>(features, Math.sqrt(features.shape[1])))

/** Mean square over the features. @returns [batch] */
function reconstructionError(weights: Record<Layer, Tensor>, inputs: Tensor2D): Tensor {
  const code = tf.relu(tf.add(tf.matMul(inputs, weights.down as Tensor2D), weights.downBias)) as Tensor2D
  const output = tf.sigmoid(tf.add(tf.matMul(code, weights.up as Tensor2D), weights.upBias))
  return tf.mean(tf.squaredDifference(output, inputs), 1)
}

function startingWeights(dim: number, code: number, random: Random): Record<Layer, Variable> {
  const uniform = (shape: number[], halfWidth: number): Variable =>
    tf.tidy(() => {
      const size = shape.reduce((a, b) => a * b, 1)
      const values = Float32Array.from({ length: size }, () => random.uniform(-halfWidth, halfWidth))
      return tf.variable(tf.tensor(values, shape))
    })
  return {
    down: uniform([dim, code], dim ** -0.5),
    downBias: uniform([code], dim ** -0.5),
    up: uniform([code, dim], code ** -0.5),
    upBias: uniform([dim], code ** -0.5),
  }
}

/** Adam on the mean error of all rows. */
async function fit(weights: Record<Layer, Variable>, inputs: Tensor2D, steps: number): Promise<void> {
  const zeros = (layer: Layer) =>
    tf.tidy(() => tf.variable(tf.tensor(new Float32Array(weights[layer].size), weights[layer].shape), false))
  const moments = LAYERS.map((layer) => ({ layer, first: zeros(layer), second: zeros(layer) }))
  for (let step = 1; step <= steps; step++) {
    const loss = tf.tidy((): Scalar => {
      const variables = LAYERS.map((layer) => weights[layer])
      const { value, grads } = tf.variableGrads(
        () => tf.mean(reconstructionError(weights, inputs)) as Scalar,
        variables,
      )
      const rates = { beta1: BETA1, beta2: BETA2, epsilon: 1e-8, kept: null }
      const rate = stepScalar(RATE / (1 - BETA1 ** step))
      const correction = stepScalar(1 / Math.sqrt(1 - BETA2 ** step))
      for (const { layer, first, second } of moments) {
        const variable = weights[layer]
        const updated = adamwUpdate({ weight: variable, first, second }, grads[variable.name]!, {
          ...rates,
          rate,
          correction,
        })
        variable.assign(updated.weight)
        first.assign(updated.first)
        second.assign(updated.second)
      }
      return value
    })
    await loss.data() // runs the step
    loss.dispose()
  }
  tf.dispose(moments.map(({ first, second }) => [first, second]))
}
