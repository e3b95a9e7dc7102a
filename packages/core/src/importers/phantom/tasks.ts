import { AnamnesisError, Random, type Sample, SPLITS, type Task } from '../../contracts/index.ts'
import type { OpenedSource } from '../importer.ts'
import { mapOrdered } from '../mapOrdered.ts'
import { type Phantom, phantomImage } from './phantom.ts'
import { phantoms } from './registry.ts'
import { HOSPITAL } from './scanner.ts'

/** Raised when the drawings change, so that what was made before is made again. */
export const DRAWING = 1

export interface PhantomTaskOptions {
  /** Images per class. */
  train: number
  val: number
  test: number
  seed: number
}

const DEFAULTS: PhantomTaskOptions = { train: 160, val: 32, test: 64, seed: 7 }

/** @throws UNKNOWN_TASK */
function findPhantom(id: string): Phantom {
  const found = phantoms.find((phantom) => phantom.id === id)
  if (found) return found
  throw new AnamnesisError(
    'UNKNOWN_TASK',
    `There is no phantom task "${id}". Known: ${phantoms.map((phantom) => phantom.id).join(', ')}.`,
  )
}

/**
 * A drawn task, made while it is read. Its pictures come from another "hospital" than the figures of the literature.
 * @throws UNKNOWN_TASK
 */
export function openPhantomTask(id: string, options: Partial<PhantomTaskOptions> = {}): OpenedSource {
  const phantom = findPhantom(id)
  const chosen = { ...DEFAULTS, ...options }
  return {
    kind: 'task',
    task: describe(phantom),
    samples: drawSamples(phantom, chosen),
    total: (chosen.train + chosen.val + chosen.test) * phantom.findings.length,
    source: `phantom-task/${DRAWING}/${id}/${chosen.train}-${chosen.val}-${chosen.test}/${chosen.seed}`,
  }
}

function describe(phantom: Phantom): Task {
  return {
    id: phantom.id,
    name: phantom.name,
    domain: phantom.domain,
    modality: phantom.modality,
    anatomy: phantom.anatomy,
    classes: phantom.findings.map(({ id, name, promptName }) => ({ id, name, promptName })),
    licence: 'CC0 1.0',
    citation: '',
    notes:
      'Synthetic: drawn by a seeded program, no patient and no clinical meaning. Train, val and test differ only by their random numbers.',
    synthetic: true,
  }
}

async function* drawSamples(phantom: Phantom, options: PhantomTaskOptions): AsyncGenerator<Sample> {
  yield* mapOrdered(plan(phantom, options), 8, async ({ id, split, label }) => ({
    id,
    split,
    label,
    image: await phantomImage(
      phantom,
      phantom.findings[label]!.id,
      HOSPITAL,
      new Random(`${options.seed}/${phantom.id}/${id}`),
    ),
  }))
}

function* plan(phantom: Phantom, options: PhantomTaskOptions): Generator<Omit<Sample, 'image'>> {
  for (const split of SPLITS) {
    for (const [label, finding] of phantom.findings.entries()) {
      for (let number = 0; number < options[split]; number++) {
        yield { id: `${split}/${finding.id}/${String(number).padStart(5, '0')}`, split, label }
      }
    }
  }
}
