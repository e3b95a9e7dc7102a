import { z } from 'zod'
import { AnamnesisError } from '../../contracts/index.ts'
import { relationDistillation } from '../../losses/index.ts'
import type { AddOnDefinition } from './addOn.ts'
import { lossStep } from './lossStep.ts'

const params = z.strictObject({
  weight: z.number().min(0).max(1000).default(1).meta({
    title: 'Weight',
    description: 'Weight of the relation distillation beside the other losses.',
  }),
  sameDomain: z.boolean().default(false).meta({
    title: 'Within domains only',
    description: 'Counts only pairs of images of one domain.',
  }),
})

/** Adaptive affinity distillation (arXiv 2404.02738) on embeddings of reference images: see `relationDistillation`. */
export const relation: AddOnDefinition<typeof params> = {
  id: 'relation',
  title: 'Relation distillation',
  paper: 'Adaptive affinity 2024',
  summary: 'Keeps how reference images lie to each other, as the teacher saw them.',
  version: 1,
  needs: 'reference',
  params,
  create: ({ weight, sameDomain }, { model }) => ({
    step: ({ reference }) => {
      const teacher = Object.values(reference?.teachers ?? {})[0]
      if (!reference || !teacher)
        throw new AnamnesisError('INTERNAL', 'Relation distillation needs a taught reference batch.')
      return lossStep(model, 'relation', weight, () =>
        relationDistillation({
          student: model.encodeImages(reference.images),
          teacher: teacher.images,
          ...(sameDomain && { groups: reference.domains }),
        }),
      )
    },
  }),
}
