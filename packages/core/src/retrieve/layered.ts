import { AnamnesisError, type Figure, type Hit, type RetrievalResult, type StageScore } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import {
  captionKey,
  cosine,
  type LexicalStatistics,
  matches,
  type ScoredFigure,
  type StoreFilter,
  type VectorStore,
} from '../stores/index.ts'
import { bm25 } from './bm25.ts'
import { denseLayer } from './denseLayer.ts'
import { ImageVectors } from './imageVectors.ts'
import { lexicalSearch } from './lexicalSearch.ts'
import { mapBounded } from './mapBounded.ts'

/** `lexical` and `dense` are the ablations of the paper: one stage alone decides. */
export const RETRIEVAL_MODES = ['layered', 'lexical', 'dense'] as const
export type RetrievalMode = (typeof RETRIEVAL_MODES)[number]

export interface RetrieveOptions {
  store: VectorStore
  encoder: Encoder
  /** Distinct dense scores that are looked at, and most hits that are kept. */
  k?: number
  /** Most images kept of one caption. */
  perCaption?: number
  filter?: StoreFilter
  mode?: RetrievalMode
  /** How many figures that were seen and not kept are listed with the reason. */
  explainDropped?: number
}

/** Questions encoded in one call of the encoder. */
const ENCODE_BATCH = 256
/** Questions under way at the same time. */
const CONCURRENCY = 4

/** Layered retrieval (arXiv 2512.13072, eq. 1-7) of one question. @throws BAD_INPUT, ENCODER_MISMATCH */
export async function retrieve(question: string, options: RetrieveOptions): Promise<RetrievalResult> {
  return (await retrieveMany([question], options))[0]!
}

/** The same for many questions: they are encoded together and share what is read from the store. */
export async function retrieveMany(questions: readonly string[], options: RetrieveOptions): Promise<RetrievalResult[]> {
  const settings = check(questions, options)
  if (questions.length === 0) return []
  const { store, mode, k, filter } = settings
  const started = performance.now()
  const vectors = await encode(questions, settings.encoder)
  const encodeTime = (performance.now() - started) / questions.length
  const [indexVersion, corpus, statistics] = await Promise.all([
    store.version(),
    store.count(filter),
    store.lexicalStatistics(),
  ])
  const scanStarted = performance.now()
  const lexical = mode === 'lexical' ? await lexicalSearch(store, questions, k + settings.explainDropped, filter) : null
  const scanTime = (performance.now() - scanStarted) / questions.length
  const session: Session = { ...settings, statistics, images: new ImageVectors(store) }

  return mapBounded(questions, CONCURRENCY, async (question, i) => {
    const asked = { text: question, vector: vectors[i]! }
    const outcome =
      lexical !== null
        ? await byWords(asked, lexical[i]!, session)
        : mode === 'dense'
          ? await byCaptions(asked, session)
          : await inLayers(asked, session)
    const time = outcome.time
    if (lexical !== null) time.lexical = scanTime
    time.encode = encodeTime
    time.total = time.encode + time.dense + time.visual + time.lexical
    return {
      question,
      hits: outcome.hits,
      dropped: outcome.dropped.slice(0, settings.explainDropped),
      counts: { corpus, ...outcome.counts, kept: outcome.hits.length },
      indexVersion,
      encoderId: store.encoderId,
      store: store.kind,
      exact: mode === 'lexical' || store.exact,
      time,
    }
  })
}

interface Session extends Required<Omit<RetrieveOptions, 'filter'>> {
  filter: StoreFilter | undefined
  statistics: LexicalStatistics
  images: ImageVectors
}

interface Asked {
  text: string
  vector: Float32Array
}

interface Outcome {
  hits: Hit[]
  dropped: Hit[]
  counts: { dense: number; visual: number; distinctScores: number }
  time: RetrievalResult['time']
}

async function inLayers({ text, vector }: Asked, session: Session): Promise<Outcome> {
  const { store, k, perCaption, filter, images, statistics, explainDropped } = session
  const clock = new Clock()

  // 1. dense layer: every figure down to the k-th distinct score
  const layer = await denseLayer(store, vector, k, filter)
  const drop: Hit[] = layer.below.map((found) => ({ ...emptyHit(found.figure), dropped: 'tie cut' }))
  const candidates = layer.candidates.map((found) => emptyHit(found.figure))
  rankStage([...candidates, ...drop], 'dense', [...layer.candidates, ...layer.below])
  if (explainDropped > 0 && filter !== undefined) {
    drop.push(...(await filteredOut(store, vector, layer.candidates.length, filter)))
  }
  clock.lap('dense')

  // 2. visual re-rank: S_v = cos(question, image); the best few images of each caption
  await scoreImages(candidates, vector, images)
  const seen = new Map<string, Hit[]>()
  let remaining: Hit[] = []
  for (const hit of candidates.toSorted(byStage('visual'))) {
    const key = captionKey(hit.figure.caption)
    const group = seen.get(key) ?? []
    if (group.some((other) => images.equal(other, hit))) drop.push({ ...hit, dropped: 'duplicate' })
    else if (group.length >= perCaption) drop.push({ ...hit, dropped: 'visual group cut' })
    else {
      group.push(hit)
      remaining.push(hit)
    }
    seen.set(key, group)
  }
  const visual = remaining.length
  clock.lap('visual')

  // 3. lexical gate, only where more than k are left
  if (remaining.length > k) {
    const score = bm25(text, statistics)
    rankStage(
      remaining,
      'lexical',
      remaining.map((hit) => ({ figure: hit.figure, score: score(hit.figure.caption) })),
    )
    const gated = remaining.toSorted((a, b) => byStage('lexical')(a, b) || byStage('visual')(a, b))
    drop.push(...gated.slice(k).map((hit): Hit => ({ ...hit, dropped: 'lexical gate' })))
    remaining = gated.slice(0, k)
  }
  clock.lap('lexical')

  // 4. order by S_v
  const hits = remaining.toSorted(byStage('visual'))
  for (const [i, hit] of hits.entries()) hit.rank = i + 1
  return {
    hits,
    dropped: drop.sort(nearestFirst),
    counts: { dense: candidates.length, visual, distinctScores: layer.distinctScores },
    time: clock.time,
  }
}

