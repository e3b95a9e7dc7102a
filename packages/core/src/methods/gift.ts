import { z } from 'zod'
import type { MethodDefinition } from './method.ts'
import { primedStep } from './primed.ts'
import { knowledgeParameters } from './primedParameters.ts'
import { referenceOptions, referenceSet } from './referenceParameters.ts'

const params = z.strictObject({ ...knowledgeParameters, ...referenceSet })

/**
 * GIFT (Wu 2025): contrastive distillation, image-text alignment and adaptive weight consolidation, the three losses
 * that PRIMED took over (its CKT, CMC and DFG), on images for prompts drawn evenly from general prompts and those of
 * earlier tasks. GIFT paints these images with a diffusion model; here they are retrieved.
 */
export const gift: MethodDefinition<typeof params> = {
  id: 'gift',
  title: 'GIFT (retrieved images)',
  paper: 'Wu 2025',
  summary: 'Distillation, alignment and weight consolidation on one retrieved image for each randomly drawn prompt.',
  version: 1,
  trains: true,
  reference: 'prompts',
  params,
  referenceOptions: (given) => referenceOptions(given, { teachers: ['previous'] }),
  create: primedStep,
}
