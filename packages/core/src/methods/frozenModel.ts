import type { NamedTensorMap, Tensor2D, Tensor4D } from '../backend/index.ts'
import { ClipModel } from '../model/clip.ts'

/** A teacher: a copy of a model at one time, that never changes. */
export class FrozenModel {
  private model: ClipModel | null = null

  /** Copies the model's own weights as they are now (not what is attached to it), in place of an earlier copy. */
  take(model: ClipModel): void {
    this.model ??= new ClipModel(model.config, (name) => new Float32Array(model.variables.get(name)!.size))
    const weights: NamedTensorMap = model.snapshot()
    this.model.load(weights)
    for (const tensor of Object.values(weights)) tensor.dispose()
  }

  /** Takes over a model as it is; from now on this is its owner. */
  adopt(model: ClipModel): void {
    this.dispose()
    this.model = model
  }

  /** Whether there is a copy. */
  get ready(): boolean {
    return this.model !== null
  }

  /** Unit rows, outside of every gradient. */
  images(pixels: Tensor4D): Tensor2D {
    return this.model!.encodeImages(pixels)
  }

  texts(tokens: Tensor2D): Tensor2D {
    return this.model!.encodeTexts(tokens)
  }

  dispose(): void {
    this.model?.dispose()
    this.model = null
  }
}
