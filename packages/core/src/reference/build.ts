import {
  AnamnesisError,
  BAGS,
  type Bag,
  type LicenceGroup,
  type Question,
  type Random,
  type ReferencePair,
  type Task,
} from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import { questionPool, type RetrievalMode } from '../retrieve/index.ts'
import type { VectorStore } from '../stores/index.ts'
import { type AskOptions, ask, GUIDING_LICENCES } from './ask.ts'
import { dynamicQuestions } from './dynamic.ts'
import { type Answer, fillBags } from './fill.ts'
import { promptQuestions } from './prompts.ts'
import { type SiphonRatio, type SiphonSplit, siphonRatio } from './siphon.ts'
import { trusted, trustScale } from './trust.ts'
import { uniformQuestions } from './uniform.ts'

export interface ReferenceOptions {
  /**
   * `uniform`: every domain keyword alike (PRIMED_uni). `dynamic`: the siphon (PRIMED_dyn). `prompts`: one figure for
   * each of `size` prompts drawn evenly from the pool and the labels of earlier tasks (GIFT).
   */
  policy: 'uniform' | 'dynamic' | 'prompts'
  /** Tasks learned before this one; their labels and domains are reviewed. Empty before the first task. */
  pastTasks: readonly Task[]
  /** Domain keywords of the earlier tasks' images (`domainClassifier`). */
  seenDomains: readonly string[]
  /** Most pairs of the set. */
  size?: number
  store: VectorStore
  encoder: Encoder
  /** M_0; the built-in pool when absent. */
  pool?: readonly Question[]
  random: Random
  ratio?: Partial<SiphonRatio>
  split?: SiphonSplit
  /** Depth of each retrieval; at least twice the share of a question is always looked at. */
  k?: number
  perCaption?: number
  mode?: RetrievalMode
  /** Hits whose trust is lower are dropped (`trustOf`); null keeps all and measures nothing. */
  trustFloor?: number | null
  /** Licence groups that may guide a training; figures of unknown licence are left out by default. */
  licenceGroups?: readonly LicenceGroup[]
  /** Figures that must not be used: recalled literature. */
  leaveOut?: readonly string[]
}

/** The image-caption pairs that guide one task (the paper's C_i), with where each came from. */
export interface ReferenceSet {
  pairs: ReferencePair[]
  bags: Record<Bag, number>
  questions: Question[]
  /** Pairs that each bag could take. */
  budgets: Record<Bag, number>
  /** r_q by question text, where a trust floor was given; a question without figures above it is absent. */
  trust: Map<string, number> | null
  indexVersion: string
  encoderId: string
  milliseconds: number
}

/**
 * Asks the corpus and keeps the best pairs of each bag. Equal inputs and seeds give equal sets; no figure occurs twice.
 * The set is smaller than `size` only when the questions do not find that many figures.
 * @throws MISSING_DATA when nothing in the corpus may be used, BAD_INPUT, ENCODER_MISMATCH
 */
export async function buildReferenceSet(options: ReferenceOptions): Promise<ReferenceSet> {
  const started = performance.now()
  const { store, encoder, perCaption = 2, mode = 'layered' } = options
  const { size = 512, k = 100, licenceGroups = GUIDING_LICENCES } = options
  if (!Number.isInteger(size) || size < 1) {
    throw new AnamnesisError('BAD_INPUT', `The reference set needs at least one pair, not ${size}.`, { field: 'size' })
  }
  const { questions, budgets } = questionsFor(options, size)
  const filter = { licenceGroups, ...(options.leaveOut?.length ? { leaveOut: options.leaveOut } : {}) }
  let answers = await askInBags(questions, budgets, { store, encoder, k, perCaption, mode, filter })
  let trust: ReferenceSet['trust'] = null
  if (options.trustFloor !== undefined && options.trustFloor !== null) {
    const scale = await trustScale(answers, { encoder, store, random: options.random.fork('trust') })
    if (scale) ({ answers, trust } = trusted(answers, scale, options.trustFloor))
  }
  const pairs = fillBags(answers, budgets)
  if (pairs.length === 0) {
    throw new AnamnesisError(
      'MISSING_DATA',
      `The corpus index has no figure that may guide a training: ${await store.count()} figures, ${await store.count(filter)} with licence group ${licenceGroups.join(' or ')}. Index a corpus or allow more licence groups.`,
    )
  }
  return {
    pairs,
    bags: bagSizes(pairs),
    questions,
    budgets,
    trust,
    indexVersion: await store.version(),
    encoderId: encoder.id,
    milliseconds: performance.now() - started,
  }
}

/** Answers of the questions of each bag, looked at deep enough for the bag's budget. */
export async function askInBags(
  questions: readonly Question[],
  budgets: Record<Bag, number>,
  options: AskOptions & { k: number },
): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const bag of BAGS) {
    const asked = questions.filter((question) => question.bag === bag)
    const k = Math.max(options.k, Math.ceil((2 * budgets[bag]) / Math.max(1, asked.length)))
    answers.push(...(await ask(asked, { ...options, k })))
  }
  return answers
}

/** Pairs in each bag. */
export function bagSizes(pairs: readonly ReferencePair[]): Record<Bag, number> {
  const sizes = BAGS.map((bag) => [bag, pairs.filter((pair) => pair.bag === bag).length])
  return Object.fromEntries(sizes) as Record<Bag, number>
}

function questionsFor(
  options: ReferenceOptions,
  size: number,
): { questions: Question[]; budgets: Record<Bag, number> } {
  const { pastTasks, random } = options
  switch (options.policy) {
    case 'uniform':
      return { questions: uniformQuestions(), budgets: { task: 0, domain: 0, general: size } }
    case 'prompts':
      return promptQuestions({ pastTasks, pool: options.pool ?? questionPool(), size, random })
    case 'dynamic':
      return dynamicQuestions({
        pastTasks,
        seenDomains: options.seenDomains,
        pool: options.pool ?? questionPool(),
        size,
        ratio: siphonRatio.parse(options.ratio ?? {}),
        split: options.split ?? 'bag',
        random,
      })
  }
}
