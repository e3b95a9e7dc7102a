import { type NewFigure, type NewFigureRecord, Random } from '../../contracts/index.ts'
import type { OpenedSource } from '../importer.ts'
import { mapOrdered } from '../mapOrdered.ts'
import { syntheticCaption } from './captions.ts'
import { type SyntheticDomain, type SyntheticFinding, syntheticDomains } from './domains.ts'
import { pictureOf } from './picture.ts'
import { GENERATOR } from './tasks.ts'
import { makeWorld, sampleVector, type Topology } from './topology.ts'

export interface SyntheticFigureOptions {
  topology: Topology
  /** Pairs in all. */
  count: number
  seed: number
}

const DEFAULTS = { count: 20_000, seed: 1 }
/** Share of pairs that repeat the caption before: panels of one figure, whose scores tie. */
const REPEATED = 0.3
/** Share of pictures that are of another domain than the caption says. */
const WRONG_DOMAIN = 0.05
/** Pictures made at the same time. */
const WIDTH = 16

/** Where the memory of a topology is stored. */
export const syntheticCorpusId = (topology: Topology) => `synthetic-${topology}-literature`

/** A generated memory, made while it is read. */
export function openSyntheticFigures(
  options: Pick<SyntheticFigureOptions, 'topology'> & Partial<SyntheticFigureOptions>,
): OpenedSource {
  const chosen = { ...DEFAULTS, ...options }
  return {
    kind: 'corpus',
    head: {
      id: syntheticCorpusId(chosen.topology),
      title: `Synthetic vectors, ${chosen.topology}: literature`,
      synthetic: true,
      exampleQuestions: [
        'A histopathology photo of tubular adenoma in the colon',
        'A colonoscopy photo of tubular adenoma in the colon',
        'An X-ray photo of pneumonia in the lung',
        'An OCT photo of drusen in the retina',
      ],
    },
    records: makeRecords(chosen),
    total: chosen.count,
    source: `synthetic-figures/${GENERATOR}/${chosen.topology}/${chosen.count}/${chosen.seed}`,
  }
}

async function* makeRecords(options: SyntheticFigureOptions): AsyncGenerator<NewFigureRecord> {
  const world = makeWorld(options.topology, options.seed)
  yield* mapOrdered(planFigures(options), WIDTH, async ({ figure, shown, noise }) => ({
    figure,
    image: await pictureOf(sampleVector(world, shown.domain.id, shown.finding.id, noise)),
  }))
}

/** What a figure says and what its picture really shows. */
export interface PlannedFigure {
  figure: NewFigure
  shown: { domain: SyntheticDomain; finding: SyntheticFinding }
  noise: Random
}

/** The figures without their pictures, in order; the truth that tests and benchmarks compare with. */
export function* planFigures({ count, seed, topology }: SyntheticFigureOptions): Generator<PlannedFigure> {
  const random = new Random(`${seed}/synthetic literature ${topology}`)
  let said: { domain: SyntheticDomain; finding: SyntheticFinding; caption: string } | null = null
  for (let number = 0; number < count; number++) {
    if (said === null || random.uniform() >= REPEATED) {
      const domain = random.pick(syntheticDomains)
      const finding = random.pick(domain.findings)
      said = { domain, finding, caption: syntheticCaption(domain, finding, random) }
    }
    const { domain, finding, caption } = said
    const other = random.pick(syntheticDomains.filter((candidate) => candidate !== domain))
    const shown = random.uniform() < WRONG_DOMAIN ? { domain: other, finding: random.pick(other.findings) } : said
    yield {
      figure: {
        id: `sv${String(number).padStart(6, '0')}`,
        caption,
        modality: domain.keyword,
        anatomy: finding.site,
        licence: 'CC0 1.0',
        licenceGroup: 'commercial',
        article: '',
        pmid: null,
        pmcid: null,
        doi: null,
        url: null,
        credit: 'Synthetic figure, made by Anamnesis',
      },
      shown,
      noise: random.fork('noise'),
    }
  }
}
