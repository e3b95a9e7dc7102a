import { type Tensor2D, tf } from '../backend/index.ts'
import type { ClipModel } from '../model/index.ts'
import type { Classifier } from './method.ts'

/** The zero-shot head of CLIP: scale * cos(image, class prompt). @param classTokens [classes, context] */
export function cosineClassifier(model: ClipModel, classTokens: Tensor2D): Classifier {
  const prompts = tf.tidy((): Tensor2D => tf.mul(model.encodeTexts(classTokens), model.logitScale()))
  return {
    logits: (images) => tf.matMul(model.encodeImages(images), prompts, false, true),
    dispose: () => prompts.dispose(),
  }
}
