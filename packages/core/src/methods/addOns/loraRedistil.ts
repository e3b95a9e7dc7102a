import { z } from 'zod'
import { adamwUpdate, type NamedTensorMap, type Scalar, stepScalar, type Tensor, tf } from '../../backend/index.ts'
import { featureDistillation } from '../../losses/index.ts'
import { Lora } from '../../model/wrappers/lora.ts'
import type { MethodSetting, TaskContext } from '../method.ts'
import type { AddOnDefinition } from './addOn.ts'

const BETAS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

const params = z.strictObject({
  rank: z.number().int().min(1).max(256).default(4).meta({
    title: 'LoRA rank',
    description: 'Rank of the change that the task may leave in the weights.',
  }),
  steps: z.number().int().min(1).max(100_000).default(50).meta({
    title: 'Steps',
    description: 'Updates of the distillation after each task.',
  }),
  batch: z.number().int().min(1).max(1024).default(16).meta({
    title: 'Batch',
    description: 'Task images in one update.',
  }),
  rate: z.number().positive().max(1).default(0.003).meta({
    title: 'Learning rate',
    description: 'Rate of AdamW on the LoRA.',
  }),
})

/**
 * Re-distillation after full fine-tuning (MedSeqFT, arXiv 2509.06096): the tuned model teaches a LoRA on the weights
 * from before the task, by the squared distance of their embeddings of the task's images and class prompts; the LoRA
 * is then merged. The weights move by a low-rank step, and the task keeps what fits into it.
 */
export const loraRedistil: AddOnDefinition<typeof params> = {
  id: 'lora-redistil',
  title: 'LoRA re-distillation',
  paper: 'MedSeqFT 2025',
  summary: 'After each task, replaces its full update by a low-rank one that gives the same embeddings.',
  version: 1,
  needs: 'nothing',
  params,
  create: (given, setting) => {
    const { model } = setting
    let before: NamedTensorMap = {}
    const forget = () => {
      tf.dispose(before)
      before = {}
    }
    return {
      beginTask: () => {
        forget()
        before = model.snapshot()
      },
      endTask: async (context) => {
        const tuned = model.snapshot()
        model.load(before)
        forget()
        try {
          await redistil(tuned, given, setting, context)
        } finally {
          tf.dispose(tuned)
        }
      },
      dispose: forget,
    }
  },
}

/** Leaves in the model its weights with a merged LoRA that imitates the tuned ones. */
async function redistil(
  tuned: NamedTensorMap,
  { rank, steps, batch, rate }: z.output<typeof params>,
  { model }: MethodSetting,
  { position, samples, random }: TaskContext,
): Promise<void> {
  const lora = new Lora(model.config, { id: `redistil-${position}`, rank, alpha: rank, seed: `redistil ${position}` })
  const moments = new Map<string, { first: Tensor; second: Tensor }>()
  const zeros = (like: Tensor) => tf.tensor(new Float32Array(like.size), like.shape)
  for (const [name, variable] of lora.variables) moments.set(name, { first: zeros(variable), second: zeros(variable) })
  const teacher = { parameter: (name: string) => tuned[name]! }
  model.attach(lora)
  try {
    for (let step = 1; step <= steps; step++) {
      const load = await samples.load(
        Array.from({ length: Math.min(batch, samples.count) }, () => random.int(samples.count)),
      )
      const updated = tf.tidy(() => {
        const { images, classTokens } = load()
        const taught = { images: model.encodeImages(images, teacher), texts: model.encodeTexts(classTokens, teacher) }
        const { value, gradients } = model.gradients(
          () =>
            tf.add(
              featureDistillation(model.encodeImages(images), taught.images),
              featureDistillation(model.encodeTexts(classTokens), taught.texts),
            ) as Scalar,
          lora.variables,
        )
        const scalars = {
          rate: stepScalar(rate / (1 - BETAS.beta1 ** step)),
          correction: stepScalar(1 / Math.sqrt(1 - BETAS.beta2 ** step)),
          kept: null,
        }
        const next: NamedTensorMap = {}
        for (const [name, variable] of lora.variables) {
          const gradient = gradients[name]
          if (!gradient) continue
          const update = adamwUpdate({ weight: variable, ...moments.get(name)! }, gradient, { ...BETAS, ...scalars })
          variable.assign(update.weight)
          next[`first/${name}`] = update.first
          next[`second/${name}`] = update.second
        }
        tf.dispose([value, ...Object.values<Tensor>(gradients)])
        return next
      })
      for (const [name, old] of moments) {
        const [first, second] = [updated[`first/${name}`], updated[`second/${name}`]]
        if (!first || !second) continue
        tf.dispose([old.first, old.second])
        moments.set(name, { first, second })
      }
    }
    lora.merge(model)
  } finally {
    model.detach(lora)
    lora.dispose()
    for (const { first, second } of moments.values()) tf.dispose([first, second])
  }
}
