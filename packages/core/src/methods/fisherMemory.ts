import { type NamedTensorMap, type Scalar, type Tensor, tf, type Variable } from '../backend/index.ts'
import { meanOne } from '../losses/index.ts'

/** Part of the running mean that stays at each step. */
const KEPT = 0.9
/** Share of values above the clip. */
const ABOVE = 0.005
/** Most values of a tensor among which the clip is looked for. */
const SAMPLE = 4096
/** Weight of tensors that the losses did not reach. */
const UNREACHED = 1e-6

interface FisherMemoryOptions {
  /** Running mean over steps instead of the step's own squares. */
  memory: boolean
  clip: boolean
}

let created = 0

/**
 * The Fisher weights of the profile `adaptive`:
 *
 *     Wbar = 0.9 Wbar + 0.1 g^2
 *     W    = Wbar^gamma / mean(Wbar^gamma) per tensor, cut at the 99.5th percentile (of an even sample of its values)
 */
export class FisherMemory {
  private readonly means = new Map<string, Variable>()

  constructor(
    variables: ReadonlyMap<string, Variable>,
    private readonly options: FisherMemoryOptions,
  ) {
    if (!options.memory) return
    const prefix = `fisher${created++}`
    for (const [name, { shape, size }] of variables) {
      const zeros = tf.tensor(new Float32Array(size), shape) // from the host: see AdamW
      this.means.set(name, tf.variable(zeros, false, `${prefix}/${name}`))
      zeros.dispose()
    }
  }

  /** Forgets earlier tasks. */
  begin(): void {
    for (const mean of this.means.values()) {
      const zeros = tf.tensor(new Float32Array(mean.size), mean.shape)
      mean.assign(zeros)
      zeros.dispose()
    }
  }

  /** W of one tensor in this step, inside tf.tidy. @param gamma null leaves the squares as they are */
  weights(name: string, gradients: NamedTensorMap, gamma: Scalar | null): Tensor {
    const gradient = gradients[name]
    if (!gradient) return tf.scalar(UNREACHED)
    const squared = meanOne(this.remembered(name, tf.square(gradient)))
    const weights = gamma ? meanOne(tf.pow(squared, gamma)) : squared
    return this.options.clip ? tf.minimum(weights, percentile(weights)) : weights
  }

  dispose(): void {
    for (const mean of this.means.values()) mean.dispose()
    this.means.clear()
  }

  private remembered(name: string, squared: Tensor): Tensor {
    const mean = this.means.get(name)
    if (!mean) return squared
    const next = tf.add(tf.mul(mean, KEPT), tf.mul(squared, 1 - KEPT))
    mean.assign(next)
    return next
  }
}

/** The value that a share of 0.5 % of the sample exceeds. */
function percentile(values: Tensor): Tensor {
  const { size } = values
  const flat = tf.reshape(values, [size])
  const stride = Math.ceil(size / SAMPLE)
  const sample = stride === 1 ? flat : tf.stridedSlice(flat, [0], [size], [stride])
  const k = Math.max(1, Math.ceil(ABOVE * sample.size))
  return tf.min(tf.topk(sample, k).values)
}
