import type { Encoder } from '../embed/encoder.ts'
import type { DomainClassifier } from '../retrieve/index.ts'
import { cosine, type VectorStore } from '../stores/index.ts'
import { ask } from './ask.ts'
import { uniformQuestions } from './uniform.ts'

/** K: neighbours of an image, and figures of a keyword. */
const NEIGHBOURS = 32

/** What the domain keywords look like in a corpus under one encoder. */
export interface KeywordSpread {
  /** Mean cosine between the centroids of the keywords' figures. */
  likeness: number
  /** `coarseMargin` of the keywords' figures. */
  margin: number | null
}

export interface DomainGap {
  /** g, in [0, 1]. */
  gap: number
  /** Share of neighbours in the corpus outside of the seen domains. */
  neighbours: number
  /** Distance to the nearest seen domain, in units of the distance between keywords; null without references. */
  centroids: number | null
  /** cos(mu_domain, mu_new) by seen domain with references. */
  closeness: Map<string, number>
}

/** Retrieves figures for each domain keyword and compares them. */
export async function keywordSpread(store: VectorStore, encoder: Encoder): Promise<KeywordSpread> {
  const questions = uniformQuestions()
  const answers = await ask(questions, { store, encoder, k: NEIGHBOURS })
  const { data: words, dim } = await encoder.encodeTexts(questions.map(({ text }) => text))
  const vectors = await store.imageVectors([
    ...new Set(answers.flatMap(({ hits }) => hits.map(({ figure }) => figure.id))),
  ])
  const images = answers.map(({ hits }) => hits.flatMap(({ figure }) => vectors.get(figure.id) ?? []))
  const centres = images.filter((rows) => rows.length > 0).map((rows) => centroid(rows))
  const between = centres.flatMap((a, i) => centres.slice(i + 1).map((b) => cosine(a, b)))
  const keywords = questions.map((_, i) => words.subarray(i * dim, (i + 1) * dim))
  return { likeness: mean(between) ?? 0, margin: coarseMargin(images, keywords) }
}

/**
 * g = (g_knn + g_cen) / 2: how far new images lie from the domains seen so far, as neighbours in the corpus and as
 * centroids. Before any domain was seen it is 1.
 * @param images new images under the encoder of the store, unit rows
 * @param references ids of the pairs of each seen domain
 */
export async function domainGap(options: {
  images: readonly Float32Array[]
  seen: readonly string[]
  references: ReadonlyMap<string, readonly string[]>
  store: VectorStore
  domains: DomainClassifier
  spread: KeywordSpread
}): Promise<DomainGap> {
  const { images, seen, references, store, domains, spread } = options
  if (seen.length === 0) return { gap: 1, neighbours: 1, centroids: null, closeness: new Map() }
  const outside: number[] = []
  for (const image of images) {
    const found = await store.nearestImages(image, NEIGHBOURS)
    const vectors = await store.imageVectors(found.map(({ figure }) => figure.id))
    const keywords = domains.vectors(Float32Array.from([...vectors.values()].flatMap((vector) => [...vector])))
    outside.push(keywords.filter((keyword) => !seen.includes(keyword)).length / Math.max(1, keywords.length))
  }
  const neighbours = mean(outside) ?? 1
  const centre = centroid(images)
  const closeness = new Map<string, number>()
  for (const domain of seen) {
    const vectors = await store.imageVectors([...(references.get(domain) ?? [])])
    if (vectors.size > 0) closeness.set(domain, cosine(centroid([...vectors.values()]), centre))
  }
  const nearest = Math.max(...closeness.values())
  const centroids = closeness.size === 0 ? null : clip((1 - nearest) / Math.max(1e-6, 1 - spread.likeness))
  return { gap: centroids === null ? neighbours : (neighbours + centroids) / 2, neighbours, centroids, closeness }
}

/**
 * d = 1 - clip(mean margin of classes / margin of domains, 0, 1): 0 where classes are as far apart as domains, 1 where
 * they cannot be told apart.
 * @param classes m_c of each class @param domains `coarseMargin`
 * @returns null where there is no class, or no domains to compare with
 */
export function requiredDetail(classes: readonly number[], domains: number | null): number | null {
  const own = mean(classes)
  return own === null || domains === null ? null : 1 - clip(own / domains)
}

/**
 * m_ref: mean margin of figures between domains. A corpus holds figures of some domains only, and those found for the
 * others say nothing: domains count when most of their figures are nearest to their own text.
 * @param figures of each domain, unit rows @param texts one of each domain, unit rows
 * @returns null where fewer than two domains count, or they cannot be told apart
 */
export function coarseMargin(figures: readonly Float32Array[][], texts: readonly Float32Array[]): number | null {
  const shown = texts.flatMap((_, own) => {
    const right = figures[own]!.filter((image) => margin(image, texts, own) > 0).length
    return right > 0 && right >= figures[own]!.length / 2 ? [own] : []
  })
  if (shown.length < 2) return null
  const kept = shown.map((domain) => texts[domain]!)
  const value = mean(shown.flatMap((domain, i) => figures[domain]!.map((image) => margin(image, kept, i))))
  return value !== null && value > 0 ? value : null
}

/** cos(image, own text) - the largest cos(image, other text). */
export function margin(image: Float32Array, texts: readonly Float32Array[], own: number): number {
  let other = Number.NEGATIVE_INFINITY
  for (const [i, text] of texts.entries()) if (i !== own) other = Math.max(other, cosine(image, text))
  return other === Number.NEGATIVE_INFINITY ? 0 : cosine(image, texts[own]!) - other
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Unit mean of unit rows. */
function centroid(rows: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(rows[0]!.length)
  for (const row of rows) for (let d = 0; d < row.length; d++) sum[d]! += row[d]!
  const norm = Math.hypot(...sum) || 1
  return sum.map((value) => value / norm)
}

const clip = (value: number) => Math.min(1, Math.max(0, value))
