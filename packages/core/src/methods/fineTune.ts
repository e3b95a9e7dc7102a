import { z } from 'zod'
import { classificationLoss } from './classificationLoss.ts'
import type { MethodDefinition } from './method.ts'

const params = z.strictObject({})

export const fineTune: MethodDefinition<typeof params> = {
  id: 'fine-tune',
  title: 'Continual fine-tuning',
  paper: '',
  summary: 'Cross-entropy on the new task and nothing else: learns fast and forgets.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: (_params, setting) => ({
    beginTask: () => {},
    step: ({ batch }) => {
      const { value, gradients } = setting.model.gradients(() => classificationLoss(setting, batch))
      return { gradients, metrics: { 'loss.ce': value, 'loss.total': value.clone() } }
    },
    endTask: () => {},
    state: () => ({}),
    restore: () => {},
    dispose: () => {},
  }),
}
