import { z } from 'zod'
import { type Tensor2D, tf } from '../backend/index.ts'
import type { ClipModel } from '../model/index.ts'
import { ClassPrompts } from './classPrompts.ts'
import type { Classifier } from './method.ts'

/** Regression outputs can be 0 or less, probabilities have a logarithm. */
const SMALLEST = 1e-6

export const adapterShare = z.number().min(0).max(1).default(0.8).meta({
  title: 'Share of the adapter',
  description: 'Weight of the regression in the scores of learned classes; the rest is the zero-shot probability.',
})

/**
 * RAIL's fusion (Xu 2024): p = (1 - share) p_zero-shot + share p_adapter for learned classes, p_zero-shot for
 * others. Among the classes of one task all are learned or none. The regression's outputs, which estimate the one-hot
 * labels, are taken as probabilities. @returns a classifier of log p
 */
export function railScores(
  model: ClipModel,
  classTokens: Tensor2D,
  share: number,
  adapter: ((features: Tensor2D) => Tensor2D) | null,
  dispose: () => void,
): Classifier {
  const prompts = new ClassPrompts(model)
  prompts.embed(classTokens)
  return {
    logits: (images) => {
      const features = model.encodeImages(images)
      const zeroShot = prompts.logits(features)
      if (!adapter) return zeroShot
      const own = tf.clipByValue(adapter(features), SMALLEST, 1) as Tensor2D
      return tf.log(tf.add(tf.mul(tf.softmax(zeroShot), 1 - share), tf.mul(own, share))) as Tensor2D
    },
    dispose: () => {
      prompts.dispose()
      dispose()
    },
  }
}
