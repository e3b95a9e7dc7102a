import { bytes, count, dateTime, milliseconds, percent } from './format.ts'

/** How far the index of a corpus can be believed, as it is drawn. */

export interface IndexData {
  store: string
  indexType: string
  encoderId: string
  dim: number
  rows: number
  version: string
  bytes?: number | null
  exact: boolean
  honesty?: {
    k: number
    probes: number
    recall: number
    worstRecall: number
    byModality: readonly { modality: string; probes: number; recall: number }[]
    latencyP50: number
    latencyP95: number
    measuredAt: string
  } | null
}

export interface RecallRow {
  name: string
  /** "98.4 %" */
  recall: string
  /** Bar length in per cent. */
  width: number
  probes: number
}

export interface IndexView {
  kind: 'exact' | 'approximate'
  /** True where nobody knows what an approximate index misses. */
  doubtful: boolean
  /** What the kind means for a search. */
  note: string
  facts: { term: string; value: string; code?: boolean }[]
  /** Recall by modality, the lowest first. */
  recalls: RecallRow[]
}

/** Facts of an index, and its measured recall by modality. */
export function indexView(index: IndexData): IndexView {
  const { honesty } = index
  return {
    kind: index.exact ? 'exact' : 'approximate',
    doubtful: !index.exact && !honesty,
    note: noteOf(index),
    facts: [
      { term: 'Store', value: `${index.store}, ${index.indexType}` },
      { term: 'Figures', value: count(index.rows) },
      { term: 'Size', value: typeof index.bytes === 'number' ? bytes(index.bytes) : 'on a server' },
      { term: 'Width', value: count(index.dim) },
      ...(honesty
        ? [
            { term: 'Time of a search', value: `${milliseconds(honesty.latencyP50)} (p50)` },
            { term: 'Slow ones', value: `${milliseconds(honesty.latencyP95)} (p95)` },
            { term: 'Measured', value: dateTime(honesty.measuredAt) },
          ]
        : []),
      { term: 'Version', value: index.version, code: true },
      { term: 'Encoder', value: index.encoderId, code: true },
    ],
    recalls: (honesty?.byModality ?? [])
      .toSorted((a, b) => a.recall - b.recall || (a.modality < b.modality ? -1 : 1))
      .map(({ modality, recall, probes }) => ({
        name: modality || 'unknown',
        recall: `${percent(recall)} %`,
        width: Math.min(100, Math.max(0, recall * 100)),
        probes,
      })),
  }
}

function noteOf({ exact, honesty }: IndexData): string {
  if (honesty) {
    const { recall, worstRecall, k, probes } = honesty
    return `Of ${count(k)} true neighbours it finds ${percent(recall)} % on average and ${percent(worstRecall)} % at worst, over ${count(probes)} probes.`
  }
  if (exact) return 'Every search compares all vectors, so no neighbour is missed.'
  return 'It was not measured since its content changed: nobody knows how many neighbours it misses.'
}
