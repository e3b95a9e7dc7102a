'use client'

import type { HitFieldsFragment, RetrieveQuery } from '../../graphql/generated/graphql.ts'
import { count, milliseconds, number } from '../../prepare/format.ts'
import { DROP_TEXTS, searchKind, stageColumns } from '../../prepare/retrieval.ts'

/** Why a search kept or dropped a figure: score, rank and time of each stage. */
export function StageTable({ hit, result }: { hit: HitFieldsFragment; result: RetrieveQuery['retrieve'] }) {
  return (
    <section aria-label="Why it is here">
      <h3 className="text-sm font-semibold">
        {hit.rank ? `Rank ${hit.rank} of ${count(result.counts.kept)}` : `Dropped: ${hit.dropped}`}
      </h3>
      {hit.dropped ? <p className="text-xs text-ink-2">{DROP_TEXTS[hit.dropped] ?? ''}</p> : null}
      <table className="mt-2 w-full text-left text-xs">
        <thead className="text-2xs text-ink-3">
          <tr>
            <th scope="col" className="py-1 font-medium">
              Stage
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              Score
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              Rank
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              Time
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {stageColumns(result).map(({ key, title, hint, time }) => (
            <tr key={key} title={hint}>
              <th scope="row" className="py-1 font-normal">
                {title}
              </th>
              <td className="num py-1 text-right">
                {hit[key] ? number(Number(hit[key].score.toFixed(4))) : 'not run'}
              </td>
              <td className="num py-1 text-right">{hit[key] ? `#${hit[key].rank}` : '–'}</td>
              <td className="num py-1 text-right text-ink-3">{time ? milliseconds(result.time[time]) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-1 text-2xs break-words text-ink-3">
        Search of {count(result.counts.corpus)} figures in {result.store} ({searchKind(result).word}), index{' '}
        <code>{result.indexVersion}</code>, encoder <code>{result.encoderId}</code>
      </p>
    </section>
  )
}
