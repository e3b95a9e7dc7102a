import { type Tensor2D, tf } from '../backend/index.ts'
import type { ClipModel } from '../model/index.ts'
import type { TaskSamples } from './method.ts'

/** Class prompts under a text tower that does not change, embedded once: [classes, dim], times the logit scale. */
export class ClassPrompts {
  private embedded: Tensor2D | null = null

  constructor(private readonly model: ClipModel) {}

  /** Those of a task, in place of earlier ones. */
  take(samples: TaskSamples): void {
    this.dispose()
    this.embedded = tf.tidy(() => this.scaled(samples.classTokens()))
  }

  /** @param classTokens [classes, context] */
  embed(classTokens: Tensor2D): void {
    this.dispose()
    this.embedded = tf.tidy(() => this.scaled(classTokens))
  }

  /** @param images unit rows, [batch, dim] @returns [batch, classes] */
  logits(images: Tensor2D): Tensor2D {
    return tf.matMul(images, this.embedded!, false, true)
  }

  dispose(): void {
    this.embedded?.dispose()
    this.embedded = null
  }

  private scaled(classTokens: Tensor2D): Tensor2D {
    return tf.mul(this.model.encodeTexts(classTokens), this.model.logitScale())
  }
}
