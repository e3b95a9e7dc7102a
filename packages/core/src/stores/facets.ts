import type { FacetCount, FacetPage } from './store.ts'

/** Default number of values of a page. */
export const FACET_LIMIT = 100

/** Counts equal values; one page of them in their order. */
export function countFacets(values: Iterable<string>, page: FacetPage = {}): FacetCount[] {
  const { after, limit = FACET_LIMIT } = page
  const counts = new Map<string, number>()
  for (const value of values) {
    if (after === undefined || value > after) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([value, count]) => ({ value, count }))
}
