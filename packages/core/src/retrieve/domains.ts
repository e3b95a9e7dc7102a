import { AnamnesisError } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import { cosine } from '../stores/index.ts'
import { domainKeywords } from './vocabulary.ts'

/** A domain is the mean of these sentences about it: one wording alone leans towards its own words. */
const SENTENCES = [
  (domain: string) => `A ${domain} photo`,
  (domain: string) => `a photo of a ${domain} image`,
  (domain: string) => domain,
]

export interface DomainVote {
  keyword: string
  /** Share of the sample that was given this keyword, in (0, 1]. */
  share: number
}

/** Phi_D: the encoder as a zero-shot classifier over the domain keywords. */
export interface DomainClassifier {
  /** The keyword nearest to each text, by cosine of text vectors. */
  texts(texts: readonly string[]): Promise<string[]>
  /** The keywords of a sample of one task's images (JPEG or PNG bytes), most voted first. @throws CORRUPT_IMAGE */
  images(images: readonly Uint8Array[]): Promise<DomainVote[]>
  /** The keyword nearest to each image vector of the same encoder. @param data [rows * dim], unit rows */
  vectors(data: Float32Array): string[]
}

/** Encodes the keywords once. @throws BAD_INPUT when there is no keyword */
export async function domainClassifier(
  encoder: Encoder,
  keywords: readonly string[] = domainKeywords(),
): Promise<DomainClassifier> {
  if (keywords.length === 0) throw new AnamnesisError('BAD_INPUT', 'The domain classifier needs at least one keyword.')
  const centres = await keywordVectors(encoder, keywords)
  const nearest = (data: Float32Array): string[] => {
    const found: string[] = []
    for (let from = 0; from < data.length; from += encoder.dim) {
      let best = { keyword: keywords[0]!, score: Number.NEGATIVE_INFINITY }
      for (const [i, keyword] of keywords.entries()) {
        const score = cosine(centres[i]!, data, from)
        if (score > best.score) best = { keyword, score }
      }
      found.push(best.keyword)
    }
    return found
  }
  return {
    vectors: nearest,
    texts: async (texts) => (texts.length === 0 ? [] : nearest((await encoder.encodeTexts(texts)).data)),
    images: async (images) => {
      if (images.length === 0) return []
      const votes = new Map<string, number>()
      for (const keyword of nearest((await encoder.encodeImages(images)).data)) {
        votes.set(keyword, (votes.get(keyword) ?? 0) + 1)
      }
      return [...votes]
        .map(([keyword, count]) => ({ keyword, share: count / images.length }))
        .sort((a, b) => b.share - a.share || (a.keyword < b.keyword ? -1 : 1))
    },
  }
}

/** Unit mean of each keyword's sentence vectors. */
async function keywordVectors(encoder: Encoder, keywords: readonly string[]): Promise<Float32Array[]> {
  const sentences = keywords.flatMap((keyword) => SENTENCES.map((sentence) => sentence(keyword)))
  const { data, dim } = await encoder.encodeTexts(sentences)
  return keywords.map((_, i) => {
    const mean = new Float32Array(dim)
    for (let s = 0; s < SENTENCES.length; s++) {
      for (let j = 0; j < dim; j++) mean[j]! += data[(i * SENTENCES.length + s) * dim + j]!
    }
    const norm = Math.hypot(...mean) || 1
    return mean.map((value) => value / norm)
  })
}
