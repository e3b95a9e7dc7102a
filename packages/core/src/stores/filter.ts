import type { Figure } from '../contracts/index.ts'
import type { StoreFilter } from './store.ts'

/** Sets of the lists of ids that filters name, so that a long one is not walked for every figure. */
const sets = new WeakMap<readonly string[], ReadonlySet<string>>()

function setOf(ids: readonly string[]): ReadonlySet<string> {
  const set = sets.get(ids) ?? new Set(ids)
  sets.set(ids, set)
  return set
}

export function matches(figure: Figure, filter: StoreFilter | undefined): boolean {
  if (filter?.leaveOut?.length && setOf(filter.leaveOut).has(figure.id)) return false
  if (filter?.modalities?.length && !filter.modalities.includes(figure.modality)) return false
  return !filter?.licenceGroups?.length || filter.licenceGroups.includes(figure.licenceGroup)
}
