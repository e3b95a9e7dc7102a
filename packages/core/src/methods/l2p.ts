import { z } from 'zod'
import { l2Normalise, type NamedTensorMap, type Scalar, type Tensor2D, tf } from '../backend/index.ts'
import type { Random } from '../contracts/index.ts'
import { crossEntropy, keyPull } from '../losses/index.ts'
import { PromptTokens } from '../model/wrappers/promptTokens.ts'
import { WrapperVariables } from '../model/wrappers/wrapper.ts'
import { adapterRate } from './adapterRate.ts'
import { ClassPrompts } from './classPrompts.ts'
import { keyPullWeight } from './keyPullWeight.ts'
import type { MethodDefinition } from './method.ts'

const KEYS = 'keys'

const params = z.strictObject({
  prompts: z.number().int().min(1).max(1000).default(10).meta({
    title: 'Prompts in the pool',
    description: 'Prompts shared by all tasks, each with a key.',
  }),
  length: z.number().int().min(1).max(100).default(5).meta({
    title: 'Prompt length',
    description: 'Learned tokens of a prompt.',
  }),
  chosen: z.number().int().min(1).max(1000).default(5).meta({
    title: 'Prompts of an image',
    description: 'Prompts whose keys are nearest to the image and that are put into the image tower.',
  }),
  pull: keyPullWeight,
  rate: adapterRate(10),
})

/**
 * Learning to Prompt (Wang 2022) around the frozen model: an image's embedding q(x) chooses the prompts whose keys are
 * nearest; they stand behind the class token of the image tower.
 *
 *     K_x = top-5 of cos(q(x), k),  L = CE + 0.1 mean sum over K_x of (1 - cos(q(x), k))
 *
 * The image is read at its class token and scored by the class prompts; the paper averages the prompts' outputs into a
 * linear classifier.
 */
export const l2p: MethodDefinition<typeof params> = {
  id: 'l2p',
  title: 'Learning to Prompt',
  paper: 'Wang 2022',
  summary: 'Trains a pool of prompt tokens around a frozen model; each image chooses its own by their keys.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: (given, { model, labelSmoothing }) => {
    const { prompts, length, pull, rate } = given
    const chosen = Math.min(given.chosen, prompts)
    const classes = new ClassPrompts(model)
    let pool: Pool | null = null
    const open = (random: Random | null) => openPool(model.config, prompts, length, random)
    /** Which prompts an image takes. @param queries [batch, dim] @returns [batch, chosen], int32 */
    const nearest = (queries: Tensor2D): Tensor2D => {
      const keys = l2Normalise(pool!.keys.get(KEYS) as unknown as Tensor2D)
      return tf.topk(tf.matMul(queries, keys, false, true), chosen).indices as Tensor2D
    }
    return {
      beginTask: ({ samples, random }) => {
        pool ??= open(random)
        classes.take(samples)
      },
      variables: () => new Map([...pool!.tokens.variables, ...pool!.keys.all]),
      rateFactor: () => rate,
      step: ({ batch }) => {
        const queries = model.encodeImages(batch.images)
        const own = nearest(queries)
        const marked = tf.sum(tf.oneHot(own, prompts, 1, 0, 'float32'), 1) as Tensor2D
        const terms: Record<string, Scalar> = {}
        const variables = new Map([...pool!.tokens.variables, ...pool!.keys.all])
        const { value, gradients } = model.gradients(() => {
          const images = model.encodeImages(batch.images, pool!.tokens.choose(own))
          const ce = tf.keep(crossEntropy(classes.logits(images), batch.labels, labelSmoothing))
          const keys = tf.keep(keyPull(queries, pool!.keys.get(KEYS) as unknown as Tensor2D, marked))
          Object.assign(terms, { 'loss.ce': ce, 'loss.keys': keys })
          return tf.add(ce, tf.mul(keys, pull))
        }, variables)
        return { gradients, metrics: { 'loss.total': value, ...terms } }
      },
      endTask: () => classes.dispose(),
      classifier: ({ classTokens }) => {
        const own = new ClassPrompts(model)
        own.embed(classTokens)
        return {
          logits: (images) => {
            const hooks = pool!.tokens.choose(nearest(model.encodeImages(images)))
            return own.logits(model.encodeImages(images, hooks))
          },
          dispose: () => own.dispose(),
        }
      },
      state: (): NamedTensorMap => (pool ? { ...pool.tokens.state(), ...pool.keys.state() } : {}),
      restore: (state) => {
        pool = open(null)
        pool.tokens.restore(state)
        pool.keys.restore(state)
      },
      dispose: () => {
        classes.dispose()
        pool?.tokens.dispose()
        pool?.keys.dispose()
      },
    }
  },
}

interface Pool {
  tokens: PromptTokens
  /** [prompts, dim] */
  keys: WrapperVariables
}

/** @param random null where the values are restored afterwards */
function openPool(
  config: ConstructorParameters<typeof PromptTokens>[0],
  prompts: number,
  length: number,
  random: Random | null,
): Pool {
  const { embedding } = config
  const values = Float32Array.from({ length: prompts * embedding }, () => random?.uniform(-1, 1) ?? 0)
  const seed = String(random?.uint32() ?? 0)
  return {
    tokens: new PromptTokens(config, { id: 'l2p', prompts, length, seed, start: 0.02 }),
    keys: new WrapperVariables('the keys of L2P', [{ name: KEYS, shape: [prompts, embedding], values }]),
  }
}
