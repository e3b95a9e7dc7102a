import { type LicenceGroup, type NewFigure, type NewFigureRecord, Random } from '../../contracts/index.ts'
import type { OpenedSource } from '../importer.ts'
import { mapOrdered } from '../mapOrdered.ts'
import { phantomCaption, trapSentence } from './captions.ts'
import { type Finding, type Phantom, phantomImage } from './phantom.ts'
import { phantoms } from './registry.ts'
import { LITERATURE } from './scanner.ts'
import { DRAWING } from './tasks.ts'

export interface PhantomFigureOptions {
  count: number
  seed: number
}

const DEFAULTS: PhantomFigureOptions = { count: 6400, seed: 11 }
/** Panels of a figure and how often: panels of one figure share their caption, which makes about a third of all captions repeats. */
const PANELS = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4]
/** Share of panels that repeat the panel before with another exposure. */
const NEAR_DUPLICATES = 0.25
/** Share of figures whose picture is of another domain than the caption says. */
const WRONG_DOMAIN = 0.05
/** Share of captions with a sentence about another domain. */
const TRAPS = 0.12

/** A drawn literature, made while it is read: articles with figures, figures with panels. */
export function openPhantomFigures(options: Partial<PhantomFigureOptions> = {}): OpenedSource {
  const chosen = { ...DEFAULTS, ...options }
  return {
    kind: 'corpus',
    head: {
      id: 'phantom-literature',
      title: 'Phantom literature (synthetic)',
      synthetic: true,
      exampleQuestions: [
        'An X-ray photo of pneumonia in the lung',
        'A fundus photo of diabetic retinopathy',
        'An MRI photo of glioma in the brain',
        'A histopathology photo of adenocarcinoma in the colon',
        'A blood smear photo of malaria',
        'An ultrasound photo of simple cyst in the breast',
      ],
    },
    records: drawRecords(chosen),
    total: chosen.count,
    source: `phantom-figures/${DRAWING}/${chosen.count}/${chosen.seed}`,
  }
}

async function* drawRecords(options: PhantomFigureOptions): AsyncGenerator<NewFigureRecord> {
  yield* mapOrdered(plan(options), 8, async ({ figure, picture }) => ({
    figure,
    image: await phantomImage(
      picture.phantom,
      picture.finding.id,
      LITERATURE,
      Random.restore(picture.object.save()),
      Random.restore(picture.exposure.save()),
    ),
  }))
}

interface Picture {
  phantom: Phantom
  finding: Finding
  object: Random
  exposure: Random
}

function* plan({ count, seed }: PhantomFigureOptions): Generator<{ figure: NewFigure; picture: Picture }> {
  const random = new Random(`${seed}/phantom literature`)
  let made = 0
  for (let article = 1; made < count; article++) {
    // Article by article through all domains, so that every domain has its share however many figures are wanted.
    const phantom = phantoms[article % phantoms.length]!
    const about = articleOf(phantom, random)
    const figures = 1 + random.int(4)
    for (let number = 1; number <= figures; number++) {
      const finding = random.pick(phantom.findings)
      const trap = random.uniform() < TRAPS ? ` ${trapSentence(otherThan(phantom, random), random)}` : ''
      const caption = phantomCaption(phantom, finding, random) + trap
      const panels = random.pick(PANELS)
      let before: Picture | null = null
      for (let panel = 0; panel < panels && made < count; panel++, made++) {
        const picture: Picture = nextPicture(phantom, finding, before, random)
        const letter = panels === 1 ? '' : String.fromCharCode(97 + panel)
        const id = `ph${String(article).padStart(5, '0')}-f${number}${letter}`
        yield { figure: { ...about, id, caption }, picture }
        before = picture
      }
    }
  }
}

function nextPicture(phantom: Phantom, finding: Finding, before: Picture | null, random: Random): Picture {
  if (before && random.uniform() < NEAR_DUPLICATES) return { ...before, exposure: random.fork('exposure') }
  const object = random.fork('object')
  const exposure = random.fork('exposure')
  if (random.uniform() >= WRONG_DOMAIN) return { phantom, finding, object, exposure }
  const other = otherThan(phantom, random)
  return { phantom: other, finding: random.pick(other.findings), object, exposure }
}

function otherThan(phantom: Phantom, random: Random): Phantom {
  return random.pick(phantoms.filter((other) => other !== phantom))
}

/** What all figures of an article have in common. */
function articleOf(phantom: Phantom, random: Random): Omit<NewFigure, 'id' | 'caption'> {
  const [licence, licenceGroup] = random.pick(LICENCES)
  const word = random.pick(random.pick(phantom.findings.slice(1)).words)
  const title = random.pick([
    `${word} in ${phantom.domain}: a pictorial review`,
    `${phantom.modality} of ${word}: report of ${2 + random.int(40)} cases`,
    `Pitfalls of ${phantom.domain}`,
    `An atlas of the ${phantom.anatomy}`,
    `Diagnosis of ${word} from ${phantom.modality} pictures`,
  ])
  return {
    modality: phantom.modality,
    anatomy: phantom.anatomy,
    licence,
    licenceGroup,
    article: `${title[0]!.toUpperCase()}${title.slice(1)}`,
    pmid: null,
    pmcid: null,
    doi: null,
    url: null,
    credit: 'Synthetic figure, drawn by Anamnesis',
  }
}

const LICENCES: readonly (readonly [string, LicenceGroup])[] = [
  ['CC BY 4.0', 'commercial'],
  ['CC BY 4.0', 'commercial'],
  ['CC BY 4.0', 'commercial'],
  ['CC BY 4.0', 'commercial'],
  ['CC0 1.0', 'commercial'],
  ['CC BY-SA 4.0', 'commercial'],
  ['CC BY-NC 4.0', 'non-commercial'],
  ['CC BY-NC-ND 4.0', 'non-commercial'],
  ['Author manuscript, terms not stated', 'other'],
]
