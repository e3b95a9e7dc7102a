import { type NamedTensorMap, tf } from '../backend/index.ts'
import { AnamnesisError } from '../contracts/index.ts'
import type { ClipModel } from '../model/index.ts'

/** theta_{t-1}: a copy of the weights as they were before the task. */
export class Anchor {
  private copy: NamedTensorMap = {}

  /** Copies the weights of the model as they are now, in place of an earlier copy. */
  take(model: ClipModel): void {
    this.dispose()
    this.copy = model.snapshot()
  }

  /** By standard name; empty outside a task. */
  get weights(): NamedTensorMap {
    return this.copy
  }

  state(): NamedTensorMap {
    return Object.fromEntries(Object.entries(this.copy).map(([name, tensor]) => [`anchor/${name}`, tensor]))
  }

  /** @throws CORRUPT_WEIGHTS on a tensor that is no part of an anchor */
  restore(state: NamedTensorMap): void {
    this.dispose()
    for (const [name, tensor] of Object.entries(state)) {
      if (!name.startsWith('anchor/')) {
        throw new AnamnesisError(
          'CORRUPT_WEIGHTS',
          `Method state "${name}" is unknown. Start from an earlier checkpoint.`,
        )
      }
      this.copy[name.slice('anchor/'.length)] = tf.clone(tensor)
    }
  }

  dispose(): void {
    for (const tensor of Object.values(this.copy)) tensor.dispose()
    this.copy = {}
  }
}
