import type { Figure } from '../contracts/index.ts'
import type { StoreFilter } from './store.ts'

/** Sets of the lists that filters name, so that a long one is not walked for every figure. */
const sets = new WeakMap<readonly string[], ReadonlySet<string>>()

function setOf(values: readonly string[]): ReadonlySet<string> {
  const set = sets.get(values) ?? new Set(values)
  sets.set(values, set)
  return set
}

/** True when the figure passes; without a filter every figure passes that is not retracted. */
export function matches(figure: Figure, filter: StoreFilter = {}): boolean {
  const { years, retracted = 'without', leaveOut } = filter
  if (retracted !== 'with' && figure.retracted !== (retracted === 'only')) return false
  if (years?.from !== undefined && !(figure.year !== null && figure.year >= years.from)) return false
  if (years?.to !== undefined && !(figure.year !== null && figure.year <= years.to)) return false
  if (leaveOut?.length && setOf(leaveOut).has(figure.id)) return false
  return (
    listed(filter.modalities, figure.modality) &&
    listed(filter.anatomies, figure.anatomy) &&
    listed(filter.licenceGroups, figure.licenceGroup) &&
    listed(filter.articles, figure.articleId)
  )
}

const listed = (values: readonly string[] | undefined, value: string): boolean =>
  !values?.length || setOf(values).has(value)
