import { type Board, intervalOf, sortedMetric } from './board.ts'
import { variants } from './variants.ts'

/** The board as a table with one line an entry: everything that is needed to print or to check it. Values times 100. */
interface ExportLine {
  rank: number | null
  rankLow: number | null
  rankHigh: number | null
  tieGroup: number | null
  method: string
  settings: string
  mean: number | null
  low: number | null
  high: number | null
  deviation: number | null
  standardError: number | null
  seeds: number
  orders: number
  runs: string
  note: string
}

function exportLines(board: Board): ExportLine[] {
  const metric = sortedMetric(board)
  const notes = variants(board.entries)
  return board.entries.map((entry, i) => {
    const { mean, low, high, deviation, standardError } = intervalOf(entry, metric.key)
    return {
      rank: entry.rank ?? null,
      rankLow: entry.rankInterval?.[0] ?? null,
      rankHigh: entry.rankInterval?.[1] ?? null,
      tieGroup: entry.tieGroup ?? null,
      method: entry.method.title,
      settings: notes[i]!,
      mean: hundred(mean),
      low: hundred(low),
      high: hundred(high),
      deviation: hundred(deviation),
      standardError: hundred(standardError),
      seeds: entry.n,
      orders: entry.orders,
      runs: entry.runs.map(({ key }) => key).join(' '),
      note: entry.ranked ? '' : `not ranked: ${entry.reason ?? 'no value'}`,
    }
  })
}

/** RFC 4180. */
export function boardCsv(board: Board): string {
  const { title, unit } = sortedMetric(board)
  const names = [
    'rank,rank low,rank high,tie group,method,settings',
    `${quoted(`${title} (${unit})`)},95% low,95% high,sd,se,seeds,orders,runs,note`,
  ].join(',')
  const lines = exportLines(board).map((line) => Object.values(line).map(quoted).join(','))
  return `${[names, ...lines].join('\r\n')}\r\n`
}

function quoted(value: string | number | null): string {
  if (value === null) return ''
  // A spreadsheet takes a leading =, + or @ for a formula.
  const text = typeof value === 'string' && /^[=+@\t-]/.test(value) ? `'${value}` : `${value}`
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A booktabs table: mean with half of the interval, ties by group; best group bold. */
export function boardLatex(board: Board): string {
  const metric = sortedMetric(board)
  const orders = board.orders.map(({ title }) => title).join(', ')
  const lines = exportLines(board).map((line) => {
    const half = line.low === null || line.high === null ? '' : ` \\pm ${((line.high - line.low) / 2).toFixed(1)}`
    const value = line.mean === null ? '--' : `$${line.mean.toFixed(1)}${half}$`
    const ranks =
      line.rank === null ? '--' : line.rankLow === line.rankHigh ? `${line.rank}` : `${line.rankLow}--${line.rankHigh}`
    const name = escapeLatex(line.settings ? `${line.method}, ${line.settings}` : line.method)
    return `${ranks} & ${line.tieGroup === 1 ? `\\textbf{${name}}` : name} & ${value} & ${line.seeds} \\\\`
  })
  return [
    '% Needs \\usepackage{booktabs}',
    '\\begin{tabular}{rlrr}',
    '\\toprule',
    `Rank & Method & ${escapeLatex(metric.title)} & Seeds \\\\`,
    '\\midrule',
    ...lines,
    '\\bottomrule',
    '\\end{tabular}',
    `% ${board.suite.title}, ${orders}. ${metric.title} (${metric.key}): ${metric.formula}`,
    `% Mean and half of the 95 % t interval; ranks are 95 % bootstrap intervals; bold: not told apart from the best.`,
    '',
  ].join('\n')
}

function escapeLatex(text: string): string {
  const special: Record<string, string> = {
    '\\': '\\textbackslash{}',
    '~': '\\textasciitilde{}',
    '^': '\\textasciicircum{}',
  }
  return text.replaceAll(/[\\~^&%$#_{}]/g, (char) => special[char] ?? `\\${char}`)
}

/** What was shown and how it was made, for machines. Shares, not times 100. */
export function boardJson(board: Board): string {
  const { suite, orders, unit, scope, resamples, seedsToRank, group, entries, comparisons } = board
  const metric = sortedMetric(board)
  return `${JSON.stringify(
    {
      suite: suite.key,
      orders: orders.map(({ key }) => key),
      metric,
      method: {
        unit,
        scope,
        resamples,
        seedsToRank,
        interval: '95 % Student t over units; differences: paired bootstrap',
      },
      conditions: group,
      entries: entries.map((entry) => ({
        ...{ key: entry.key, method: entry.method.key, config: entry.config, seeds: entry.n, orders: entry.orders },
        ...{ rank: entry.rank, rankInterval: entry.rankInterval, tieGroup: entry.tieGroup, reason: entry.reason },
        value: intervalOf(entry, metric.key),
        tasks: entry.tasks,
        variance: entry.variance,
        runs: entry.runs.map(({ id, key, seed, order }) => ({ id, key, seed, order: order.key })),
      })),
      comparisons,
    },
    null,
    2,
  )}\n`
}

const hundred = (value: number | null | undefined) => (typeof value === 'number' ? Math.round(value * 1e6) / 1e4 : null)
