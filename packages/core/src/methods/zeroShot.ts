import { z } from 'zod'
import type { MethodDefinition } from './method.ts'

const params = z.strictObject({})

export const zeroShot: MethodDefinition<typeof params> = {
  id: 'zero-shot',
  title: 'Zero-shot',
  paper: '',
  summary: 'The base model as it is: no training, the bound that Transfer is measured against.',
  version: 1,
  trains: false,
  reference: 'none',
  params,
  referenceOptions: () => null,
  create: () => ({
    beginTask: () => {},
    step: () => ({ gradients: {}, metrics: {} }),
    endTask: () => {},
    state: () => ({}),
    restore: () => {},
    dispose: () => {},
  }),
}
