'use client'

import { useMemo } from 'react'
import { useQuery } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import type { RetrieveInput, RetrieveQuery } from '../../graphql/generated/graphql.ts'
import { Retrieve } from '../../graphql/retrieval.ts'
import { count, percent } from '../../prepare/format.ts'
import { sideBySide } from '../../prepare/literature.ts'
import { Failure, Loading, Panel } from '../../ui/surfaces.tsx'

type Retrieval = RetrieveQuery['retrieve']

/** The same question answered in another mode, rank by rank. */
export function SideBySide({
  left,
  input,
  names,
  onOpen,
}: {
  left: Retrieval
  /** The other search. */
  input: RetrieveInput
  names: [string, string]
  onOpen: (key: string) => void
}) {
  const { base } = useApi()
  const [{ data, error }] = useQuery({ query: Retrieve, variables: { input }, requestPolicy: 'cache-first' })
  const right = data?.retrieve
  const { rows, common, overlap } = useMemo(() => {
    const list = (result: Retrieval | undefined) =>
      (result?.hits ?? []).map(({ figure, rank }) => ({ key: figure.key, rank: rank! }))
    return sideBySide(list(left), list(right))
  }, [left, right])
  const figures = new Map([...left.hits, ...(right?.hits ?? [])].map(({ figure }) => [figure.key, figure]))
  return (
    <Panel
      title={`${names[0]} beside ${names[1]}`}
      note={right ? `${count(common)} figures in both, overlap ${percent(overlap, 0)} %` : undefined}
      flush
    >
      {error ? <Failure message={messageOf(error, base)} /> : null}
      {!right && !error ? <Loading rows={3} label="Searching" /> : null}
      {right ? (
        <div className="max-h-[32rem] overflow-auto">
          <table className="w-full text-left text-xs">
            <thead className="sticky top-0 bg-panel text-2xs text-ink-3">
              <tr>
                <th scope="col" className="px-4 py-2 font-medium">
                  Figure
                </th>
                <th scope="col" className="px-2 py-2 text-right font-medium">
                  {names[0]}
                </th>
                <th scope="col" className="px-4 py-2 text-right font-medium">
                  {names[1]}
                </th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {rows.map(({ key, left: a, right: b, moved }) => (
                <tr key={key}>
                  <td className="w-full max-w-0 px-4 py-1.5">
                    <button
                      type="button"
                      onClick={() => onOpen(key)}
                      className="block max-w-full truncate text-left hover:text-accent hover:underline"
                    >
                      {figures.get(key)?.caption ?? key}
                    </button>
                  </td>
                  <td className="num px-2 py-1.5 text-right whitespace-nowrap">{a ?? '–'}</td>
                  <td className="num px-4 py-1.5 text-right whitespace-nowrap">
                    {b ?? '–'}
                    {moved ? (
                      <span className={`ml-1.5 text-2xs ${moved > 0 ? 'text-good' : 'text-bad'}`}>
                        {moved > 0 ? `up ${moved}` : `down ${-moved}`}
                      </span>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Panel>
  )
}
