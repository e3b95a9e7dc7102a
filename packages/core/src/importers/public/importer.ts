import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AnamnesisError, type Sample, type Split, type TaskClass } from '../../contracts/index.ts'
import type { ImporterDefinition } from '../importer.ts'
import { ACCESS_WORDS, type Listed, type PublicDataset, taskOf } from './definition.ts'
import { storableImage } from './imageBytes.ts'
import { capTraining, completeSplits } from './splits.ts'

/** The importer that reads the folder of a public data set. */
export function asImporter(dataset: PublicDataset): ImporterDefinition {
  return {
    id: dataset.id,
    title: dataset.name,
    summary: dataset.layout,
    async open(path, options) {
      await mustBeFolder(path, dataset)
      const listed = await dataset.list(path)
      const { classes, labels } = settleClasses(dataset, listed, path)
      refuseDoubles(listed, dataset)
      const seed = options.seed ?? 42
      const complete = completeSplits(
        listed.map((one) => ({ ...one, label: labels[one.label]! })),
        seed,
      )
      const chosen = options.perClass ? capTraining(complete, options.perClass, seed) : complete
      refuseOneClass(chosen, classes, dataset)
      const task = { ...taskOf(dataset, classes), ...(options.id ? { id: options.id } : {}) }
      const maxSide = options.maxSide ?? null
      const names = createHash('sha256').update(JSON.stringify([task, chosen, maxSide]))
      return {
        kind: 'task',
        task,
        samples: readSamples(path, chosen, maxSide),
        total: chosen.length,
        source: `${dataset.id}/${names.digest('hex')}`,
      }
    },
  }
}

async function* readSamples(
  root: string,
  listed: readonly (Listed & { split: Split })[],
  maxSide: number | null,
): AsyncGenerator<Sample> {
  for (const { file, split, label } of listed) {
    const image = await storableImage(await readFile(join(root, file)), file, maxSide)
    yield { id: file, split, label, image }
  }
}

async function mustBeFolder(path: string, dataset: PublicDataset): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) return
  throw new AnamnesisError(
    'MISSING_DATA',
    `${dataset.name} is not there: "${path}" is no folder. Get it from ${dataset.source} (${ACCESS_WORDS[dataset.access]}), unpack it and give its folder. ${dataset.layout}`,
  )
}

/** Classes that have images, and the index into them of each index into the definition's classes. @throws MISSING_DATA */
function settleClasses(
  dataset: PublicDataset,
  listed: readonly Listed[],
  path: string,
): { classes: TaskClass[]; labels: number[] } {
  const counts = dataset.classes.map(() => 0)
  for (const { label } of listed) counts[label]!++
  const empty = dataset.classes.filter((_, label) => counts[label] === 0)
  if (empty.length > 0 && !dataset.mayLackClasses) {
    throw new AnamnesisError(
      'MISSING_DATA',
      `"${path}" has no image of ${empty.map(({ name }) => `"${name}"`).join(', ')} (${listed.length} images of other classes). ` +
        `${dataset.name} has ${dataset.images} images of ${dataset.classes.length} classes: the download is not complete.`,
    )
  }
  let next = 0
  return {
    classes: dataset.classes.filter((_, label) => counts[label]! > 0),
    labels: counts.map((count) => (count > 0 ? next++ : -1)),
  }
}

function refuseDoubles(listed: readonly Listed[], dataset: PublicDataset): void {
  const seen = new Set<string>()
  for (const { file } of listed) {
    if (seen.has(file)) throw new AnamnesisError('BAD_INPUT', `${dataset.name} lists "${file}" twice.`)
    seen.add(file)
  }
}

function refuseOneClass(
  listed: readonly { label: number; split: Split }[],
  classes: readonly TaskClass[],
  dataset: PublicDataset,
): void {
  const present = new Set(listed.filter(({ split }) => split === 'train').map(({ label }) => label))
  if (present.size >= 2) return
  const [only] = present
  throw new AnamnesisError(
    'BAD_INPUT',
    `${dataset.name} has training images of ${only === undefined ? 'no class' : `one class only ("${classes[only]!.name}")`}; a task needs two. Check the folder.`,
  )
}
