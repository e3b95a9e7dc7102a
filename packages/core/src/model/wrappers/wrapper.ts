import { type NamedTensorMap, type Tensor, tf, type Variable } from '../../backend/index.ts'
import { AnamnesisError } from '../../contracts/index.ts'
import type { TowerHooks } from '../hooks.ts'

/** Something that is put around a frozen model and trained in its place. It owns its variables. */
export interface Wrapper {
  /** By name, in a fixed order; frozen ones are not trainable. */
  readonly variables: ReadonlyMap<string, Variable>
  readonly hooks: TowerHooks
  dispose(): void
}

interface Start {
  name: string
  shape: readonly number[]
  values: Float32Array
}

let created = 0

/** The variables of a wrapper, by name: made, frozen, saved and restored together. */
export class WrapperVariables {
  readonly all: ReadonlyMap<string, Variable>
  private readonly what: string

  /** @param what names the wrapper in messages: 'LoRA "task-2"' */
  constructor(what: string, starts: Iterable<Start>) {
    this.what = what
    const prefix = `wrapper${created++}` // TensorFlow.js wants names that are unique in the process
    const all = new Map<string, Variable>()
    for (const { name, shape, values } of starts) {
      const tensor = tf.tensor(values, [...shape], 'float32')
      all.set(name, tf.variable(tensor, true, `${prefix}/${name}`))
      tensor.dispose()
    }
    this.all = all
  }

  get(name: string): Variable {
    return this.all.get(name)!
  }

  setTrainable(trainable: boolean): void {
    for (const variable of this.all.values()) variable.trainable = trainable
  }

  /** What resume needs, by name; borrowed: not to be disposed, and valid until the next update. */
  state(): NamedTensorMap {
    return Object.fromEntries(this.all)
  }

  /** Takes over the tensors of a saved state that carry these names; they stay the caller's. @throws CORRUPT_WEIGHTS naming every misfit */
  restore(state: NamedTensorMap): void {
    const misfits = [...this.all].filter(([name, { shape }]) => state[name]?.shape.join() !== shape.join())
    if (misfits.length > 0) {
      throw new AnamnesisError(
        'CORRUPT_WEIGHTS',
        `The saved state does not fit ${this.what}; missing or misshapen: ${misfits.map(([name]) => name).join(', ')}. Start from an earlier checkpoint.`,
      )
    }
    tf.tidy(() => {
      for (const [name, variable] of this.all) variable.assign(tf.clone<Tensor>(state[name]!))
    })
  }

  dispose(): void {
    for (const variable of this.all.values()) variable.dispose()
  }
}
