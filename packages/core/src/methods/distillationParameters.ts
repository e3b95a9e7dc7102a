import { z } from 'zod'

/** Parameters of methods that distil similarities. */
export const distillation = {
  weight: z.number().min(0).max(100).default(1).meta({
    title: 'Distillation weight',
    description: 'Weight of the distillation beside the cross-entropy.',
  }),
  temperature: z.number().positive().max(100).default(2).meta({
    title: 'Distillation temperature',
    description: 'Softens teacher and student similarities on top of the logit scale.',
  }),
}
