import { z } from 'zod'
import { type Scalar, type Tensor2D, type Tensor3D, tf } from '../backend/index.ts'
import { crossEntropy } from '../losses/index.ts'
import { adapterRate } from './adapterRate.ts'
import { imageFeatures } from './imageFeatures.ts'
import { logitsUnder } from './logitsUnder.ts'
import type { MethodDefinition } from './method.ts'
import { MixtureOfAdapters } from './mixtureOfAdapters.ts'
import { numbered } from './numbered.ts'
import { TaskAutoencoders } from './taskAutoencoders.ts'

/** Experts that every sequence goes through, and that are frozen after a task. */
const CHOSEN = 2

const params = z.strictObject({
  experts: z.number().int().min(CHOSEN).max(64).default(8).meta({
    title: 'Experts',
    description: 'Adapters beside the feed-forward layers of each block (published: 22).',
  }),
  bottleneck: z.number().int().min(1).max(1024).default(64).meta({
    title: 'Bottleneck',
    description: 'Hidden width of an expert.',
  }),
  scale: z.number().positive().max(100).default(0.1).meta({
    title: 'Scale',
    description: 'Factor on the output of the experts.',
  }),
  rate: adapterRate(30),
  routerImages: z.number().int().min(2).max(100_000).default(512).meta({
    title: 'Images for the task choice',
    description: 'Training images of a task that its autoencoder learns from.',
  }),
  autoencoderSteps: z.number().int().min(1).max(10_000).default(300).meta({
    title: 'Autoencoder steps',
    description: 'Updates of the autoencoder that tells images of a task from others.',
  }),
  compression: z.number().positive().max(1000).default(8).meta({
    title: 'Compression',
    description: 'Feature dimension divided by the code length of the autoencoders.',
  }),
  deviations: z.number().min(0).max(100).default(3).meta({
    title: 'Limit of the task choice',
    description:
      'Images whose reconstruction error is this many deviations above the mean of a task are scored by the base model.',
  }),
})

/**
 * MoE-Adapters (Yu 2024) around the frozen model: adapters in every block are shared by all tasks, each task has a
 * router that sends a sequence through two of them, and the two most used ones of a block are frozen after the task.
 *
 *     y = x + MLP(norm x) + sum_e G_e(h) A_e(x),  G = top-2 softmax of h W + e softplus(h W_noise)
 *     L = CE
 *
 * Scoring does not know the task: autoencoders on features of the base model choose the router, image by image, or
 * none, which leaves CLIP as it was.
 */
export const moeAdapters: MethodDefinition<typeof params> = {
  id: 'moe-adapters',
  title: 'MoE-Adapters',
  paper: 'Yu 2024',
  summary: 'Trains a mixture of adapters with a router for each task; unknown images are left to the base model.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ experts, bottleneck, scale, rate, routerImages, autoencoderSteps, compression, deviations }, setting) => {
    const { model, labelSmoothing } = setting
    const autoencoders = new TaskAutoencoders({ steps: autoencoderSteps, compression, deviations })
    let mixture: MixtureOfAdapters | null = null
    let noise: Parameters<MixtureOfAdapters['training']>[0]
    const open = (seed: string) =>
      new MixtureOfAdapters(model.config, { experts, chosen: CHOSEN, bottleneck, scale, seed })
    return {
      beginTask: ({ random }) => {
        mixture ??= open(String(random.uint32()))
        mixture.addRouter()
        mixture.beginCount()
        noise = random
      },
      variables: () => mixture!.variables(),
      rateFactor: () => rate,
      step: ({ batch }) => {
        const hooks = mixture!.training(noise)
        const { value, gradients } = model.gradients(() => {
          const classes = model.encodeTexts(batch.classTokens, hooks)
          const images = model.encodeImages(batch.images, hooks)
          const logits: Tensor2D = tf.mul(tf.matMul(images, classes, false, true), model.logitScale())
          return crossEntropy(logits, batch.labels, labelSmoothing)
        }, mixture!.variables())
        return { gradients, metrics: { 'loss.total': value, 'loss.ce': value.clone() as Scalar } }
      },
      endTask: async ({ samples, random }) => {
        await mixture!.freezeMostUsed()
        const chosen = random.shuffle(Array.from({ length: samples.count }, (_, i) => i)).slice(0, routerImages)
        const features = await imageFeatures(model, samples, chosen)
        await autoencoders.learn(features, model.config.embedding, random)
      },
      classifier: ({ classTokens }) => {
        const { tasks } = mixture!
        const classes = classTokens.shape[0]!
        // Class prompts under no router, then under that of each task: [1 + tasks, classes, dim]
        const prompts = tf.tidy((): Tensor3D => {
          const routed = Array.from({ length: tasks }, (_, i) => {
            const own = tf.oneHot(tf.fill([classes], i + 1, 'int32'), tasks + 1, 1, 0, 'float32') as Tensor2D
            return model.encodeTexts(classTokens, mixture!.choosing(own))
          })
          const all = tf.stack([model.encodeTexts(classTokens), ...routed]) as Tensor3D
          return tf.mul(all, model.logitScale())
        })
        return {
          logits: (images) => {
            const own = autoencoders.choose(model.encodeImages(images))
            const embedded = model.encodeImages(images, mixture!.choosing(own))
            return logitsUnder(embedded, prompts, own)
          },
          dispose: () => prompts.dispose(),
        }
      },
      state: () => ({ ...mixture?.state(), ...autoencoders.state() }),
      restore: (state) => {
        mixture = open('restored')
        mixture.restore(state, numbered(state, 'router'))
        autoencoders.restore(
          Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith('autoencoder/'))),
        )
      },
      dispose: () => {
        mixture?.dispose()
        autoencoders.dispose()
      },
    }
  },
}
