import { z } from 'zod'
import { type Scalar, tf } from '../../backend/index.ts'
import { decorrelation as collapse } from '../../losses/index.ts'
import type { AddOnDefinition } from './addOn.ts'
import { lossStep } from './lossStep.ts'

const level = (value: number, title: string, description: string) =>
  z.number().min(0).max(100).default(value).meta({ title, description })

const params = z.strictObject({
  weight: level(0.01, 'Weight', 'Weight of the guard beside the other losses.'),
  batch: level(1, 'Batch level', 'Part of the spread over the whole batch.'),
  domain: level(0.5, 'Domain level', 'Part of the spread of reference images within their domain.'),
  class: level(0.5, 'Class level', 'Part of the spread of task images within their class.'),
})

/** Multi-grained feature decorrelation of USDRL (arXiv 2508.12586) on image embeddings: see `decorrelation` in losses. */
export const decorrelation: AddOnDefinition<typeof params> = {
  id: 'decorrelation',
  title: 'Decorrelation guard',
  paper: 'USDRL 2025',
  summary: 'Keeps image embeddings spread out over the batch, within domains and within classes.',
  version: 1,
  needs: 'nothing',
  params,
  create: ({ weight, ...levels }, { model }) => ({
    step: ({ batch, reference }) =>
      lossStep(model, 'decorrelation', weight, () => {
        const images = model.encodeImages(batch.images)
        const parts = [
          tf.mul(collapse(images), levels.batch),
          tf.mul(collapse(images, batch.labels), levels.class),
          ...(reference
            ? [tf.mul(collapse(model.encodeImages(reference.images), reference.domains), levels.domain)]
            : []),
        ]
        return tf.addN(parts) as Scalar
      }),
  }),
}
