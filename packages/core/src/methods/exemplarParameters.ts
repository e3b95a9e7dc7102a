import { z } from 'zod'

/** Parameters of methods that store training images. @param size default number of stored images */
export const exemplarParameters = (size: number, batch = 32) => ({
  exemplars: z.number().int().min(1).max(1_000_000).default(size).meta({
    title: 'Exemplars',
    description: 'Training images stored of all tasks together.',
  }),
  exemplarBatch: z.number().int().min(1).max(1024).default(batch).meta({
    title: 'Exemplar batch',
    description: 'Stored images drawn for each step.',
  }),
})
