import { type NamedTensorMap, type Tensor, tf } from '../backend/index.ts'

/** Tensors that outlive a task, by name: what a method's `state` gives and its `restore` takes. */
export class KeptTensors {
  private readonly all = new Map<string, Tensor>()

  /** Takes a tensor over, in place of an earlier one of that name. */
  set(name: string, tensor: Tensor): void {
    this.all.get(name)?.dispose()
    this.all.set(name, tf.keep(tensor))
  }

  /** Borrowed. */
  get<T extends Tensor>(name: string): T {
    return this.all.get(name) as T
  }

  has(name: string): boolean {
    return this.all.has(name)
  }

  state(): NamedTensorMap {
    return Object.fromEntries(this.all)
  }

  /** Copies the tensors of a saved state; those stay the caller's. */
  restore(state: NamedTensorMap): void {
    for (const [name, tensor] of Object.entries<Tensor>(state)) this.set(name, tf.clone(tensor))
  }

  dispose(): void {
    for (const tensor of this.all.values()) tensor.dispose()
    this.all.clear()
  }
}
