import { AnamnesisError, Random, type Sample, SPLITS, type Task } from '../../contracts/index.ts'
import type { OpenedSource } from '../importer.ts'
import { mapOrdered } from '../mapOrdered.ts'
import { type SyntheticDomain, type SyntheticFinding, syntheticDomains } from './domains.ts'
import { pictureOf } from './picture.ts'
import { makeWorld, sampleVector, type Topology } from './topology.ts'

/** Raised when vectors, pictures or captions change, so that what was made before is made again. */
export const GENERATOR = 1

export interface SyntheticTaskOptions {
  /** Images per class. */
  train: number
  val: number
  test: number
  seed: number
}

const DEFAULTS: SyntheticTaskOptions = { train: 96, val: 32, test: 64, seed: 1 }
/** Pictures made at the same time. */
const WIDTH = 16

/** Task ids of a topology, in the order of the suite. */
export function syntheticTaskIds(topology: Topology): string[] {
  return syntheticDomains.filter(({ task }) => task !== null).map(({ id }) => taskId(topology, id))
}

const taskId = (topology: Topology, domainId: string) => `synthetic-${topology}-${domainId}`

/**
 * A generated task, made while it is read.
 * @throws UNKNOWN_TASK
 */
export function openSyntheticTask(
  topology: Topology,
  id: string,
  options: Partial<SyntheticTaskOptions> = {},
): OpenedSource {
  const domain = syntheticDomains.find((candidate) => candidate.task && taskId(topology, candidate.id) === id)
  if (!domain) {
    throw new AnamnesisError(
      'UNKNOWN_TASK',
      `There is no synthetic task "${id}". Known: ${syntheticTaskIds(topology).join(', ')}.`,
    )
  }
  const chosen = { ...DEFAULTS, ...options }
  const classes = domain.task!.map((findingId) => domain.findings.find((finding) => finding.id === findingId)!)
  return {
    kind: 'task',
    task: describe(id, domain, classes),
    samples: makeSamples(topology, domain, classes, chosen),
    total: (chosen.train + chosen.val + chosen.test) * classes.length,
    source: `synthetic-task/${GENERATOR}/${id}/${chosen.train}-${chosen.val}-${chosen.test}/${chosen.seed}`,
  }
}

function describe(id: string, domain: SyntheticDomain, classes: readonly SyntheticFinding[]): Task {
  return {
    id,
    name: `Synthetic ${domain.keyword}`,
    domain: domain.field,
    modality: domain.keyword,
    anatomy: classes[0]!.site,
    classes: classes.map((finding) => ({
      id: finding.id,
      name: finding.words[0]!,
      promptName: `${domain.keyword} of ${finding.words[0]!} in the ${finding.site}`,
    })),
    licence: 'CC0 1.0',
    citation: '',
    notes: 'Synthetic: pictures of random vectors, no patient and no clinical meaning.',
    synthetic: true,
  }
}

async function* makeSamples(
  topology: Topology,
  domain: SyntheticDomain,
  classes: readonly SyntheticFinding[],
  options: SyntheticTaskOptions,
): AsyncGenerator<Sample> {
  const world = makeWorld(topology, options.seed)
  yield* mapOrdered(plan(classes, options), WIDTH, async (sample) => {
    const random = new Random(`${options.seed}/synthetic task ${topology}/${domain.id}/${sample.id}`)
    return { ...sample, image: await pictureOf(sampleVector(world, domain.id, classes[sample.label]!.id, random)) }
  })
}

function* plan(classes: readonly SyntheticFinding[], options: SyntheticTaskOptions): Generator<Omit<Sample, 'image'>> {
  for (const split of SPLITS) {
    for (const [label, finding] of classes.entries()) {
      for (let number = 0; number < options[split]; number++) {
        yield { id: `${split}/${finding.id}/${String(number).padStart(5, '0')}`, split, label }
      }
    }
  }
}
