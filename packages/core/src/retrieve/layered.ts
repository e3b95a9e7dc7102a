import { loadBackend } from '../backend/index.ts'
import { AnamnesisError, type RetrievalResult } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import type { ScoredFigure, StoreFilter, VectorStore } from '../stores/index.ts'
import { MOST_ROWS } from './denseLayer.ts'
import { engineLoaded, exactLayer } from './exactLayer.ts'
import { RANK_CONSTANT } from './fusion.ts'
import { knownRecall } from './honestyFile.ts'
import { ImageVectors } from './imageVectors.ts'
import { inLayers } from './inLayers.ts'
import { lexicalSearch } from './lexicalSearch.ts'
import { mapBounded } from './mapBounded.ts'
import { byCaptions, byFusion, byWords, hybridDepth } from './oneStage.ts'
import type { Session } from './session.ts'

/**
 * `lexical` and `dense` are the ablations of the paper: one stage alone decides. `hybrid` fuses the ranks of both.
 */
export const RETRIEVAL_MODES = ['layered', 'lexical', 'dense', 'hybrid'] as const
export type RetrievalMode = (typeof RETRIEVAL_MODES)[number]

/** A question whose vector is known already, from the encoder that is named. */
export interface VectorQuestion {
  text: string
  encoderId: string
  vector: Float32Array
}

export interface RetrieveOptions {
  store: VectorStore
  /** Encodes the questions that come as texts. */
  encoder: Encoder
  /** Distinct dense scores that are looked at, and most hits that are kept. */
  k?: number
  /** Most images kept of one caption. */
  perCaption?: number
  filter?: StoreFilter
  mode?: RetrievalMode
  /** How many figures that were seen and not kept are listed with the reason. */
  explainDropped?: number
  /** Compare all vectors also where an approximate index would answer. */
  exact?: boolean
  /** Of the reciprocal rank fusion. */
  rankConstant?: number
}

/** Questions encoded in one call of the encoder. */
const ENCODE_BATCH = 256
/** Questions under way at the same time. */
const CONCURRENCY = 4
/** From so many questions on, an exact search asks them together. */
const TOGETHER = 16
/** Questions of one pass over all vectors. */
const ONE_PASS = 512

/** Retrieval of one question. @throws BAD_INPUT, ENCODER_MISMATCH */
export async function retrieve(question: string | VectorQuestion, options: RetrieveOptions): Promise<RetrievalResult> {
  return (await retrieveMany([question], options))[0]!
}

/**
 * The same for many questions: they are encoded together and share what is read from the store. Where all vectors are
 * compared anyway, many questions are compared in one pass by the engine.
 */
export async function retrieveMany(
  questions: readonly (string | VectorQuestion)[],
  options: RetrieveOptions,
): Promise<RetrievalResult[]> {
  const settings = check(questions, options)
  if (questions.length === 0) return []
  const { store, mode, k, filter, explainDropped, rankConstant } = settings
  const started = performance.now()
  const vectors = await encode(questions, settings.encoder)
  const encodeTime = (performance.now() - started) / questions.length
  const [indexVersion, corpus, statistics, recall] = await Promise.all([
    store.version(),
    store.count(filter),
    store.lexicalStatistics(),
    knownRecall(store),
  ])
  const session: Session = { ...settings, statistics, images: new ImageVectors(store) }
  const byPass =
    mode !== 'lexical' && (settings.exact || (store.exact && questions.length >= TOGETHER && engineLoaded()))
  const exact = store.exact || byPass
  const results: RetrievalResult[] = []
  for (let from = 0; from < questions.length; from += ONE_PASS) {
    const part = questions.slice(from, from + ONE_PASS).map(textOf)
    const partVectors = vectors.slice(from, from + ONE_PASS)
    const words = await timed(part.length, () =>
      mode === 'lexical' || mode === 'hybrid'
        ? lexicalSearch(store, part, mode === 'hybrid' ? hybridDepth(settings) : k + explainDropped, filter)
        : null,
    )
    const near = await timed(part.length, () => (byPass ? together(partVectors, session, mode) : null))
    results.push(
      ...(await mapBounded(part, CONCURRENCY, async (text, i): Promise<RetrievalResult> => {
        const asked = {
          text,
          vector: partVectors[i]!,
          near: near.value?.[i] ?? null,
          words: words.value?.[i] ?? null,
        }
        const { hits, dropped, counts, time } = await WAYS[mode](asked, session)
        time.lexical += words.each
        time.dense += near.each
        time.encode = encodeTime
        time.total = time.encode + time.dense + time.visual + time.lexical
        return {
          question: text,
          hits,
          dropped: dropped.slice(0, explainDropped),
          counts: { corpus, ...counts, kept: hits.length },
          indexVersion,
          encoderId: store.encoderId,
          store: store.kind,
          exact,
          recall: exact || mode === 'lexical' ? null : recall,
          rankConstant: mode === 'hybrid' ? rankConstant : null,
          time,
        }
      })),
    )
  }
  return results
}

