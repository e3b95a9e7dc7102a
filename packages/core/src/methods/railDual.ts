import { z } from 'zod'
import { type Tensor, type Tensor2D, tf } from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'
import { cholesky, choleskySolve } from './cholesky.ts'
import { imageFeatures } from './imageFeatures.ts'
import { KeptTensors } from './keptTensors.ts'
import { LearnedClasses } from './learnedClasses.ts'
import type { MethodDefinition } from './method.ts'
import { adapterShare, railScores } from './railScores.ts'

const FEATURES = 'features'
const LABELS = 'labels'
const COEFFICIENTS = 'coefficients'

const params = z.strictObject({
  gamma: z.number().positive().max(1000).default(0.1).meta({
    title: 'Kernel γ',
    description: 'The kernel is exp(-γ |u - u′|²).',
  }),
  ridge: z.number().positive().max(1e6).default(0.001).meta({
    title: 'Ridge',
    description: 'Penalty of the regression.',
  }),
  images: z.number().int().min(1).max(10_000).default(300).meta({
    title: 'Images of a task',
    description:
      'Most training images whose features are stored; time grows with the cube of all stored ones (published: 16 a class).',
  }),
  share: adapterShare,
})

/**
 * RAIL, dual form (Xu 2024): kernel ridge regression on the stored features of all tasks. What grows are the rows and
 * columns of K; the solution is that of all tasks at once.
 *
 *     K_ij = exp(-gamma |u_i - u_j|^2),  alpha = (K + ridge I)^-1 Y
 *     p = 0.2 p_zero-shot + 0.8 k(x) alpha for learned classes, else p_zero-shot
 */
export const railDual: MethodDefinition<typeof params> = {
  id: 'rail-dual',
  title: 'RAIL, dual',
  paper: 'Xu 2024',
  summary: 'Solves a kernel ridge regression on stored features of the frozen model, without steps.',
  version: 1,
  trains: true,
  closedForm: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ gamma, ridge, images, share }, { model }) => {
    const { embedding } = model.config
    const kept = new KeptTensors()
    const learned = new LearnedClasses(kept)
    const stored = async (name: string): Promise<Float32Array> =>
      kept.has(name) ? kept.get<Tensor>(name).data<'float32'>() : new Float32Array(0)
    return {
      beginTask: () => {},
      step: () => {
        throw new AnamnesisError('INTERNAL', 'RAIL learns without steps.')
      },
      endTask: async ({ task, samples, random }) => {
        const indices = random.shuffle(Array.from({ length: samples.count }, (_, i) => i)).slice(0, images)
        const { first } = learned.add(task)
        const features = joined(await stored(FEATURES), await imageFeatures(model, samples, indices))
        const labels = joined(
          await stored(LABELS),
          Float32Array.from(indices, (index) => first + samples.labels[index]!),
        )
        kept.set(FEATURES, tf.tensor2d(features, [labels.length, embedding]))
        kept.set(LABELS, tf.tensor1d(labels))
        const alpha = coefficients(features, labels, { gamma, ridge, classes: learned.count })
        kept.set(COEFFICIENTS, tf.tensor2d(alpha, [labels.length, learned.count]))
      },
      classifier: ({ task, classTokens }) => {
        const range = learned.of(task.id)
        if (!range) return railScores(model, classTokens, share, null, () => {})
        const rows = kept.get<Tensor2D>(FEATURES)
        const alpha = tf.tidy(() =>
          tf.slice(kept.get<Tensor2D>(COEFFICIENTS), [0, range.first], [rows.shape[0], range.count]),
        )
        const adapter = (features: Tensor2D): Tensor2D => {
          const squared = tf.sub(2, tf.mul(tf.matMul(features, rows, false, true), 2)) // of unit rows
          return tf.matMul(tf.exp(tf.mul(squared, -gamma)) as Tensor2D, alpha)
        }
        return railScores(model, classTokens, share, adapter, () => alpha.dispose())
      },
      state: () => kept.state(),
      restore: (state) => {
        kept.restore(state)
        learned.restore()
      },
      dispose: () => kept.dispose(),
    }
  },
}

const joined = (first: Float32Array, second: Float32Array): Float32Array => {
  const both = new Float32Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** alpha = (K + ridge I)^-1 Y, in double precision. @param features unit rows @returns [n * classes] */
function coefficients(
  features: Float32Array,
  labels: Float32Array,
  { gamma, ridge, classes }: { gamma: number; ridge: number; classes: number },
): Float32Array {
  const n = labels.length
  const dim = features.length / n
  const kernel = new Float64Array(n * n)
  const targets = new Float64Array(n * classes)
  for (let i = 0; i < n; i++) {
    targets[i * classes + labels[i]!] = 1
    for (let j = 0; j <= i; j++) {
      let squared = 0
      for (let d = 0; d < dim; d++) squared += (features[i * dim + d]! - features[j * dim + d]!) ** 2
      kernel[i * n + j] = Math.exp(-gamma * squared) + (i === j ? ridge : 0)
    }
  }
  return Float32Array.from(choleskySolve(cholesky(kernel, n), n, targets, classes))
}
