import { type NamedTensorMap, type Tensor, type Tensor1D, type Tensor2D, tf } from '../backend/index.ts'
import { fitGaussian } from './gaussian.ts'
import { KeptTensors } from './keptTensors.ts'

/** Feature dimension of the published models, for which the weight's offset of 1 was chosen. */
const PUBLISHED_DIMENSION = 512

/**
 * One Gaussian for each task over image features of the base model, which tells what task an image belongs to and how
 * surely (DIKI, Tang 2024). The entries of unit rows are smaller the more there are, and with it grows the density:
 * features of another dimension are scaled to the entries that they would have in 512.
 */
export class TaskGaussians {
  private readonly kept = new KeptTensors()
  private tasks = 0

  constructor(
    private readonly dim: number,
    private readonly shrinkage: number,
  ) {}

  /** Tasks learned. */
  get count(): number {
    return this.tasks
  }

  /** @param features of the images of the next task, unit rows, [n * dim] */
  learn(features: Float32Array): void {
    const { dim } = this
    const scale = Math.sqrt(dim / PUBLISHED_DIMENSION)
    const { mean, inverse, constant } = fitGaussian(
      features.map((value) => value * scale),
      dim,
      this.shrinkage,
    )
    this.tasks++
    const name = `gaussian/${this.tasks}`
    this.kept.set(`${name}/mean`, tf.tensor1d(mean))
    this.kept.set(`${name}/inverse`, tf.tensor2d(inverse, [dim, dim]))
    this.kept.set(`${name}/constant`, tf.tensor1d([constant]))
  }

  /**
   * @param features unit rows, [batch, dim]
   * @returns tasks: the most likely one, from 0, [batch], int32; weights: sigmoid(log p / dim - 1), [batch]
   */
  choose(features: Tensor2D): { tasks: Tensor1D; weights: Tensor1D } {
    const scaled: Tensor2D = tf.mul(features, Math.sqrt(this.dim / PUBLISHED_DIMENSION))
    const all = tf.stack(
      Array.from({ length: this.tasks }, (_, i) => this.logDensity(i + 1, scaled)),
      1,
    ) as Tensor2D
    const perDimension = tf.div(tf.max(all, 1), this.dim)
    return { tasks: tf.argMax(all, 1), weights: tf.sigmoid(tf.sub(perDimension, 1)) as Tensor1D }
  }

  state(): NamedTensorMap {
    return this.kept.state()
  }

  restore(state: NamedTensorMap): void {
    this.kept.restore(state)
    while (this.kept.has(`gaussian/${this.tasks + 1}/mean`)) this.tasks++
  }

  dispose(): void {
    this.kept.dispose()
  }

  /** @returns [batch] */
  private logDensity(task: number, rows: Tensor2D): Tensor {
    const part = (name: string) => this.kept.get(`gaussian/${task}/${name}`)
    const centred = tf.sub(rows, part('mean')) as Tensor2D
    const white = tf.matMul(centred, part('inverse') as Tensor2D, false, true)
    return tf.sub(part('constant'), tf.mul(tf.sum(tf.square(white), 1), 0.5))
  }
}
