/** Where a number comes from: printed in the paper, read in a repository, told by others, or computed by us from printed ones. */
export const CONFIDENCES = ['published', 'code', 'secondary', 'recomputed'] as const
export type Confidence = (typeof CONFIDENCES)[number]

export const PUBLISHED_TABLES = ['main', 'modules', 'components', 'siphon', 'backbones', 'reference'] as const
export type PublishedTable = (typeof PUBLISHED_TABLES)[number]

/** Result of a method as a paper prints it. A reference to look at: never ranked, never averaged with runs of this product. */
export interface PublishedRow {
  suite: string
  order: string
  table: PublishedTable
  /** As printed. */
  method: string
  /** The method of this product that implements it; null where there is none. */
  methodId: string | null
  /** What differs from the method as published, "alpha = 0.5"; empty for the method itself. */
  variant: string
  /** By metric id, as a share (0.583 for a printed 58.3). */
  values: Readonly<Record<string, number>>
  /** Metrics that we computed from printed numbers. */
  recomputed: readonly string[]
  /** Values of single tasks, by metric id and task id. */
  perTask: Readonly<Record<string, Readonly<Record<string, number>>>>
  confidence: Confidence
  source: string
  /** What to know before comparing. */
  remarks: readonly string[]
}

/** Shares from printed per cents, without the noise of the division. */
export function shares(keys: readonly string[], printed: readonly (number | null)[]): Record<string, number> {
  const entries = keys.flatMap((key, i) => (printed[i] == null ? [] : [[key, share(printed[i])] as const]))
  return Object.fromEntries(entries)
}

const share = (percent: number) => Number((percent / 100).toFixed(6))

/** The columns of the three-number tables. */
export const MTIL_COLUMNS = ['transfer', 'avg', 'last']
export const TASK_COLUMNS = ['acc', 'auc', 'bwt']