const WAYS = { layered: inLayers, dense: byCaptions, lexical: byWords, hybrid: byFusion } as const

const textOf = (question: string | VectorQuestion): string => (typeof question === 'string' ? question : question.text)

/** One exact pass for all questions; each list reaches as far down as the mode looks. */
async function together(vectors: readonly Float32Array[], session: Session, mode: RetrievalMode) {
  const { store, k, explainDropped, filter } = session
  if (!engineLoaded()) await loadBackend()
  const depth = mode === 'hybrid' ? hybridDepth(session) : k + explainDropped
  const limit = mode === 'layered' ? MOST_ROWS : depth
  return exactLayer(store, 'caption', vectors, { distinct: depth, limit, filter })
}

/** What the work gives, and its milliseconds per question. */
async function timed(
  questions: number,
  work: () => Promise<ScoredFigure[][]> | null,
): Promise<{ value: ScoredFigure[][] | null; each: number }> {
  const started = performance.now()
  const value = await work()
  return { value, each: (performance.now() - started) / questions }
}

async function encode(questions: readonly (string | VectorQuestion)[], encoder: Encoder): Promise<Float32Array[]> {
  const vectors = questions.map((question) => (typeof question === 'string' ? null : question.vector))
  const open = [...questions.entries()].flatMap(([i, question]) =>
    typeof question === 'string' ? [{ i, question }] : [],
  )
  for (let from = 0; from < open.length; from += ENCODE_BATCH) {
    const batch = open.slice(from, from + ENCODE_BATCH)
    const { data, dim } = await encoder.encodeTexts(batch.map(({ question }) => question))
    for (const [at, { i }] of batch.entries()) vectors[i] = data.subarray(at * dim, (at + 1) * dim)
  }
  return vectors.map((vector) => vector!)
}

function check(questions: readonly (string | VectorQuestion)[], options: RetrieveOptions) {
  const { store, encoder, k = 100, perCaption = 2, filter, mode = 'layered', explainDropped = 0 } = options
  const { exact = false, rankConstant = RANK_CONSTANT } = options
  const encoders = [
    encoder.id,
    ...questions.flatMap((question) => (typeof question === 'string' ? [] : question.encoderId)),
  ]
  const other = encoders.find((id) => id !== store.encoderId)
  if (other !== undefined) {
    throw new AnamnesisError(
      'ENCODER_MISMATCH',
      `The index holds vectors of encoder ${store.encoderId}, the question comes from ${other}. Open the index of that encoder or index the corpus with it.`,
    )
  }
  const whole = (value: number, low: number, high: number, field: string) => {
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new AnamnesisError('BAD_INPUT', `"${field}" must be a whole number from ${low} to ${high}, not ${value}.`, {
        field,
      })
    }
  }
  whole(k, 1, 10_000, 'k')
  whole(perCaption, 1, 1_000, 'perCaption')
  whole(explainDropped, 0, 10_000, 'explainDropped')
  whole(rankConstant, 0, 10_000, 'rankConstant')
  if (questions.some((question) => textOf(question).trim() === '')) {
    throw new AnamnesisError('BAD_INPUT', 'A question must not be empty.', { field: 'question' })
  }
  return { store, encoder, k, perCaption, filter, mode, explainDropped, exact, rankConstant }
}
