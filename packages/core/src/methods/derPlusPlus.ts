import { z } from 'zod'
import { type Scalar, type Tensor2D, tf } from '../backend/index.ts'
import { crossEntropy, ownClassCrossEntropy } from '../losses/index.ts'
import type { ClipModel } from '../model/index.ts'
import { exemplarParameters } from './exemplarParameters.ts'
import type { ExemplarBatch, MethodDefinition } from './method.ts'

const params = z.strictObject({
  alpha: z.number().min(0).max(100).default(0.3).meta({
    title: 'Logit weight α',
    description: 'Weight of the squared distance to the logits that were stored with an image.',
  }),
  beta: z.number().min(0).max(100).default(0.5).meta({
    title: 'Label weight β',
    description: 'Weight of the cross-entropy of stored images.',
  }),
  ...exemplarParameters(500),
})

/**
 * DER++ (Buzzega 2020, eq. 6), the reservoir filled while training:
 *
 *     L = CE(x, y) + alpha mean (z(x') - z')^2 + beta CE(x'', y'')      x', x'': two batches of stored images
 *
 * z' are the logits that x' had when it was stored, over the classes of its task.
 */
export const derPlusPlus: MethodDefinition<typeof params> = {
  id: 'der-plus-plus',
  title: 'DER++',
  paper: 'Buzzega 2020',
  summary: 'Replays stored images with their labels and with the logits they had when they were stored.',
  version: 1,
  trains: true,
  reference: 'none',
  params,
  referenceOptions: () => null,
  exemplarOptions: ({ exemplars, exemplarBatch }) => ({
    size: exemplars,
    batch: exemplarBatch,
    draws: 2,
    selection: 'reservoir',
  }),
  create: ({ alpha, beta }, { model, labelSmoothing }) => ({
    beginTask: () => {},
    step: ({ batch, exemplars: [forLogits, forLabels] }) => {
      const terms: Record<string, Scalar> = {}
      let remember: Tensor2D | undefined
      const { value, gradients } = model.gradients(() => {
        const logits = cosineLogits(model, batch)
        remember = tf.keep(logits.clone())
        const ce = tf.keep(crossEntropy(logits, batch.labels, labelSmoothing))
        terms['loss.ce'] = ce
        if (!forLogits || !forLabels) return ce.clone()
        const { ownClasses, remembered } = forLogits
        const distance = tf.mul(tf.square(tf.sub(cosineLogits(model, forLogits), remembered)), ownClasses)
        const mse = tf.keep(tf.div(tf.sum(distance), tf.sum(ownClasses)) as Scalar)
        const replay = tf.keep(
          ownClassCrossEntropy(cosineLogits(model, forLabels), forLabels.labels, forLabels.ownClasses, labelSmoothing),
        )
        Object.assign(terms, { 'loss.logits': mse, 'loss.replay': replay })
        return tf.addN([ce, tf.mul(mse, alpha), tf.mul(replay, beta)]) as Scalar
      })
      return { gradients, metrics: { 'loss.total': value, ...terms }, ...(remember && { remember }) }
    },
    endTask: () => {},
    state: () => ({}), // stored images and logits are kept by the exemplar memory
    restore: () => {},
    dispose: () => {},
  }),
}

/** scale * cos(image, class prompt), [batch, classes] */
function cosineLogits(model: ClipModel, batch: Pick<ExemplarBatch, 'images' | 'classTokens'>): Tensor2D {
  const texts = model.encodeTexts(batch.classTokens)
  return tf.mul(tf.matMul(model.encodeImages(batch.images), texts, false, true), model.logitScale())
}
