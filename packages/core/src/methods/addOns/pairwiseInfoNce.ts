import { z } from 'zod'
import { type Scalar, tf } from '../../backend/index.ts'
import { AnamnesisError } from '../../contracts/index.ts'
import { crossModalityConsistency } from '../../losses/index.ts'
import type { AddOnDefinition } from './addOn.ts'
import { lossStep } from './lossStep.ts'

const pair = (value: number, a: string, b: string) =>
  z
    .number()
    .min(0)
    .max(100)
    .default(value)
    .meta({ title: `${a} and ${b}`, description: `Weight of matching ${a.toLowerCase()} with ${b}.` })

const params = z.strictObject({
  imageCaption: pair(0.25, 'Image', 'caption'),
  imageQuestion: pair(0.25, 'Image', 'question'),
  captionQuestion: pair(0.25, 'Caption', 'question'),
})

/**
 * Contrastive training over every pair of modalities that an entry has (MoRE, arXiv 2410.16239):
 * L = sum over a < b of w_ab InfoNCE(a, b). A reference pair has an image, a caption and the question that found it;
 * pairs of one caption, or of one question where the question takes part, share the target.
 */
export const pairwiseInfoNce: AddOnDefinition<typeof params> = {
  id: 'pairwise-infonce',
  title: 'Pairwise InfoNCE',
  paper: 'MoRE 2024',
  summary: 'Matches image, caption and question of each reference pair with each other, two at a time.',
  version: 1,
  needs: 'reference',
  params,
  create: (weights, { model }) => ({
    step: ({ reference }) => {
      if (!reference) throw new AnamnesisError('INTERNAL', 'Pairwise InfoNCE needs a reference batch.')
      return lossStep(model, 'pairwise', 1, () => {
        const { captionGroups, questionGroups } = reference
        const [images, captions] = [model.encodeImages(reference.images), model.encodeTexts(reference.tokens)]
        const scale = model.logitScale()
        const parts: Scalar[] = [tf.scalar(0)]
        const add = (weight: number, loss: () => Scalar) => {
          if (weight > 0) parts.push(tf.mul(loss(), weight))
        }
        add(weights.imageCaption, () => crossModalityConsistency({ images, texts: captions, captionGroups, scale }))
        if (weights.imageQuestion > 0 || weights.captionQuestion > 0) {
          const texts = model.encodeTexts(reference.questionTokens())
          const match = (rows: typeof images) => () =>
            crossModalityConsistency({ images: rows, texts, captionGroups: questionGroups, scale })
          add(weights.imageQuestion, match(images))
          add(weights.captionQuestion, match(captions))
        }
        return tf.addN(parts) as Scalar
      })
    },
  }),
}
