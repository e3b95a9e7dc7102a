import type { Variable } from '../../backend/index.ts'
import type { TowerHooks } from '../hooks.ts'

/** Something that is put around a frozen model and trained in its place. It owns its variables. */
export interface Wrapper {
  /** By name, in a fixed order; frozen ones are not trainable. */
  readonly variables: ReadonlyMap<string, Variable>
  readonly hooks: TowerHooks
  dispose(): void
}
