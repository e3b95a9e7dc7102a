import type { FacetField, StoreFilter } from './store.ts'

/** The column that holds a facet's values. */
export const FACET_COLUMNS: Record<FacetField, string> = {
  modality: 'modality',
  anatomy: 'anatomy',
  licenceGroup: 'licence_group',
  year: 'year',
  articleId: 'article',
  journal: 'journal',
}

export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

/**
 * A filter in SQL; undefined where it leaves nothing out, which searches answer fastest.
 * @param someRetracted false when the table holds no retracted figure, so that the default costs nothing
 */
export function lancePredicate(filter: StoreFilter = {}, someRetracted = true): string | undefined {
  const { years, retracted = 'without' } = filter
  const clauses: string[] = []
  const list = (column: string, values: readonly string[] | undefined, not = '') => {
    if (values?.length) clauses.push(`${column} ${not}IN (${values.map(quote).join(', ')})`)
  }
  list('modality', filter.modalities)
  list('anatomy', filter.anatomies)
  list('licence_group', filter.licenceGroups)
  list('article', filter.articles)
  if (years?.from !== undefined) clauses.push(`year >= ${Math.ceil(years.from)}`)
  if (years?.to !== undefined) clauses.push(`year <= ${Math.floor(years.to)}`)
  if (retracted === 'only') clauses.push('retracted')
  if (retracted === 'without' && someRetracted) clauses.push('NOT retracted')
  list('id', filter.leaveOut, 'NOT ')
  return clauses.length === 0 ? undefined : clauses.join(' AND ')
}
