import { createHash } from 'node:crypto'
import type { LicenceGroup, Question, ReferencePair } from '../contracts/index.ts'
import { type RetrieveOptions, retrieveMany } from '../retrieve/index.ts'
import type { VectorStore } from '../stores/index.ts'
import { type Answer, referencePair } from './fill.ts'

/** Figures of these licence groups may guide a training unless told otherwise; those of unknown licence are left out. */
export const GUIDING_LICENCES: readonly LicenceGroup[] = ['commercial', 'non-commercial']

/** Answers of pool questions kept per open index; 2,000 answers of 100 hits are about 40 MB. */
const KEPT = 2_000
const answered = new WeakMap<VectorStore, Map<string, Answer['hits']>>()

export interface AskOptions extends RetrieveOptions {
  /** Takes no kept answer: what it costs is to be seen. */
  anew?: boolean
}

/**
 * Asks every question once. The pool is static, so its answers are kept for the next task as long as the index has the
 * same version; label questions are asked live.
 */
export async function ask(questions: readonly Question[], { anew = false, ...options }: AskOptions): Promise<Answer[]> {
  const { store, k, perCaption, mode, filter } = options
  const settings = createHash('sha256')
    .update(JSON.stringify([await store.version(), k, perCaption, mode, filter]))
    .digest('base64')
  const kept = (anew ? null : answered.get(store)) ?? new Map<string, Answer['hits']>()
  if (!anew) answered.set(store, kept)
  const key = (question: Question) => `${settings} ${question.text}`
  const open = questions.filter((question) => !kept.has(key(question)))
  const results = await retrieveMany(
    open.map((question) => question.text),
    options,
  )
  const fresh = new Map(open.map((question, i) => [question, results[i]!.hits]))
  const answers = questions.map((question) => ({ question, hits: fresh.get(question) ?? kept.get(key(question))! }))
  for (const [question, hits] of fresh) {
    if (question.taskId === null && kept.size < KEPT) kept.set(key(question), hits)
  }
  return answers
}

/** The hits of further questions as pairs, best first within a question. */
export async function askPairs(
  questions: readonly Question[],
  { leaveOut, ...options }: Omit<RetrieveOptions, 'filter'> & { leaveOut?: readonly string[] },
): Promise<ReferencePair[]> {
  const filter = { licenceGroups: GUIDING_LICENCES, ...(leaveOut?.length ? { leaveOut } : {}) }
  const answers = await ask(questions, { ...options, filter })
  return answers.flatMap(({ question, hits }) => hits.map((hit) => referencePair(question, hit)))
}
