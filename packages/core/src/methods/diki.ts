import { z } from 'zod'
import { type NamedTensorMap, type Scalar, type Tensor, type Tensor2D, type Tensor3D, tf } from '../backend/index.ts'
import { crossEntropy } from '../losses/index.ts'
import { AttentionPrefixes } from '../model/wrappers/attentionPrefixes.ts'
import { adapterRate } from './adapterRate.ts'
import { imageFeatures } from './imageFeatures.ts'
import { logitsUnder } from './logitsUnder.ts'
import type { MethodDefinition } from './method.ts'
import { prefixesOf } from './prefixesOf.ts'
import { TaskGaussians } from './taskGaussians.ts'

const params = z.strictObject({
  length: z.number().int().min(1).max(100).default(8).meta({
    title: 'Prefix length',
    description: 'Learned keys and values in the attention of a block.',
  }),
  blocks: z.number().int().min(1).max(100).default(8).meta({
    title: 'Blocks',
    description: 'First blocks of both towers that have a prefix.',
  }),
  shrinkage: z.number().min(0.001).max(1).default(0.1).meta({
    title: 'Shrinkage',
    description: 'Share of a round covariance in that of the features of a task.',
  }),
  gaussianImages: z.number().int().min(2).max(100_000).default(1024).meta({
    title: 'Images for the task choice',
    description: 'Training images of a task whose features tell later which images belong to it.',
  }),
  rate: adapterRate(100),
})

/**
 * DIKI (Tang 2024) around the frozen model: each task has its own prefix, whose attention is added to the untouched
 * one with a softmax of its own; values start at zero, so that training starts from the model as it is.
 *
 *     out = Attn(q, K, V) + w Attn(q, K_p, V_p),   L = CE with w = 1
 *
 * Scoring does not know the task: an image takes the prefix of the task under whose Gaussian its features of the base
 * model are most likely, with w = sigmoid(log p / dim - 1). Of the class prompts the two embeddings, without prefix
 * and with it, are mixed by w.
 */
export const diki: MethodDefinition<typeof params> = {
  id: 'diki',
  title: 'DIKI',
  paper: 'Tang 2024',
  summary: 'Adds the attention of a prefix for each task, weighted by how likely an image belongs to that task.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ length, blocks, shrinkage, gaussianImages, rate }, setting) => {
    const { model, labelSmoothing } = setting
    const { config } = model
    const gaussians = new TaskGaussians(config.embedding, shrinkage)
    const prefixes: AttentionPrefixes[] = []
    const add = (seed: string) => {
      const prefix = new AttentionPrefixes(config, {
        id: `task-${prefixes.length + 1}`,
        length,
        blocks: Array.from({ length: blocks }, (_, i) => i),
        seed,
        zeroValues: true,
        separateWeight: () => tf.scalar(1),
      })
      prefixes.push(prefix)
      return prefix
    }
    return {
      beginTask: ({ random }) => {
        add(String(random.uint32()))
      },
      variables: () => prefixes.at(-1)!.variables,
      rateFactor: () => rate,
      step: ({ batch }) => {
        const { hooks, variables } = prefixes.at(-1)!
        const { value, gradients } = model.gradients(() => {
          const classes = model.encodeTexts(batch.classTokens, hooks)
          const images = model.encodeImages(batch.images, hooks)
          const logits: Tensor2D = tf.mul(tf.matMul(images, classes, false, true), model.logitScale())
          return crossEntropy(logits, batch.labels, labelSmoothing)
        }, variables)
        return { gradients, metrics: { 'loss.total': value, 'loss.ce': value.clone() as Scalar } }
      },
      endTask: async ({ samples, random }) => {
        const chosen = random.shuffle(Array.from({ length: samples.count }, (_, i) => i)).slice(0, gaussianImages)
        gaussians.learn(await imageFeatures(model, samples, chosen))
      },
      classifier: ({ classTokens }) => {
        // Class prompts without a prefix, then with that of each task: [1 + tasks, classes, dim]
        const prompts = tf.tidy((): Tensor3D => {
          const own = prefixes.map(({ hooks }) => model.encodeTexts(classTokens, hooks))
          return tf.mul(tf.stack([model.encodeTexts(classTokens), ...own]) as Tensor3D, model.logitScale())
        })
        return {
          logits: (images) => {
            const { tasks, weights } = gaussians.choose(model.encodeImages(images))
            const ofTask = prefixesOf(prefixes, tasks)
            const embedded = model.encodeImages(images, {
              attentionPrefix: (place) => {
                const prefix = ofTask(place)
                return prefix && { ...prefix, separateWeight: weights }
              },
            })
            const column: Tensor2D = tf.expandDims(weights, 1)
            const marked = tf.oneHot(tf.add(tasks, tf.scalar(1, 'int32')), prefixes.length + 1, 1, 0, 'float32')
            const own: Tensor2D = tf.mul(tf.slice(marked as Tensor2D, [0, 1]), column)
            return logitsUnder(embedded, prompts, tf.concat([tf.sub(1, column) as Tensor2D, own], 1))
          },
          dispose: () => prompts.dispose(),
        }
      },
      state: (): NamedTensorMap => Object.assign({}, ...[...prefixes, gaussians].map((part) => part.state())),
      restore: (state) => {
        gaussians.restore(
          Object.fromEntries(Object.entries<Tensor>(state).filter(([name]) => name.startsWith('gaussian/'))),
        )
        while (prefixes.length < gaussians.count) add('restored').restore(state)
      },
      dispose: () => {
        for (const part of [...prefixes, gaussians]) part.dispose()
      },
    }
  },
}
