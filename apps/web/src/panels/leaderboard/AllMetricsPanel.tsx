'use client'

import { metricValue } from '../../prepare/format.ts'
import { type Board, type BoardMetric, intervalOf } from '../../prepare/leaderboard/board.ts'
import { variants } from '../../prepare/leaderboard/variants.ts'
import { Icon } from '../../ui/Icon.tsx'
import { Panel } from '../../ui/surfaces.tsx'
import { MetricNumber } from './Passport.tsx'

/** Every metric and definition side by side; a column's name sorts the board by it. */
export function AllMetricsPanel({ board, onSort }: { board: Board; onSort: (key: string) => void }) {
  const notes = variants(board.entries)
  return (
    <Panel title="All metrics" note="mean ± half of the 95 % interval; a number opens its definition" flush>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="relative overflow-x-auto" aria-label="Table of all metrics" tabIndex={0}>
        <table className="num w-full text-right">
          <thead>
            <tr className="text-2xs text-ink-3">
              <th scope="col" className="sticky left-0 z-10 bg-panel py-2 pr-2 pl-4 text-left font-medium">
                Method
              </th>
              {board.metrics.map((metric) => (
                <Heading key={metric.key} metric={metric} on={metric.key === board.sortedBy} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {board.entries.map((entry, i) => (
              <tr key={entry.key} className="hover:bg-hover">
                <th
                  scope="row"
                  className="sticky left-0 z-10 max-w-40 bg-panel py-2 pr-2 pl-4 text-left align-top font-normal"
                >
                  <span className="font-medium">{entry.method.title}</span>
                  {notes[i] ? <span className="block text-2xs text-ink-2">{notes[i]}</span> : null}
                </th>
                {board.metrics.map((metric) => {
                  const { mean, low, high, n } = intervalOf(entry, metric.key)
                  const known = typeof low === 'number' && typeof high === 'number'
                  const words = known
                    ? `95 % ${metricValue(low)} to ${metricValue(high)}, n = ${n}`
                    : `n = ${n}, no interval`
                  return (
                    <td
                      key={metric.key}
                      className={`px-2 py-2 align-top whitespace-nowrap ${metric.key === board.sortedBy ? 'font-semibold' : ''}`}
                    >
                      {mean === null || mean === undefined ? (
                        <span className="text-ink-3">–</span>
                      ) : (
                        <MetricNumber
                          metric={metric}
                          passive
                          value={`${entry.method.title}: ${metricValue(mean)}, ${words}`}
                        >
                          {metricValue(mean)}
                          <span className="block text-2xs font-normal text-ink-3">
                            {known ? `± ${metricValue((high - low) / 2)}` : ''}
                          </span>
                        </MetricNumber>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  )
}

function Heading({ metric, on, onSort }: { metric: BoardMetric; on: boolean; onSort: (key: string) => void }) {
  return (
    <th
      scope="col"
      aria-sort={on ? (metric.better === 'lower' ? 'ascending' : 'descending') : undefined}
      className="px-2 py-2 align-bottom font-medium whitespace-nowrap"
    >
      <button
        type="button"
        onClick={() => onSort(metric.key)}
        className={`inline-flex items-center gap-1 hover:text-ink ${on ? 'text-ink' : ''}`}
      >
        {on ? <Icon name={metric.better === 'lower' ? 'arrowUp' : 'arrowDown'} size={11} /> : null}
        {metric.title}
      </button>
      <MetricNumber metric={metric} value={null} className="ml-1 rounded-full border border-line px-1 text-ink-3">
        ?<span className="sr-only"> passport of {metric.title}</span>
      </MetricNumber>
    </th>
  )
}
