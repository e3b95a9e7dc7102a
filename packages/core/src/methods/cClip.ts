import { z } from 'zod'
import { l2Normalise, type Scalar, type Tensor, type Tensor2D, tf } from '../backend/index.ts'
import type { Random } from '../contracts/index.ts'
import { contrastiveKnowledgeConsolidation, crossModalityConsistency } from '../losses/index.ts'
import { Lora } from '../model/wrappers/lora.ts'
import { WrapperVariables } from '../model/wrappers/wrapper.ts'
import { adapterRate } from './adapterRate.ts'
import type { MethodDefinition } from './method.ts'

const LAYERS = 3

const params = z.strictObject({
  rank: z.number().int().min(1).max(1024).default(16).meta({
    title: 'LoRA rank',
    description: 'Rank of the update that a task learns.',
  }),
  alpha: z.number().positive().max(10_000).default(32).meta({
    title: 'LoRA α',
    description: 'The update is scaled by α / rank.',
  }),
  consolidation: z.number().min(0).max(100).default(1).meta({
    title: 'Weight of the consolidation',
    description: 'Weight of the contrastive loss towards the features of the model before the task.',
  }),
  merge: z.number().min(0).max(1).default(0.5).meta({
    title: 'Merge factor',
    description: 'Share of the update that goes into the weights after the task.',
  }),
  rate: adapterRate(1),
  textRate: z.number().positive().max(1000).default(10).meta({
    title: 'Text rate factor',
    description: 'Further factor on the learning rate in the text tower (published: 10 to 80).',
  }),
})

/**
 * C-CLIP (Liu 2025): a LoRA on both towers learns the task by the contrastive loss of CLIP, is held to the features
 * z of the model before the task by contrastive knowledge consolidation, and is merged into the weights afterwards.
 *
 *     h = P([u; v]), z = [u'; v']                 P: projection of three layers, used in training only
 *     L = L_CLIP(u, v) + L_CKC(h, z)
 *     after the task: W <- W + 0.5 (alpha / r) B A
 *
 * Captions are the class prompts; pairs of one class share the target.
 */
export const cClip: MethodDefinition<typeof params> = {
  id: 'c-clip',
  title: 'C-CLIP',
  paper: 'Liu 2025',
  summary: 'Learns a LoRA by contrastive losses towards captions and old features, then merges half of it.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ rank, alpha, consolidation, merge, rate, textRate }, { model }) => {
    let lora: Lora | null = null
    let projection: WrapperVariables | null = null
    let textFactors = new Set<string>()
    const trained = () => new Map([...lora!.variables, ...projection!.all])
    const end = () => {
      lora?.dispose()
      projection?.dispose()
      lora = projection = null
    }
    return {
      beginTask: ({ position, random }) => {
        lora = new Lora(model.config, { id: `task-${position}`, rank, alpha, seed: String(random.uint32()) })
        projection = openProjection(model.config.embedding, random)
        const text = new Set(lora.factors.filter(({ tower }) => tower === 'text').flatMap(({ a, b }) => [a, b]))
        textFactors = new Set([...lora.variables].filter(([, factor]) => text.has(factor)).map(([name]) => name))
      },
      variables: trained,
      rateFactor: (name) => (textFactors.has(name) ? rate * textRate : rate),
      step: ({ batch }) => {
        const { labels } = batch
        const scale = model.logitScale()
        const oldImages = model.encodeImages(batch.images)
        const oldTexts: Tensor2D = tf.gather(model.encodeTexts(batch.classTokens), labels)
        const terms: Record<string, Scalar> = {}
        const { value, gradients } = model.gradients(() => {
          const images = model.encodeImages(batch.images, lora!.hooks)
          const texts: Tensor2D = tf.gather(model.encodeTexts(batch.classTokens, lora!.hooks), labels)
          const clip = tf.keep(crossModalityConsistency({ images, texts, captionGroups: labels, scale }))
          const kept = tf.keep(
            contrastiveKnowledgeConsolidation({
              images: projected(images, projection!),
              texts: projected(texts, projection!),
              oldImages,
              oldTexts,
              captionGroups: labels,
              scale,
            }),
          )
          Object.assign(terms, { 'loss.contrastive': clip, 'loss.consolidation': kept })
          return tf.add(clip, tf.mul(kept, consolidation))
        }, trained())
        return { gradients, metrics: { 'loss.total': value, ...terms } }
      },
      endTask: () => {
        lora!.merge(model, merge)
        end()
      },
      state: () => ({}), // what was learned is in the weights
      restore: () => {},
      dispose: end,
    }
  },
}

function openProjection(dim: number, random: Random): WrapperVariables {
  const halfWidth = dim ** -0.5
  const layer = (number: number) => [
    {
      name: `projection/${number}/weight`,
      shape: [dim, dim],
      values: Float32Array.from({ length: dim * dim }, () => random.uniform(-halfWidth, halfWidth)),
    },
    { name: `projection/${number}/bias`, shape: [dim], values: new Float32Array(dim) },
  ]
  const layers = Array.from({ length: LAYERS }, (_, i) => layer(i + 1)).flat()
  return new WrapperVariables('the projection of C-CLIP', layers)
}

/** Linear layers with ReLU between them. @param x [batch, dim] @returns unit rows, [batch, dim] */
function projected(x: Tensor2D, projection: WrapperVariables): Tensor2D {
  let rows = x
  for (let layer = 1; layer <= LAYERS; layer++) {
    const weight = projection.get(`projection/${layer}/weight`) as unknown as Tensor2D
    const output = tf.add(tf.matMul(rows, weight), projection.get(`projection/${layer}/bias`) as Tensor) as Tensor2D
    rows = layer < LAYERS ? tf.relu(output) : output
  }
  return l2Normalise(rows)
}
