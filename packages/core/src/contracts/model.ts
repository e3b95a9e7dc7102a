import { z } from 'zod'
import { slug } from './data.ts'

const tower = z.object({
  width: z.number().int().positive().max(4096),
  depth: z.number().int().positive().max(64),
  heads: z.number().int().positive().max(64),
})

/** A model size is a JSON file of this shape. */
export const modelConfig = z.object({
  id: slug,
  image: tower.extend({ size: z.number().int().positive().max(1024), patch: z.number().int().positive().max(64) }),
  text: tower.extend({
    context: z.number().int().min(4).max(512),
    vocabulary: z.number().int().positive().max(200_000),
  }),
  /** Dimension of the shared embedding space. */
  embedding: z.number().int().positive().max(4096),
  activation: z.enum(['gelu', 'quickGelu']).default('gelu'),
  /** Initial logit scale (1/temperature). */
  logitScale: z.number().positive().max(1000).default(14.285714285714286),
  /** Per-channel pixel statistics; pixels are in [0, 1] before (x - mean) / std. */
  mean: z.tuple([z.number(), z.number(), z.number()]).default([0.5, 0.5, 0.5]),
  std: z.tuple([z.number(), z.number(), z.number()]).default([0.5, 0.5, 0.5]),
})
export type ModelConfig = z.infer<typeof modelConfig>
