import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findSuite, type SuiteDefinition, syntheticSuite } from '@anamnesis/core/benchmarks'
import type { OpenedSource } from '@anamnesis/core/importers'
import { root } from '../support/product.ts'

/** Data of one suite on disk, with its base model; plain data, so that it can be handed to a child process. */
export interface Place {
  suite: string
  /** Of suites that are generated; the others have one set of data. */
  dataSeed: number
  /** Images that runs are scored on. With `val` the tasks are stored without their test images. */
  split: 'val' | 'test'
  /** Home of the tasks. */
  tasks: string
  /** Home of corpus and index. */
  memory: string
  model: string
}

/** A suite as this bench measures it. */
export interface MeasuredSuite {
  id: string
  /** First part of its metric names. */
  prefix: string
  /** Training seeds whose results are reported, unless told otherwise. */
  seeds: number
  /** Seeds that learning rates are chosen on; never reported. */
  heldOut: readonly number[]
  /** How many rates the search goes beyond the first three when the best of them is at an edge. */
  moreRates: number
  /** Methods that are measured, unless told otherwise; null: all. */
  methods: readonly string[] | null
  /** What holds it back on this machine, null when nothing does. */
  missing(): string | null
  place(work: string, seed: number, split: Place['split']): Place
}

const HELD_OUT = [101, 102]

/** A world of its own for each seed: data, base model and training all change with it. */
function generated(id: string, prefix: string): MeasuredSuite {
  return {
    id,
    prefix,
    seeds: 5,
    heldOut: HELD_OUT,
    moreRates: 3,
    methods: null,
    missing: () => null,
    place: (work, seed, split) => {
      const home = join(work, id, `${split}-${seed}`)
      return { suite: id, dataSeed: seed, split, tasks: home, memory: home, model: join(home, 'models', id) }
    },
  }
}

const real6: MeasuredSuite = {
  id: 'real-6',
  prefix: 'real6',
  seeds: 3,
  heldOut: HELD_OUT.slice(0, 1),
  moreRates: 1,
  methods: ['zero-shot', 'fine-tune', 'l2', 'zscl', 'gift', 'primed-uni', 'primed-dyn'],
  missing: () =>
    testData() === null ? 'the real data packs are not there; ANAMNESIS_TEST_DATA names their folder' : null,
  place: (work, _seed, split) => {
    const memory = join(work, 'real-6', 'test')
    const made = join(resolve(root, process.env.ANAMNESIS_HOME || '.anamnesis'), 'models', 'tiny-real-6')
    return {
      suite: 'real-6',
      dataSeed: 0,
      split,
      tasks: join(work, 'real-6', split),
      memory,
      model: existsSync(made) ? made : join(memory, 'models', 'tiny-real-6'),
    }
  },
}

export const measuredSuites: readonly MeasuredSuite[] = [
  generated('synthetic-clustered', 'synthetic'),
  generated('synthetic-mesh', 'mesh'),
  real6,
]

/** Folder of the real packs; null where there is none. */
export function testData(): string | null {
  const folder = resolve(root, process.env.ANAMNESIS_TEST_DATA || '../shared/data')
  return existsSync(folder) ? folder : null
}

/** The suite with the data of a place. */
export function suiteOf({ suite: id, dataSeed, split }: Place): SuiteDefinition {
  const suite = id.startsWith('synthetic-')
    ? syntheticSuite(id === 'synthetic-mesh' ? 'mesh' : 'clustered', dataSeed)
    : findSuite(id)
  if (split === 'test') return suite
  return { ...suite, openTask: async (taskId, data) => scoredOnValidation(await suite.openTask(taskId, data)) }
}

/** A task whose test images are left out and whose validation images take their place. */
function scoredOnValidation(opened: OpenedSource): OpenedSource {
  if (opened.kind !== 'task') return opened
  const { samples } = opened
  return {
    ...opened,
    total: null,
    source: `${opened.source}, scored on its validation images`,
    samples: (async function* () {
      for await (const sample of samples) {
        if (sample.split === 'train') yield sample
        if (sample.split === 'val') yield { ...sample, split: 'test' as const }
      }
    })(),
  }
}
