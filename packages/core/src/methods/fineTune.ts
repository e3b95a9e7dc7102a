import { z } from 'zod'
import type { MethodDefinition } from './method.ts'
import { plainStep } from './plainStep.ts'

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
    step: (input) => plainStep(setting, input),
    endTask: () => {},
    state: () => ({}),
    restore: () => {},
    dispose: () => {},
  }),
}