/** Ablation: the k best dense scores as they are. S_v is reported, not used. */
async function byCaptions({ vector }: Asked, session: Session): Promise<Outcome> {
  const clock = new Clock()
  const found = await session.store.nearestCaptions(vector, session.k + session.explainDropped, session.filter)
  return oneStage('dense', found, vector, session, clock)
}

/** Ablation: the k best BM25 scores as they are. S_v is reported, not used. */
async function byWords({ vector }: Asked, found: ScoredFigure[], session: Session): Promise<Outcome> {
  return oneStage('lexical', found, vector, session, new Clock())
}

async function oneStage(
  stage: 'dense' | 'lexical',
  found: ScoredFigure[],
  vector: Float32Array,
  { k, images }: Session,
  clock: Clock,
): Promise<Outcome> {
  const all = found.map(({ figure }) => emptyHit(figure))
  rankStage(all, stage, found)
  clock.lap(stage)
  await scoreImages(all, vector, images)
  clock.lap('visual')
  const hits = all.slice(0, k)
  for (const [i, hit] of hits.entries()) hit.rank = i + 1
  const dropped = all.slice(k).map((hit): Hit => ({ ...hit, dropped: 'limit' }))
  const distinctScores = new Set(hits.map((hit) => hit[stage]!.score)).size
  return {
    hits,
    dropped,
    counts: { dense: stage === 'dense' ? hits.length : 0, visual: 0, distinctScores },
    time: clock.time,
  }
}

/** Figures that would have been candidates without the filter. */
async function filteredOut(
  store: VectorStore,
  vector: Float32Array,
  limit: number,
  filter: StoreFilter,
): Promise<Hit[]> {
  const found = await store.nearestCaptions(vector, limit)
  const hits = found.map(({ figure }): Hit => ({ ...emptyHit(figure), dropped: 'filter' }))
  rankStage(hits, 'dense', found)
  return hits.filter(({ figure }) => !matches(figure, filter))
}

async function scoreImages(hits: readonly Hit[], vector: Float32Array, images: ImageVectors): Promise<void> {
  const vectors = await images.of(hits.map((hit) => hit.figure.id))
  rankStage(
    hits,
    'visual',
    hits.map(({ figure }, i) => ({ figure, score: cosine(vector, vectors[i]!) })),
  )
}

/** Notes score and rank of a stage; equal scores share the best rank (1, 1, 3). `scores[i]` belongs to `hits[i]`. */
function rankStage(hits: readonly Hit[], stage: 'dense' | 'visual' | 'lexical', scores: readonly ScoredFigure[]): void {
  const order = scores.map(({ score }, i) => ({ score, i })).sort((a, b) => b.score - a.score)
  let shared: StageScore = { score: Number.NaN, rank: 0 }
  for (const [position, { score, i }] of order.entries()) {
    if (score !== shared.score) shared = { score, rank: position + 1 }
    hits[i]![stage] = { ...shared }
  }
}

const byStage = (stage: 'visual' | 'lexical') => (a: Hit, b: Hit) =>
  b[stage]!.score - a[stage]!.score || (stage === 'visual' ? (a.figure.id < b.figure.id ? -1 : 1) : 0)

/** Dropped figures that came furthest first, then by their dense score. */
const nearestFirst = (a: Hit, b: Hit): number =>
  stagesPassed(b) - stagesPassed(a) ||
  (b.visual?.score ?? b.dense!.score) - (a.visual?.score ?? a.dense!.score) ||
  (a.figure.id < b.figure.id ? -1 : 1)

const stagesPassed = (hit: Hit): number => Number(hit.visual !== null) + Number(hit.lexical !== null)

const emptyHit = (figure: Figure): Hit => ({
  figure,
  dense: null,
  visual: null,
  lexical: null,
  rank: null,
  dropped: null,
})

class Clock {
  readonly time = { encode: 0, dense: 0, visual: 0, lexical: 0, total: 0 }
  private last = performance.now()

  lap(stage: 'dense' | 'visual' | 'lexical'): void {
    const now = performance.now()
    this.time[stage] += now - this.last
    this.last = now
  }
}

async function encode(questions: readonly string[], encoder: Encoder): Promise<Float32Array[]> {
  const vectors: Float32Array[] = []
  for (let from = 0; from < questions.length; from += ENCODE_BATCH) {
    const { data, dim } = await encoder.encodeTexts(questions.slice(from, from + ENCODE_BATCH))
    for (let i = 0; i < data.length; i += dim) vectors.push(data.subarray(i, i + dim))
  }
  return vectors
}

function check(questions: readonly string[], options: RetrieveOptions) {
  const { store, encoder, k = 100, perCaption = 2, filter, mode = 'layered', explainDropped = 0 } = options
  if (encoder.id !== store.encoderId) {
    throw new AnamnesisError(
      'ENCODER_MISMATCH',
      `The index holds vectors of encoder ${store.encoderId}, the question would be encoded by ${encoder.id}. Open the index of that encoder or index the corpus with it.`,
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
  if (questions.some((question) => question.trim() === '')) {
    throw new AnamnesisError('BAD_INPUT', 'A question must not be empty.', { field: 'question' })
  }
  return { store, encoder, k, perCaption, filter, mode, explainDropped }
}
