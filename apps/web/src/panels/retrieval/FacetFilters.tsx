'use client'

import { useMemo } from 'react'
import { useQuery } from 'urql'
import { Facets } from '../../graphql/retrieval.ts'
import { facetChoices } from '../../prepare/retrieval.ts'
import { Toggles } from '../../ui/controls.tsx'
import { asList, useUrlState } from '../../ui/useUrlState.ts'

/** The filter that the address names, as the API takes it. */
export function useFilter() {
  const [get] = useUrlState()
  const named = [get('modality'), get('anatomy'), get('licence'), get('article'), get('from'), get('to')].join('|')
  return useMemo(() => {
    const [modalities, anatomies, licenceGroups, articles] = named.split('|').slice(0, 4).map(asList)
    const [yearFrom, yearTo] = named.split('|').slice(4).map(Number)
    return {
      ...(modalities!.length > 0 ? { modalities } : {}),
      ...(anatomies!.length > 0 ? { anatomies } : {}),
      ...(licenceGroups!.length > 0 ? { licenceGroups } : {}),
      ...(articles!.length > 0 ? { articles } : {}),
      ...(yearFrom ? { yearFrom } : {}),
      ...(yearTo ? { yearTo } : {}),
    }
  }, [named])
}

const FIELDS = [
  { field: 'modality', name: 'modality', title: 'Modality' },
  { field: 'anatomy', name: 'anatomy', title: 'Anatomy' },
  { field: 'licenceGroup', name: 'licence', title: 'Licence' },
] as const

/** Filters with the number of figures that each value has in the whole corpus. */
export function FacetFilters({ corpus, paused }: { corpus: string; paused: boolean }) {
  const [get, set] = useUrlState()
  const input = useMemo(() => ({ corpus }), [corpus])
  const [{ data }] = useQuery({ query: Facets, variables: { input }, pause: paused, requestPolicy: 'cache-first' })
  const years = facetChoices(data?.facets ?? [], 'year', 100).map(({ value }) => Number(value))
  const article = get('article')
  return (
    <>
      {FIELDS.map(({ field, name, title }) => {
        const choices = facetChoices(data?.facets ?? [], field, 10, asList(get(name)))
        if (choices.length < 2) return null
        return (
          <div key={field} className="grid gap-1 text-2xs text-ink-3">
            {title}
            <Toggles
              label={title}
              values={asList(get(name))}
              choices={choices}
              onChange={(values) => set({ [name]: values.join(',') })}
            />
          </div>
        )
      })}
      {years.length > 1 ? (
        <div className="grid gap-1 text-2xs text-ink-3">
          Years
          <span className="flex items-center gap-1.5">
            {(['from', 'to'] as const).map((end) => (
              <input
                key={end}
                type="number"
                aria-label={end === 'from' ? 'From year' : 'To year'}
                placeholder={String(end === 'from' ? Math.min(...years) : Math.max(...years))}
                defaultValue={get(end)}
                min={1500}
                max={2500}
                onBlur={(event) => set({ [end]: event.target.value })}
                onKeyDown={(event) => (event.key === 'Enter' ? set({ [end]: event.currentTarget.value }) : undefined)}
                className="control num h-7! w-20"
              />
            ))}
          </span>
        </div>
      ) : null}
      {article ? (
        <div className="grid gap-1 text-2xs text-ink-3">
          Article
          <Toggles
            label="Article"
            values={[article]}
            choices={[{ value: article, label: `${article} ×`, title: 'Take this filter away' }]}
            onChange={() => set({ article: null })}
          />
        </div>
      ) : null}
    </>
  )
}
