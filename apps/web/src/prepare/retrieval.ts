/** A retrieval as it is drawn: funnel, stage bars, times, and the same request for scripts. */

import { percent } from './format.ts'

interface StageScore {
  score: number
  rank: number
}

export interface HitScores {
  dense?: StageScore | null
  visual?: StageScore | null
  lexical?: StageScore | null
  fused?: StageScore | null
}

export type Stage = keyof HitScores

export interface StageColumn {
  key: Stage
  title: string
  hint: string
  /** Decimals that tell neighbours apart. */
  digits: number
  /** The clock that runs for it; null where it costs next to nothing. */
  time: 'dense' | 'visual' | 'lexical' | null
}

const STAGES: readonly StageColumn[] = [
  { key: 'dense', title: 'Caption', hint: 'cos(question, caption): the dense layer', digits: 3, time: 'dense' },
  { key: 'visual', title: 'Image', hint: 'cos(question, image): the visual re-rank', digits: 3, time: 'visual' },
  { key: 'lexical', title: 'BM25', hint: 'BM25(question, caption): the lexical gate', digits: 3, time: 'lexical' },
]

/** Columns of a search; a hybrid one has the fused score too. */
export function stageColumns({ rankConstant }: { rankConstant?: number | null }): readonly StageColumn[] {
  if (rankConstant === null || rankConstant === undefined) return STAGES
  const hint = `Ranks of caption and BM25 fused: the sum of 1 / (${rankConstant} + rank)`
  return [...STAGES, { key: 'fused', title: 'Fused', hint, digits: 4, time: null }]
}

/** Whether a search compared everything, and how much an approximate one finds. */
export function searchKind({ exact, recall }: { exact: boolean; recall?: number | null }): {
  word: string
  hint: string
} {
  if (exact) return { word: 'exact', hint: 'Every figure was compared.' }
  if (recall === null || recall === undefined) {
    const hint = 'Not every figure was compared; some neighbours may be missing, and nobody measured how many.'
    return { word: 'approximate', hint }
  }
  const share = `${percent(recall)} %`
  return {
    word: `approximate, recall ${share}`,
    hint: `Not every figure was compared. Asked a fixed set of questions, this index found ${share} of the true neighbours.`,
  }
}

/** Highest and lowest score per stage over all shown figures, so that bars of one stage compare. */
export function stageRanges(hits: readonly HitScores[]): Record<Stage, { low: number; high: number }> {
  const range = (stage: Stage) => {
    const scores = hits.flatMap((hit) => (hit[stage] ? [hit[stage].score] : []))
    return { low: Math.min(0, ...scores), high: Math.max(1e-9, ...scores) }
  }
  return { dense: range('dense'), visual: range('visual'), lexical: range('lexical'), fused: range('fused') }
}

/** Bar length in per cent. */
export function barLength(score: number, { low, high }: { low: number; high: number }): number {
  return Math.min(100, Math.max(2, ((score - low) / (high - low)) * 100))
}

/** Widths in per cent on a log scale, so that 6,000 -> 20 stays visible. */
export function funnel(counts: { corpus: number; dense: number; visual: number; kept: number }) {
  const steps = [
    { key: 'corpus', title: 'in the corpus', count: counts.corpus },
    { key: 'dense', title: 'dense layer', count: counts.dense },
    { key: 'visual', title: 'visual re-rank', count: counts.visual },
    { key: 'kept', title: 'kept', count: counts.kept },
  ]
  const most = Math.log1p(Math.max(1, ...steps.map((step) => step.count)))
  return steps.map((step) => ({ ...step, width: Math.max(3, (Math.log1p(step.count) / most) * 100) }))
}

export interface Drop {
  reason: string
  count: number
}

export function dropReasons(dropped: readonly { dropped?: string | null }[]): Drop[] {
  const counts = new Map<string, number>()
  for (const { dropped: reason } of dropped) counts.set(reason ?? 'unknown', (counts.get(reason ?? 'unknown') ?? 0) + 1)
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
}

/** What each reason to drop a figure means. */
export const DROP_TEXTS: Record<string, string> = {
  'tie cut': 'Its caption score lies below the last score that was looked at.',
  'visual group cut': 'Other images of the same caption fit the question better.',
  'lexical gate': 'Others share more words with the question.',
  filter: 'It would have been a candidate without the filter.',
  duplicate: 'Another figure has the same caption and the same image.',
  limit: 'It ranks below the last figure that was asked for.',
}

/** Values of a facet as choices with their counts: the most frequent, and those that are chosen. */
export function facetChoices(
  facets: readonly { field: string; values: readonly { value: string; count: number }[] }[],
  field: string,
  most: number,
  chosen: readonly string[] = [],
): { value: string; label: string }[] {
  const values = (facets.find((facet) => facet.field === field)?.values ?? []).filter(({ value }) => value !== '')
  return values
    .filter(({ value }, i) => i < most || chosen.includes(value))
    .map(({ value, count }) => ({ value, label: `${value} ${count.toLocaleString('en-US')}` }))
}
