import { z } from 'zod'
import type { ReferenceOptions } from './method.ts'

/** Parameters of every method with a reference set. */
export const referenceSet = {
  referenceSize: z.number().int().min(2).max(100_000).default(1000).meta({
    title: 'Reference pairs',
    description: 'Image-caption pairs in the reference set of each task.',
  }),
  referenceBatch: z.number().int().min(2).max(1024).default(32).meta({
    title: 'Reference batch',
    description: 'Pairs drawn from the reference set for each step.',
  }),
}

/** How a reference set is built from what the user chose; what a method has no parameter for gets the general default. */
export function referenceOptions(
  { referenceSize, referenceBatch }: { referenceSize: number; referenceBatch: number },
  more: Partial<Omit<ReferenceOptions, 'size' | 'batch'>> & Pick<ReferenceOptions, 'teachers'>,
): ReferenceOptions {
  return {
    size: referenceSize,
    batch: referenceBatch,
    ratio: { task: 100, domain: 80, general: 30 },
    k: 100,
    perCaption: 2,
    mode: 'layered',
    split: 'bag',
    adaptive: null,
    ...more,
  }
}
