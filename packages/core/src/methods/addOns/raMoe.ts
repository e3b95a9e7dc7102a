import { z } from 'zod'
import { type NamedTensorMap, type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from '../../backend/index.ts'
import type { TowerHooks } from '../../model/hooks.ts'
import { KeptTensors } from '../keptTensors.ts'
import type { MethodSetting, TaskContext } from '../method.ts'
import type { AddOnDefinition } from './addOn.ts'

/** Images embedded at a time when a memory is made. */
const BATCH = 32
/** Share of a memory's own scores below which the base model answers. */
const OUTSIDE = 0.05

const params = z.strictObject({
  eta: z.number().min(0).max(1).default(0.5).meta({
    title: 'Image part η',
    description: 'Weight of image similarity in the routing; the rest is similarity of class prompts.',
  }),
  neighbours: z.number().int().min(1).max(1000).default(16).meta({
    title: 'Neighbours k',
    description: 'Nearest entries of an expert’s memory whose similarity counts.',
  }),
  memory: z.number().int().min(2).max(100_000).default(256).meta({
    title: 'Memory',
    description: 'Embeddings of training images that each expert keeps; images themselves are not kept.',
  }),
})

/**
 * Retrieval-aware mixture of experts (MedAlign, arXiv 2510.21093). An expert is the model as it was after a task; its
 * memory holds embeddings of the task's images and class prompts under the base model. An image goes to the expert of
 * the largest
 *
 *     s_e = eta mean top-k cos(u, images of e) + (1 - eta) mean top-k cos(v, texts of e)
 *
 * and to the base model when that is below the 5th percentile of the expert's own images (each without itself). Every
 * expert scores every image, so evaluation costs one forward pass per task learned and two for the base model.
 */
export const raMoe: AddOnDefinition<typeof params> = {
  id: 'ra-moe',
  title: 'Retrieval-aware experts',
  paper: 'MedAlign 2025',
  summary: 'Keeps the model after each task and sends every test image to the one whose memory it resembles.',
  version: 1,
  needs: 'nothing',
  params,
  create: ({ eta, neighbours, memory }, setting) => {
    const { model } = setting
    const base = new KeptTensors()
    const kept = new KeptTensors() // "<expert>/weights/<name>", "<expert>/images", "<expert>/texts", "<expert>/least"
    const hooks = (weights: NamedTensorMap): TowerHooks => ({ parameter: (name, own) => weights[name] ?? own })
    const part = (expert: number): Expert => {
      const own = `${expert}/`
      const named = Object.entries<Tensor>(kept.state()).filter(([name]) => name.startsWith(`${own}weights/`))
      return {
        hooks: hooks(Object.fromEntries(named.map(([name, tensor]) => [name.slice(`${own}weights/`.length), tensor]))),
        images: kept.get(`${own}images`),
        texts: kept.get(`${own}texts`),
        least: kept.get(`${own}least`),
      }
    }
    const experts = (): Expert[] => {
      const found: Expert[] = []
      for (let expert = 1; kept.has(`${expert}/least`); expert++) found.push(part(expert))
      return found
    }
    return {
      beginTask: async () => {
        if (base.has('logit_scale')) return
        const initial = await setting.openInitial()
        for (const [name, variable] of initial.variables) base.set(name, tf.clone<Tensor>(variable))
        initial.dispose()
      },
      endTask: async (context) => {
        const expert = experts().length + 1
        for (const [name, tensor] of Object.entries<Tensor>(model.snapshot())) {
          kept.set(`${expert}/weights/${name}`, tensor)
        }
        const { images, texts } = await memoryOf(setting, context, memory, hooks(base.state()))
        kept.set(`${expert}/images`, images)
        kept.set(`${expert}/texts`, texts)
        kept.set(`${expert}/least`, leastOwnScore(images, texts, eta, neighbours))
      },
      classifier: ({ classTokens }) => {
        const all = experts()
        const plain = hooks(base.state())
        const scale = model.logitScale()
        const prompts = (under: TowerHooks) =>
          tf.tidy((): Tensor2D => tf.mul(model.encodeTexts(classTokens, under), scale))
        const asked = tf.tidy(() => model.encodeTexts(classTokens, plain))
        const classes = [plain, ...all.map((expert) => expert.hooks)].map(prompts)
        scale.dispose()
        return {
          logits: (images) =>
            tf.tidy(() => {
              const embedded = model.encodeImages(images, plain)
              const fallback: Tensor2D = tf.matMul(embedded, classes[0]!, false, true)
              if (all.length === 0) return fallback
              const scores = tf.stack(
                all.map((expert) => score(embedded, asked, expert, eta, neighbours)),
                1,
              ) as Tensor2D
              const best = tf.oneHot(tf.argMax(scores, 1), Math.max(2, all.length)) // at least two, by the library's rule
              const route = tf.slice(tf.cast(best, 'float32') as Tensor2D, [0, 0], [-1, all.length])
              const least = tf.stack(all.map((expert) => expert.least)) as Tensor1D
              const known = tf.cast(tf.greaterEqual(tf.max(scores, 1), tf.sum(tf.mul(route, least), 1)), 'float32')
              const routed = all.map((expert, i) => {
                const logits = tf.matMul(model.encodeImages(images, expert.hooks), classes[i + 1]!, false, true)
                return tf.mul(logits, tf.slice(route, [0, i], [-1, 1]))
              })
              const answer = tf.addN(routed)
              const inside = tf.expandDims(known, 1)
              return tf.add(tf.mul(answer, inside), tf.mul(fallback, tf.sub(1, inside))) as Tensor2D
            }),
          dispose: () => tf.dispose([asked, ...classes]),
        }
      },
      state: () => kept.state(),
      restore: (state) => kept.restore(state),
      dispose: () => {
        base.dispose()
        kept.dispose()
      },
    }
  },
}

interface Expert {
  hooks: TowerHooks
  /** [memory, dim], unit rows. */
  images: Tensor2D
  /** [classes, dim], unit rows. */
  texts: Tensor2D
  /** The 5th percentile of its own images' scores. */
  least: Scalar
}

/** s_e of each image, [batch]. */
function score(images: Tensor2D, prompts: Tensor2D, expert: Expert, eta: number, neighbours: number): Tensor1D {
  const texts = tf.mean(nearest(prompts, expert.texts, neighbours))
  return tf.add(tf.mul(nearest(images, expert.images, neighbours), eta), tf.mul(texts, 1 - eta)) as Tensor1D
}

/** Mean of the k largest cosines of each row with the rows of a memory, [rows]. */
function nearest(rows: Tensor2D, memory: Tensor2D, k: number): Tensor1D {
  const similarities = tf.matMul(rows, memory, false, true)
  return tf.mean(tf.topk(similarities, Math.min(k, memory.shape[0])).values, 1)
}

/** Embeddings of images of a task, evenly drawn, and of its class prompts. */
async function memoryOf({ model }: MethodSetting, { samples, random }: TaskContext, size: number, under: TowerHooks) {
  const chosen = random.shuffle(Array.from({ length: samples.count }, (_, i) => i)).slice(0, size)
  const parts: Tensor2D[] = []
  for (let first = 0; first < chosen.length; first += BATCH) {
    const load = await samples.load(chosen.slice(first, first + BATCH))
    parts.push(tf.tidy(() => model.encodeImages(load().images, under)))
  }
  const images = tf.concat(parts)
  tf.dispose(parts)
  return { images, texts: tf.tidy(() => model.encodeTexts(samples.classTokens(), under)) }
}

/** The 5th percentile of the scores of a memory's own images, each without itself. */
function leastOwnScore(images: Tensor2D, texts: Tensor2D, eta: number, neighbours: number): Scalar {
  const values = tf.tidy(() => {
    const count = images.shape[0]
    const others = tf.sub(tf.matMul(images, images, false, true), tf.mul(tf.eye(count), 3)) // itself comes last
    const k = Math.max(1, Math.min(neighbours, count - 1))
    const own = tf.mean(tf.topk(others, k).values, 1)
    const prompts = tf.mean(nearest(texts, texts, neighbours))
    return tf.add(tf.mul(own, eta), tf.mul(prompts, 1 - eta))
  })
  const sorted = Float32Array.from(values.dataSync()).sort()
  values.dispose()
  return tf.scalar(sorted[Math.floor(OUTSIDE * sorted.length)]!)
}
