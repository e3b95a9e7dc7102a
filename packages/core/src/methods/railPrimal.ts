import { z } from 'zod'
import { type Tensor2D, tf } from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'
import { keepDoubles, keptDoubles } from './doubleTensor.ts'
import { imageFeatures } from './imageFeatures.ts'
import { KeptTensors } from './keptTensors.ts'
import { LearnedClasses } from './learnedClasses.ts'
import type { MethodDefinition } from './method.ts'
import { adapterShare, railScores } from './railScores.ts'
import { RecursiveRidge } from './recursiveRidge.ts'

/** Images whose features are held at a time. */
const PART = 512
const PROJECTION = 'projection'
const INVERSE = 'inverse'
const WEIGHTS = 'weights'

const params = z.strictObject({
  units: z.number().int().min(1).max(15_000).default(1024).meta({
    title: 'Random units',
    description: 'Width of the random layer (published: 15,000, for which R alone takes 1.8 GB).',
  }),
  ridge: z.number().positive().max(1e6).default(0.1).meta({
    title: 'Ridge',
    description: 'Penalty on the weights of the regression.',
  }),
  share: adapterShare,
})

/**
 * RAIL, primal form (Xu 2024): a ridge regression from random features of the frozen image embedding to all classes
 * met, which takes in each task exactly and keeps no image.
 *
 *     Phi = ReLU(u(x) W_random),  R <- R - R Phi^T (I + Phi R Phi^T)^-1 Phi R,  W <- W + R Phi^T (Y - Phi W)
 *     p = 0.2 p_zero-shot + 0.8 p_adapter for learned classes, else p_zero-shot
 */
export const railPrimal: MethodDefinition<typeof params> = {
  id: 'rail-primal',
  title: 'RAIL, primal',
  paper: 'Xu 2024',
  summary: 'Solves a recursive ridge regression on random features of the frozen model, without steps.',
  version: 1,
  trains: true,
  closedForm: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ units, ridge, share }, { model }) => {
    const { embedding } = model.config
    const kept = new KeptTensors()
    const learned = new LearnedClasses(kept)
    const phi = (features: Tensor2D): Tensor2D =>
      tf.relu(tf.matMul(features, kept.get<Tensor2D>(PROJECTION)) as Tensor2D)
    return {
      beginTask: ({ random }) => {
        if (kept.has(PROJECTION)) return
        const normal = Float32Array.from({ length: embedding * units }, () => random.normal())
        kept.set(PROJECTION, tf.tensor2d(normal, [embedding, units]))
      },
      step: () => {
        throw new AnamnesisError('INTERNAL', 'RAIL learns without steps.')
      },
      endTask: async ({ task, samples }) => {
        const known = kept.has(`${INVERSE}/high`)
          ? { inverse: await keptDoubles(kept, INVERSE), weights: await keptDoubles(kept, WEIGHTS) }
          : undefined
        const ridgeRegression = new RecursiveRidge(units, ridge, known)
        const { first, count } = learned.add(task)
        ridgeRegression.addClasses(count)
        for (let start = 0; start < samples.count; start += PART) {
          const indices = Array.from({ length: Math.min(PART, samples.count - start) }, (_, i) => start + i)
          const features = await imageFeatures(model, samples, indices)
          const rows = tf.tidy((): Tensor2D => phi(tf.tensor2d(features, [indices.length, embedding])))
          ridgeRegression.learn(
            await rows.data<'float32'>(),
            indices.map((index) => first + samples.labels[index]!),
          )
          rows.dispose()
        }
        keepDoubles(kept, INVERSE, ridgeRegression.inverse)
        keepDoubles(kept, WEIGHTS, ridgeRegression.weights)
      },
      classifier: ({ task, classTokens }) => {
        const range = learned.of(task.id)
        const weights =
          range &&
          tf.tidy((): Tensor2D => {
            const all = tf.reshape(kept.get(`${WEIGHTS}/high`), [units, learned.count]) as Tensor2D
            return tf.slice(all, [0, range.first], [units, range.count])
          })
        const adapter = weights && ((features: Tensor2D): Tensor2D => tf.matMul(phi(features), weights))
        return railScores(model, classTokens, share, adapter, () => weights?.dispose())
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
