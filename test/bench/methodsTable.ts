import type { Aggregate } from '@anamnesis/core/metrics'
import { median } from './bench.ts'
import type { MethodResult } from './methodsRuns.ts'
import { type Claim, differenceOf, standingOf, standings } from './methodsStandings.ts'
import type { StepCost } from './methodsSteps.ts'

const COLUMNS = ['transfer', 'avg', 'last', 'bwt'] as const

/** The Markdown of one suite, for docs/results.md: results, claims, and how the learning rates were chosen. */
export function suiteTables(results: readonly MethodResult[], taskIds: readonly string[], claims: readonly Claim[]) {
  const all = Object.fromEntries(COLUMNS.map((metric) => [metric, standings(metric, results, taskIds)]))
  const ranked = all.last!.standings.map(({ id }) => results.find(({ method }) => method === id)!)
  const rows = ranked.map(({ method, learningRate, runs }) => {
    const { rank, rankInterval, tieGroup } = standingOf(all.last!, method)
    const difference = differenceOf(all.last!, method, 'fine-tune')
    return [
      rank === null ? '-' : `${rank}${rankInterval ? ` (${rankInterval.join('-')})` : ''}`,
      tieGroup ?? '-',
      `\`${method}\``,
      learningRate ?? '-',
      ...COLUMNS.map((metric) => interval(standingOf(all[metric]!, method).aggregate)),
      difference && method !== 'fine-tune' ? signed(difference.difference!, difference.interval) : '-',
      `${median(runs.map(({ answer }) => answer.seconds)).toFixed(0)}`,
    ]
  })
  return [
    table(['rank', 'ties', 'method', 'rate', 'Transfer', 'Avg', 'Last', 'BWT', 'Last − fine-tune', 's a run'], rows),
    table(
      ['metric', 'difference', 'points', 'corrected p', 'holds'],
      claims.map(({ metric, a, b, difference, interval: range, correctedP }) => [
        metric === 'last' ? 'Last' : 'Transfer',
        `\`${a}\` − \`${b}\``,
        signed(difference!, range),
        correctedP === null ? '-' : correctedP.toFixed(4),
        difference! >= 0 ? 'yes' : 'no',
      ]),
    ),
    table(
      ['method', 'Last on validation by learning rate (held-out seeds)', 'chosen'],
      ranked
        .filter(({ tried }) => tried.length > 0)
        .map(({ method, tried, learningRate }) => [
          `\`${method}\``,
          tried.map(({ learningRate, last }) => `${learningRate}: ${percent(last)}`).join(', '),
          learningRate!,
        ]),
    ),
  ].join('\n\n')
}

/** Markdown of the costs relative to fine-tuning. */
export function costTable(costs: ReadonlyMap<string, StepCost[]>): string {
  const base = costs.get('fine-tune')!
  return table(
    ['method', 'step, ms', 'step / fine-tune', 'peak memory, MB', 'memory / fine-tune', 'checkpoint, MB'],
    [...costs].map(([method, own]) => [
      `\`${method}\``,
      median(own.map(({ ms }) => ms)).toFixed(0),
      median(own.map(({ ms }, round) => ms / base[round]!.ms)).toFixed(2),
      megabytes(median(own.map(({ peakBytes }) => peakBytes))),
      median(own.map(({ peakBytes }, round) => peakBytes / base[round]!.peakBytes)).toFixed(2),
      megabytes(own[0]!.checkpointBytes),
    ]),
  )
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const percent = (share: number) => (100 * share).toFixed(1)
const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0)
const interval = ({ mean, interval }: Aggregate) =>
  mean === null ? '-' : `${percent(mean)}${interval ? ` [${percent(interval[0])}, ${percent(interval[1])}]` : ''}`
const signed = (difference: number, range: readonly [number, number] | null) =>
  `${difference >= 0 ? '+' : ''}${percent(difference)}${range ? ` [${percent(range[0])}, ${percent(range[1])}]` : ''}`
