import { type EncodedVectors, type FigureRecord, figure, Random } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import { terms } from '../stores/index.ts'

/**
 * A generated memory with a fixed encoder (METHOD.md 6.5): domains lie far apart, sites and findings close to their
 * domain, near-duplicate captions tie, some images belong to another domain than their caption, and words such as
 * "colon" occur in several domains.
 */
export const DOMAINS = ['histopathology', 'colonoscopy', 'X-ray', 'CT', 'MRI', 'ultrasound', 'fundus', 'dermoscopy']
const SITES: Record<string, string[]> = {
  histopathology: ['colon', 'lung', 'breast'],
  colonoscopy: ['colon', 'rectum', 'caecum'],
  'X-ray': ['lung', 'knee', 'chest'],
  CT: ['lung', 'colon', 'liver'],
  MRI: ['brain', 'breast', 'knee'],
  ultrasound: ['breast', 'liver', 'thyroid'],
  fundus: ['retina', 'macula', 'choroid'],
  dermoscopy: ['trunk', 'face', 'sole'],
}
const FINDINGS = ['adenocarcinoma', 'normal tissue', 'cyst', 'inflammation', 'haemorrhage']
const DIM = 64

/** Weight of a word in a text vector: the domain leads, other words only nudge. */
const weightOf = (word: string): number => {
  if (DOMAINS.some((domain) => terms(domain).includes(word))) return 1
  return FINDINGS.some((finding) => terms(finding).includes(word)) || Object.values(SITES).flat().includes(word)
    ? 0.35
    : 0.05
}

const directions = new Map<string, Float32Array>()
function direction(name: string): Float32Array {
  let found = directions.get(name)
  if (found === undefined) {
    const random = new Random(`direction ${name}`)
    found = unit(Float32Array.from({ length: DIM }, () => random.normal()))
    directions.set(name, found)
  }
  return found
}

function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector) || 1
  return vector.map((value) => value / norm)
}

function textVector(text: string): Float32Array {
  const sum = new Float32Array(DIM)
  for (const word of new Set(terms(text))) {
    const weight = weightOf(word)
    for (const [i, value] of direction(word).entries()) sum[i]! += weight * value
  }
  return unit(sum)
}

/** An "image" is the text of what it shows, and a number that makes it a little different. */
const imageBytes = (shows: string, noise: number): Uint8Array => new TextEncoder().encode(`${shows}#${noise}`)

function imageVector(image: Uint8Array): Float32Array {
  const [shows, noise] = new TextDecoder().decode(image).split('#') as [string, string]
  const random = new Random(`noise ${noise}`)
  return unit(textVector(shows).map((value) => value + random.normal(0, 0.01)))
}

/** Counts what it was asked, so that tests can see what was encoded again. */
export class SyntheticEncoder implements Encoder {
  readonly dim = DIM
  readonly id: string
  texts = 0
  images = 0

  constructor(id = 'synthetic@000000000000') {
    this.id = id
  }

  async encodeTexts(texts: readonly string[]): Promise<EncodedVectors> {
    this.texts += texts.length
    return this.pack(texts.map(textVector))
  }

  async encodeImages(images: readonly Uint8Array[]): Promise<EncodedVectors> {
    this.images += images.length
    return this.pack(images.map(imageVector))
  }

  private pack(vectors: Float32Array[]): EncodedVectors {
    const data = new Float32Array(vectors.length * DIM)
    for (const [i, vector] of vectors.entries()) data.set(vector, i * DIM)
    return { encoderId: this.id, dim: DIM, data }
  }
}

/** The domain that an image really shows, by figure id. */
export type Truth = Map<string, string>

export function syntheticCorpus(size = 1_200): { source: SyntheticSource; truth: Truth } {
  const random = new Random('synthetic corpus')
  const truth: Truth = new Map()
  const records: FigureRecord[] = []
  let previous: { caption: string; domain: string; site: string; finding: string } | null = null
  while (records.length < size) {
    const domain = random.pick(DOMAINS)
    const site = random.pick(SITES[domain]!)
    const finding = random.pick(FINDINGS)
    // 30 % repeat the caption before: panels of one figure
    const repeated: boolean = previous !== null && random.uniform() < 0.3
    const subject: { caption: string; domain: string; site: string; finding: string } = repeated
      ? previous!
      : { caption: caption(random, domain, site, finding, records.length), domain, site, finding }
    previous = subject
    // 5 % show another domain than the caption says
    const others = DOMAINS.filter((name) => name !== subject.domain)
    const shown = random.uniform() < 0.05 ? random.pick(others) : subject.domain
    const id = `syn${String(records.length).padStart(5, '0')}`
    truth.set(id, shown)
    records.push({
      figure: figure.parse({
        id,
        caption: subject.caption,
        modality: subject.domain,
        licenceGroup: random.pick(['commercial', 'commercial', 'non-commercial', 'other'] as const),
      }),
      image: imageBytes(`${shown} ${subject.site} ${subject.finding}`, records.length),
    })
  }
  return { source: new SyntheticSource(records), truth }
}

/** Every tenth caption is a lexical trap: it names the words of another domain's questions. */
function caption(random: Random, domain: string, site: string, finding: string, number: number): string {
  const plain = random.pick([
    `${domain} image showing ${finding} of the ${site}, case ${number}`,
    `${finding} in the ${site}: ${domain} of patient ${number}`,
    `Figure ${number}. ${domain} photo, ${site}, ${finding}`,
  ])
  if (number % 10 !== 0) return plain
  const others = DOMAINS.filter((name) => name !== domain && SITES[name]!.includes(site))
  const other = others[number % Math.max(1, others.length)]
  return other === undefined ? plain : `${finding} in the ${site}, a photo of ${domain}; a ${other} photo is not shown`
}

export class SyntheticSource {
  readonly digest: string
  readonly size: number
  private readonly records: readonly FigureRecord[]

  constructor(records: readonly FigureRecord[], digest = 'd'.repeat(64)) {
    this.records = records
    this.size = records.length
    this.digest = digest
  }

  async *figures(): AsyncIterable<FigureRecord> {
    yield* this.records
  }
}
