import { type Figure, figure, LICENCE_GROUPS, Random } from '@anamnesis/core/contracts'
import type { IndexRow } from '@anamnesis/core/stores'

/** Vectors of the pool that stands for "everything else"; a row's rest is a mixture of `MIXED` of them. */
const POOL = 2_048
const MIXED = 3
/** Shares of the modalities: the last one is the 1 % that a filter leaves, the others fall off as in the literature. */
const MODALITIES = 30
export const RARE_MODALITY = `modality ${MODALITIES - 1}`
const RARE_SHARE = 0.01
const TOPICS_PER_MODALITY = 40
/** Figures of one article, and panels that share one caption. */
const FIGURES_PER_ARTICLE = 6
const MOST_PANELS = 3
/** How far the directions carry: the common cone of texts, the modality, the topic, the article, the rest. */
const TEXT = { cone: 0.6, modality: 0.5, topic: 0.45, article: 0.35, rest: 0.35 }
const WORDS = 20_000

/**
 * Vectors and captions with the structure of a real index: texts and images lie in two narrow cones (the modality gap),
 * modalities in cones of unequal size, topics in those, articles in those, panels share their caption; what is left
 * has a falling spectrum. Equal seeds and sizes give equal rows.
 */
export class SyntheticIndex {
  readonly size: number
  readonly dim: number
  private readonly pool: Float32Array[]
  private readonly textCone: Float32Array
  private readonly imageCone: Float32Array
  private readonly modalities: Float32Array[]
  private readonly topics: Float32Array[]
  private readonly shares: number[]

  constructor(size: number, dim: number) {
    this.size = size
    this.dim = dim
    const random = new Random('synthetic index')
    const reflections = Array.from({ length: 32 }, () => randomUnit(random, dim))
    this.pool = Array.from({ length: POOL }, () => {
      const vector = Float32Array.from({ length: dim }, (_, i) => random.normal() * (i + 1) ** -0.4)
      for (const reflection of reflections) reflect(vector, reflection)
      return normalised(vector)
    })
    this.textCone = randomUnit(random, dim)
    this.imageCone = randomUnit(random, dim)
    this.modalities = Array.from({ length: MODALITIES }, () => this.mixture(random))
    this.topics = Array.from({ length: MODALITIES * TOPICS_PER_MODALITY }, () => this.mixture(random))
    const falling = Array.from({ length: MODALITIES - 1 }, (_, i) => 1 / (i + 2))
    const sum = falling.reduce((a, b) => a + b, 0) / (1 - RARE_SHARE)
    let below = 0
    this.shares = [...falling.map((share) => share / sum), RARE_SHARE].map((share) => (below += share))
  }

  /** Every row once, in the order of figure ids. */
  *rows(): Iterable<IndexRow> {
    const random = new Random('synthetic rows')
    const template = figure.parse({ id: 'template', caption: 'template' })
    let article = { modality: 0, topic: 0, direction: this.pool[0]!, number: -1, year: 0, licence: 0 }
    let figures = 0
    let panels = 0
    let caption = ''
    let captionVector = new Float32Array(this.dim)
    for (let i = 0; i < this.size; i++) {
      if (panels === 0) {
        if (figures === 0) {
          const modality = this.modality(random)
          article = {
            modality,
            topic: modality * TOPICS_PER_MODALITY + random.int(TOPICS_PER_MODALITY),
            direction: this.mixture(random),
            number: article.number + 1,
            year: 1995 + random.int(31),
            licence: random.int(LICENCE_GROUPS.length),
          }
          figures = 1 + random.int(2 * FIGURES_PER_ARTICLE - 1)
        }
        figures--
        panels = 1 + random.int(MOST_PANELS)
        caption = this.caption(random, article.modality, article.topic)
        captionVector = this.vector(random, this.textCone, article.modality, article.topic, article.direction)
      }
      panels--
      const record: Figure = {
        ...template,
        id: `fig${String(i).padStart(8, '0')}`,
        caption,
        modality: `modality ${article.modality}`,
        licenceGroup: LICENCE_GROUPS[article.licence]!,
        article: `Article ${article.number}`,
        articleId: `article-${article.number}`,
        year: article.year,
      }
      const imageVector = this.vector(random, this.imageCone, article.modality, article.topic, article.direction)
      yield { figure: record, captionVector, imageVector }
    }
  }

  /** Text vectors of questions: the cone, a modality and a topic, no article. The rare modality is asked too. */
  questions(count: number): { texts: string[]; vectors: Float32Array[] } {
    const random = new Random('synthetic questions')
    const texts: string[] = []
    const vectors: Float32Array[] = []
    for (let i = 0; i < count; i++) {
      const modality = this.modality(random)
      const topic = modality * TOPICS_PER_MODALITY + random.int(TOPICS_PER_MODALITY)
      texts.push(`question ${i}: a modality ${modality} photo of finding ${topic}`)
      vectors.push(this.vector(random, this.textCone, modality, topic, this.mixture(random)))
    }
    return { texts, vectors }
  }

  private modality(random: Random): number {
    const at = random.uniform()
    return Math.min(
      MODALITIES - 1,
      this.shares.findIndex((share) => at < share),
    )
  }

  private vector(random: Random, cone: Float32Array, modality: number, topic: number, article: Float32Array) {
    const vector = new Float32Array(this.dim)
    const [m, t, rest] = [this.modalities[modality]!, this.topics[topic]!, this.mixture(random)]
    for (let j = 0; j < vector.length; j++) {
      vector[j] =
        TEXT.cone * cone[j]! +
        TEXT.modality * m[j]! +
        TEXT.topic * t[j]! +
        TEXT.article * article[j]! +
        TEXT.rest * rest[j]!
    }
    return normalised(vector)
  }

  /** A unit vector of the falling spectrum. */
  private mixture(random: Random): Float32Array {
    const vector = new Float32Array(this.dim)
    for (let part = 0; part < MIXED; part++) {
      const one = this.pool[random.int(POOL)]!
      const weight = random.normal()
      for (let j = 0; j < vector.length; j++) vector[j]! += weight * one[j]!
    }
    return normalised(vector)
  }

  /** Twenty words: what the topic says again and again, and what only this figure says. */
  private caption(random: Random, modality: number, topic: number): string {
    const words = [`finding ${topic} on modality ${modality} photo`]
    for (let i = 0; i < 15; i++) words.push(`w${Math.floor(WORDS * random.uniform() ** 3)}`)
    return words.join(' ')
  }
}

function randomUnit(random: Random, dim: number): Float32Array<ArrayBuffer> {
  return normalised(Float32Array.from({ length: dim }, () => random.normal()))
}

/** x - 2 (x . n) n: many of them make a random rotation. */
function reflect(vector: Float32Array, normal: Float32Array): void {
  let dot = 0
  for (let j = 0; j < vector.length; j++) dot += vector[j]! * normal[j]!
  for (let j = 0; j < vector.length; j++) vector[j]! -= 2 * dot * normal[j]!
}

function normalised(vector: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  let sum = 0
  for (let j = 0; j < vector.length; j++) sum += vector[j]! * vector[j]!
  const scale = 1 / (Math.sqrt(sum) || 1)
  for (let j = 0; j < vector.length; j++) vector[j]! *= scale
  return vector
}
