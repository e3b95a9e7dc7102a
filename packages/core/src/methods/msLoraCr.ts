import { z } from 'zod'
import { type NamedTensorMap, type Scalar, type Tensor, tf } from '../backend/index.ts'
import { loraOrthogonality, loraSimilarity } from '../losses/index.ts'
import { Lora } from '../model/wrappers/lora.ts'
import { adapterRate } from './adapterRate.ts'
import { classificationLoss } from './classificationLoss.ts'
import { KeptTensors } from './keptTensors.ts'
import type { MethodDefinition } from './method.ts'
import { textOf, textTensor } from './textTensor.ts'

const params = z.strictObject({
  rank: z.number().int().min(1).max(1024).default(16).meta({
    title: 'LoRA rank',
    description: 'Rank of the update that a task learns (published: 64, in a language model of width 4,096).',
  }),
  alpha: z.number().positive().max(10_000).default(32).meta({
    title: 'LoRA α',
    description: 'The updates are scaled by α / rank.',
  }),
  contrast: z.number().min(0).max(100).default(0.1).meta({
    title: 'Weight of the contrast',
    description: 'Pulls the LoRAs of tasks of one modality together, and those of different modalities apart.',
  }),
  orthogonality: z.number().min(0).max(100).default(0.01).meta({
    title: 'Weight of the orthogonality',
    description: 'Keeps the parts of the new LoRA different from each other.',
  }),
  rate: adapterRate(1),
})

/**
 * MSLoRA-CR (Zhang 2025): one LoRA for each task on top of all earlier ones, which are frozen. Contrastive
 * regularisation by modality places the new one among them.
 *
 *     W_t = W_0 + (alpha / r) sum_{j <= t} B_j A_j
 *     sim_j = mean over tensors exp(-|W_t - W_j|_F),  r_j = sim_j where the modality differs, 1 - sim_j where it is the same
 *     R = mean over layers |A A^T - I|_F^2 + |B^T B - I|_F^2
 *     L = CE + 0.1 sum_j r_j + 0.01 R
 */
export const msLoraCr: MethodDefinition<typeof params> = {
  id: 'mslora-cr',
  title: 'MSLoRA-CR',
  paper: 'Zhang 2025',
  summary: 'Adds a LoRA for each task, near to those of its modality and far from those of others.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: ({ rank, alpha, contrast, orthogonality, rate }, setting) => {
    const { model } = setting
    const loras: Lora[] = []
    /** `modality/<task>`: its characters. */
    const kept = new KeptTensors()
    let modality = ''
    const add = (seed: string) => {
      const lora = new Lora(model.config, { id: `task-${loras.length + 1}`, rank, alpha, seed })
      loras.push(lora)
      model.attach(lora)
      return lora
    }
    const tensors = ({ factors }: Lora): Tensor[] => factors.flatMap(({ a, b }) => [a, b])
    /** sum_j r_j; 0 in the first task. */
    const contrastTerm = (current: Lora): Scalar => {
      const terms = loras.slice(0, -1).map((earlier, i) => {
        const similarity = loraSimilarity(tensors(current), tensors(earlier))
        return modalities[i] === modality ? (tf.sub(1, similarity) as Scalar) : similarity
      })
      return terms.length === 0 ? tf.scalar(0) : (tf.addN(terms) as Scalar)
    }
    let modalities: string[] = []
    return {
      beginTask: ({ task, random }) => {
        for (const lora of loras) lora.setTrainable(false)
        add(String(random.uint32()))
        modality = task.modality.trim().toLowerCase()
      },
      variables: () => loras.at(-1)!.variables,
      rateFactor: () => rate,
      step: ({ batch }) => {
        const current = loras.at(-1)!
        const terms: Record<string, Scalar> = {}
        const { value, gradients } = model.gradients(() => {
          const ce = tf.keep(classificationLoss(setting, batch))
          const contrasts = tf.keep(contrastTerm(current))
          const apart = tf.keep(loraOrthogonality(current.factors))
          Object.assign(terms, { 'loss.ce': ce, 'loss.contrast': contrasts, 'loss.orthogonality': apart })
          return tf.addN([ce, tf.mul(contrasts, contrast), tf.mul(apart, orthogonality)]) as Scalar
        }, current.variables)
        return { gradients, metrics: { 'loss.total': value, ...terms } }
      },
      endTask: () => {
        modalities.push(modality)
        kept.set(`modality/${modalities.length}`, textTensor(modality))
      },
      state: (): NamedTensorMap => Object.assign({}, ...[...loras, kept].map((part) => part.state())),
      restore: (state) => {
        const saved = Object.entries<Tensor>(state).filter(([name]) => name.startsWith('modality/'))
        kept.restore(Object.fromEntries(saved))
        modalities = saved.map((_, i) => textOf(kept.get(`modality/${i + 1}`)))
        for (const _ of saved) add('restored').restore(state)
      },
      dispose: () => {
        for (const lora of loras) {
          model.detach(lora)
          lora.dispose()
        }
        kept.dispose()
      },
    }
  },
}
