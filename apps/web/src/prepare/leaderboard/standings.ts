import { metricValue, plural } from '../format.ts'
import { type Axis, axisOf, type BoardInterval } from './axis.ts'
import { type Before, type Board, type BoardEntry, intervalOf, sortedMetric } from './board.ts'
import { variants } from './variants.ts'

/** How far an entry moved when the metric was changed: `by` places up (negative: down). */
interface Move {
  by: number
  /** "up 2 places from 4" */
  text: string
}

export interface StandingRow {
  key: string
  title: string
  /** Settings that tell it from other entries of its method; empty where there are none. */
  note: string
  paper: string
  /** "1"; empty where it is not ranked. */
  rank: string
  /** "1–3": the interval of the rank where it is more than one place. */
  rankRange: string | null
  /** "not ranked yet (2 of 3 seeds)" */
  unranked: string | null
  /** Place in the bracket of its tie group; null where the group has one entry. */
  bracket: 'top' | 'middle' | 'bottom' | null
  /** "better than 7 and worse than 1 of 12 others"; null where it is not ranked or alone. */
  established: string | null
  /** Words of the bracket, for those who do not see it. */
  tie: string | null
  interval: BoardInterval
  mean: string
  /** "± 1.2"; empty without an interval. */
  half: string
  deviation: string
  standardError: string
  /** "3 seeds", "3 seeds, 2 orders" */
  sample: string
  /** All of it in one sentence. */
  words: string
  move: Move | null
  entry: BoardEntry
}

export interface StandingsTable {
  axis: Axis
  rows: StandingRow[]
  /** Entries whose place changed against the metric before; null where nothing is compared. */
  moved: number | null
}

/** The rows of a board, ready to draw. @param before the same board by another metric, to mark what moved */
export function standingsTable(board: Board, before: Before | null): StandingsTable {
  const metric = sortedMetric(board)
  const notes = variants(board.entries)
  const placesBefore = new Map(before?.entries.map(({ key, rank }) => [key, rank ?? null]))
  const sizes = new Map<number, number>()
  for (const { tieGroup } of board.entries) if (tieGroup) sizes.set(tieGroup, (sizes.get(tieGroup) ?? 0) + 1)

  const rows = board.entries.map((entry, i): StandingRow => {
    const interval = intervalOf(entry, metric.key)
    const group = entry.tieGroup ?? null
    const size = group === null ? 0 : sizes.get(group)!
    const [best, worst] = entry.rankInterval ?? []
    const title = entry.method.title
    const mean = metricValue(interval.mean)
    const sample = sampleOf(entry)
    const range = best !== undefined && worst !== undefined && best !== worst ? `${best}–${worst}` : null
    const unranked = entry.ranked ? null : `not ranked yet (${entry.reason ?? 'no value'})`
    return {
      key: entry.key,
      title,
      note: notes[i]!,
      paper: entry.method.paper,
      rank: entry.rank ? `${entry.rank}` : '',
      rankRange: range,
      unranked,
      bracket: size < 2 ? null : bracketOf(board.entries, i),
      established: entry.ranked ? establishedOf(board, entry.key) : null,
      tie: size < 2 ? null : `one of ${size} whose order is not established`,
      interval: {
        mean: interval.mean ?? null,
        low: interval.low ?? null,
        high: interval.high ?? null,
        n: interval.n,
        values: interval.values,
      },
      mean,
      half: halfOf(interval.low, interval.high),
      deviation: metricValue(interval.deviation),
      standardError: metricValue(interval.standardError),
      sample,
      words: `${title}: ${mean}${rangeWords(interval.low, interval.high)}, ${sample}${unranked ? `, ${unranked}` : ''}`,
      move: moveOf(entry.rank ?? null, placesBefore.get(entry.key) ?? null),
      entry,
    }
  })
  return {
    axis: axisOf(rows.map(({ interval }) => interval)),
    rows,
    moved: before ? rows.filter(({ move }) => move !== null).length : null,
  }
}

function establishedOf({ comparisons }: Board, key: string): string | null {
  const own = comparisons.filter(({ a, b }) => a === key || b === key)
  const better = own.filter((pair) => pair.better === key).length
  const worse = own.filter((pair) => pair.separated).length - better
  return own.length === 0 ? null : `better than ${better} and worse than ${worse} of ${plural(own.length, 'other')}`
}

function bracketOf(entries: readonly BoardEntry[], i: number): StandingRow['bracket'] {
  const group = entries[i]!.tieGroup
  if (entries[i - 1]?.tieGroup !== group) return 'top'
  return entries[i + 1]?.tieGroup !== group ? 'bottom' : 'middle'
}

function moveOf(now: number | null, then: number | null): Move | null {
  if (now === null || then === null || now === then) return null
  const by = then - now
  return { by, text: `${by > 0 ? 'up' : 'down'} ${plural(Math.abs(by), 'place')} from ${then}` }
}

function sampleOf({ n, orders, method }: BoardEntry): string {
  const seeds = method.trains ? plural(n, 'seed') : 'no randomness'
  return orders > 1 ? `${seeds}, ${plural(orders, 'order')}` : seeds
}

function halfOf(low: number | null | undefined, high: number | null | undefined): string {
  return typeof low === 'number' && typeof high === 'number' ? `± ${metricValue((high - low) / 2)}` : ''
}

function rangeWords(low: number | null | undefined, high: number | null | undefined): string {
  return typeof low === 'number' && typeof high === 'number'
    ? `, 95 % interval ${metricValue(low)} to ${metricValue(high)}`
    : ''
}
