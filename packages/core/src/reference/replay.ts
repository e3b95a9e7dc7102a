import { AnamnesisError, BAGS, type Bag, Random, type ReferencePair } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import { rankBiasedOverlap } from '../retrieve/index.ts'
import type { StoreFilter, VectorStore } from '../stores/index.ts'
import { askInBags, bagSizes } from './build.ts'
import { fillBags } from './fill.ts'
import type { RetrievalRecord } from './record.ts'
import { bagBudgets, type SiphonRatio } from './siphon.ts'
import { trusted, trustScale } from './trust.ts'

/** What may differ from the recorded retrieval; what is absent stays as it was. */
export interface ReplayChanges extends Partial<Omit<RetrievalRecord['settings'], 'ratio'>> {
  ratio?: Partial<SiphonRatio>
  filter?: Omit<StoreFilter, 'licenceGroups'>
}

export interface Replay {
  settings: RetrievalRecord['settings']
  pairs: ReferencePair[]
  bags: Record<Bag, number>
  indexVersion: string
  exact: boolean
  milliseconds: number
}

/**
 * Asks the recorded questions again with other settings and mixes the answers again. The questions stay: with other ratios
 * a bag has its new budget and its old questions.
 * @param encoder knows the recorded questions @throws ENCODER_MISMATCH, BAD_INPUT
 */
export async function replayRetrieval(
  record: RetrievalRecord,
  options: { store: VectorStore; encoder: Encoder; changes: ReplayChanges },
): Promise<Replay> {
  const started = performance.now()
  const { store, encoder } = options
  const { filter: narrower, ratio, ...changes } = options.changes
  const settings = { ...record.settings, ...changes, ratio: { ...record.settings.ratio, ...ratio } }
  const { size, k, perCaption, mode, licenceGroups, trustFloor } = settings
  if (!Number.isInteger(size) || size < 1 || size > 10_000) {
    throw new AnamnesisError('BAD_INPUT', `The size must be a whole number from 1 to 10000, not ${size}.`, {
      field: 'size',
    })
  }
  const budgets = budgetsOf(record, settings)
  const filter = { ...narrower, licenceGroups }
  let answers = await askInBags(record.questions, budgets, { store, encoder, k, perCaption, mode, filter, anew: true })
  if (trustFloor !== null) {
    const scale = await trustScale(answers, { encoder, store, random: new Random('replay') })
    if (scale) answers = trusted(answers, scale, trustFloor).answers
  }
  const pairs = fillBags(answers, budgets)
  return {
    settings,
    pairs,
    bags: bagSizes(pairs),
    indexVersion: await store.version(),
    exact: store.exact,
    milliseconds: performance.now() - started,
  }
}

/** The recorded budgets where neither size, ratio nor split changed. */
function budgetsOf(record: RetrievalRecord, settings: RetrievalRecord['settings']): Record<Bag, number> {
  const { size, ratio, split } = settings
  const before = record.settings
  const same = size === before.size && split === before.split && BAGS.every((bag) => ratio[bag] === before.ratio[bag])
  if (same) return record.budgets
  const count = (bag: Bag) => record.questions.filter((question) => question.bag === bag).length
  const questions = Object.fromEntries(BAGS.map((bag) => [bag, count(bag)])) as Record<Bag, number>
  // Only the siphon weighs bags; the other policies keep their proportions.
  return record.policy === 'dynamic'
    ? bagBudgets(size, questions, ratio, split)
    : bagBudgets(size, questions, record.budgets, 'bag')
}

/** Two reference sets side by side. */
export interface SetComparison {
  common: number
  /** Common figures as a share of all figures of both. */
  jaccard: number
  /** Of the figures in the order in which the bags were filled. */
  rankBiasedOverlap: number | null
  added: string[]
  removed: string[]
}

/** @param persistence of the rank-biased overlap */
export function compareSets(
  before: readonly { figureId: string }[],
  after: readonly { figureId: string }[],
  persistence = 0.98,
): SetComparison {
  const old = new Set(before.map(({ figureId }) => figureId))
  const now = new Set(after.map(({ figureId }) => figureId))
  const added = [...now].filter((id) => !old.has(id))
  const removed = [...old].filter((id) => !now.has(id))
  const common = now.size - added.length
  const all = old.size + added.length
  return {
    common,
    jaccard: all === 0 ? 1 : common / all,
    rankBiasedOverlap: rankBiasedOverlap([...old], [...now], persistence),
    added,
    removed,
  }
}
