import { z } from 'zod'
import {
  l2Normalise,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
} from '../backend/index.ts'
import { Random } from '../contracts/index.ts'
import { crossEntropy, keyPull } from '../losses/index.ts'
import type { BlockPlace, TowerHooks } from '../model/hooks.ts'
import { AttentionPrefixes } from '../model/wrappers/attentionPrefixes.ts'
import { WrapperVariables } from '../model/wrappers/wrapper.ts'
import { adapterRate } from './adapterRate.ts'
import { ClassPrompts } from './classPrompts.ts'
import { keyPullWeight } from './keyPullWeight.ts'
import type { MethodDefinition } from './method.ts'
import { numbered } from './numbered.ts'
import { prefixesOf } from './prefixesOf.ts'

const params = z.strictObject({
  length: z.number().int().min(1).max(100).default(5).meta({
    title: 'Prompt length',
    description: 'Learned keys and values that a prompt adds to the attention of a block.',
  }),
  generalBlocks: z.number().int().min(0).max(100).default(2).meta({
    title: 'Blocks of the general prompt',
    description: 'First blocks of the image tower, whose prompt is shared by all tasks.',
  }),
  expertBlocks: z.number().int().min(1).max(100).default(3).meta({
    title: 'Blocks of the expert prompts',
    description: 'Blocks behind them, which have a prompt of their own for each task.',
  }),
  pull: keyPullWeight,
  rate: adapterRate(30),
})

/**
 * DualPrompt (Wang 2022) around the frozen model: keys and values in the attention of the image tower, a general
 * prompt g for all tasks in the first blocks and an expert prompt e_t with a key k_t for each task behind them. An
 * image takes the expert prompt whose key is nearest to its embedding q(x).
 *
 *     L = CE + 0.1 mean (1 - cos(q(x), k_t))
 *
 * A tower with too few blocks gives its last ones to the expert prompts. Images are scored by the class prompts.
 */
export const dualPrompt: MethodDefinition<typeof params> = {
  id: 'dual-prompt',
  title: 'DualPrompt',
  paper: 'Wang 2022',
  summary: 'Trains prompts in the attention of a frozen model: one for all tasks, one for each, chosen by its key.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ length, generalBlocks, expertBlocks, pull, rate }, { model, labelSmoothing }) => {
    const { config } = model
    const { depth } = config.image
    const general = Math.min(generalBlocks, depth - 1)
    const blocks = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)
    const prefixes = (id: string, seed: string, from: number, count: number) =>
      new AttentionPrefixes(config, { id, length, blocks: blocks(from, count), seed, towers: ['image'] })
    const openGeneral = (seed: string) => prefixes('general', seed, 0, general)
    const openExpert = (task: number, seed: string): Expert => ({
      prompt: prefixes(`expert/${task}`, seed, general, Math.min(expertBlocks, depth - general)),
      key: keyOf(task, config.embedding, seed),
    })
    const classes = new ClassPrompts(model)
    let shared: AttentionPrefixes | null = null
    const experts: Expert[] = []
    const trained = () => {
      const { prompt, key } = experts.at(-1)!
      return new Map([...shared!.variables, ...prompt.variables, ...key.all])
    }
    /** @param expert the prefix of a block behind the general ones */
    const hooks = (expert: NonNullable<TowerHooks['attentionPrefix']>): TowerHooks => ({
      attentionPrefix: (place) => (isGeneral(place) ? shared!.at(place) : expert(place)),
    })
    const isGeneral = ({ tower, block }: BlockPlace) => tower === 'image' && block < general
    /** Number of the task whose key is nearest, from 0. @param queries [batch, dim] @returns [batch], int32 */
    const nearest = (queries: Tensor2D): Tensor1D => {
      const keys = tf.concat(experts.map(({ key }) => keyTensor(key))) as Tensor2D
      return tf.argMax(tf.matMul(queries, l2Normalise(keys), false, true), 1)
    }
    return {
      beginTask: ({ samples, random }) => {
        shared ??= openGeneral(String(random.uint32()))
        experts.push(openExpert(experts.length + 1, String(random.uint32())))
        classes.take(samples)
      },
      variables: trained,
      rateFactor: () => rate,
      step: ({ batch }) => {
        const { prompt, key } = experts.at(-1)!
        const queries = model.encodeImages(batch.images)
        const all = tf.ones([queries.shape[0], 1]) as Tensor2D
        const terms: Record<string, Scalar> = {}
        const { value, gradients } = model.gradients(() => {
          const images = model.encodeImages(
            batch.images,
            hooks((place) => prompt.at(place)),
          )
          const ce = tf.keep(crossEntropy(classes.logits(images), batch.labels, labelSmoothing))
          const keys = tf.keep(keyPull(queries, keyTensor(key), all))
          Object.assign(terms, { 'loss.ce': ce, 'loss.keys': keys })
          return tf.add(ce, tf.mul(keys, pull))
        }, trained())
        return { gradients, metrics: { 'loss.total': value, ...terms } }
      },
      endTask: () => classes.dispose(),
      classifier: ({ classTokens }) => {
        const own = new ClassPrompts(model)
        own.embed(classTokens)
        return {
          logits: (images) => {
            const tasks = nearest(model.encodeImages(images))
            const chosen = hooks(
              prefixesOf(
                experts.map(({ prompt }) => prompt),
                tasks,
              ),
            )
            return own.logits(model.encodeImages(images, chosen))
          },
          dispose: () => own.dispose(),
        }
      },
      state: (): NamedTensorMap =>
        Object.assign({}, shared?.state(), ...experts.flatMap(({ prompt, key }) => [prompt.state(), key.state()])),
      restore: (state) => {
        shared = openGeneral('restored')
        shared.restore(state)
        for (let task = 1; task <= numbered(state, 'key'); task++) {
          const expert = openExpert(task, 'restored')
          expert.prompt.restore(state)
          expert.key.restore(state)
          experts.push(expert)
        }
      },
      dispose: () => {
        classes.dispose()
        shared?.dispose()
        for (const { prompt, key } of experts) {
          prompt.dispose()
          key.dispose()
        }
      },
    }
  },
}

interface Expert {
  prompt: AttentionPrefixes
  /** [1, dim], by the name `key/<task>`. */
  key: WrapperVariables
}

const keyTensor = (key: WrapperVariables): Tensor2D => [...key.all.values()][0]! as Tensor as Tensor2D

function keyOf(task: number, dim: number, seed: string): WrapperVariables {
  const random = new Random(`${seed}/key`)
  const values = Float32Array.from({ length: dim }, () => random.uniform(-1, 1))
  return new WrapperVariables(`the key of task ${task}`, [{ name: `key/${task}`, shape: [1, dim], values }])
}
