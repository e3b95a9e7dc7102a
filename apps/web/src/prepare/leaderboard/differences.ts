import { metricValue } from '../format.ts'
import { type Board, sortedMetric } from './board.ts'
import { variants } from './variants.ts'

export interface DifferenceCell {
  row: string
  column: string
  /** "+3.1", "0.0", an en dash where there is no common seed. */
  text: string
  /**
   * `better` and `worse` only where the difference is established; `better?` and `worse?` where its own interval leaves
   * out zero but the correction for asking about all pairs does not bear it out; `open` where even that is not so.
   */
  tone: 'better' | 'worse' | 'better?' | 'worse?' | 'open' | 'unknown'
  /** All that is known, in one sentence. */
  words: string
}

export interface DifferenceMatrix {
  names: { key: string; title: string; short: string }[]
  /** cells[row][column]; null on the diagonal. */
  cells: (DifferenceCell | null)[][]
  established: number
  pairs: number
}

/** Row minus column of every pair of ranked entries, in points, with what is established about it. */
export function differenceMatrix(board: Board): DifferenceMatrix {
  const higher = sortedMetric(board).better !== 'lower'
  const notes = variants(board.entries)
  const names = board.entries.flatMap(({ key, method, ranked }, i) => {
    if (!ranked) return []
    const title = notes[i] ? `${method.title}, ${notes[i]}` : method.title
    return [{ key, title, short: `${method.title.slice(0, 14)}${method.title.length > 14 ? '…' : ''}` }]
  })
  const found = new Map(board.comparisons.flatMap((pair) => [[`${pair.a}\n${pair.b}`, pair] as const]))
  const cells = names.map((row) =>
    names.map((column): DifferenceCell | null => {
      if (row.key === column.key) return null
      const straight = found.get(`${row.key}\n${column.key}`)
      const pair = straight ?? found.get(`${column.key}\n${row.key}`)
      const sign = straight ? 1 : -1
      const place = { row: row.key, column: column.key }
      const names = `${row.title} − ${column.title}`
      if (!pair || pair.difference === null || pair.difference === undefined) {
        return { ...place, text: '–', tone: 'unknown', words: `${names}: no seed that both have run` }
      }
      const difference = pair.difference * sign
      const ends = [pair.low, pair.high].map((end) => (typeof end === 'number' ? end * sign : null))
      const [low, high] = sign === 1 ? ends : ends.reverse()
      const interval =
        typeof low === 'number' && typeof high === 'number'
          ? `95 % ${signed(low)} to ${signed(high)}`
          : (pair.reason ?? 'no interval')
      const p = typeof pair.correctedP === 'number' ? `, p ${small(pair.correctedP)} after Holm` : ''
      return {
        ...place,
        text: signed(difference),
        tone: toneOf(pair.separated, difference > 0 === higher, low ?? null, high ?? null),
        words: `${names}: ${signed(difference)} points, ${interval}${p}, ${pair.pairs} pairs; ${
          pair.separated
            ? 'established'
            : alone(low ?? null, high ?? null)
              ? 'not established among so many pairs'
              : 'not established'
        }`,
      }
    }),
  )
  return {
    names,
    cells,
    established: board.comparisons.filter(({ separated }) => separated).length,
    pairs: board.comparisons.length,
  }
}

/** The interval of this one pair leaves out zero. */
const alone = (low: number | null, high: number | null) => low !== null && high !== null && (low > 0 || high < 0)

function toneOf(separated: boolean, better: boolean, low: number | null, high: number | null): DifferenceCell['tone'] {
  const side = better ? 'better' : 'worse'
  return separated ? side : alone(low, high) ? `${side}?` : 'open'
}

/** "+3.1", "−0.4", "0.0" */
function signed(value: number): string {
  const text = metricValue(value)
  return value > 0 && text !== '0.0' ? `+${text}` : text
}

/** "= 0.012", "< 0.001" */
function small(p: number): string {
  return p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`
}
