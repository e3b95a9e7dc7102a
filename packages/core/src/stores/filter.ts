import type { Figure } from '../contracts/index.ts'
import type { StoreFilter } from './store.ts'

export function matches(figure: Figure, filter: StoreFilter | undefined): boolean {
  if (filter?.modalities?.length && !filter.modalities.includes(figure.modality)) return false
  return !filter?.licenceGroups?.length || filter.licenceGroups.includes(figure.licenceGroup)
}
