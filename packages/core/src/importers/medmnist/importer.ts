import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import {
  AnamnesisError,
  type Sample,
  SPLITS,
  type Split,
  type Task,
  task as taskSchema,
} from '../../contracts/index.ts'
import type { ImporterDefinition } from '../importer.ts'
import { openRows, readNumbers } from '../npz/npy.ts'
import { ZipReader } from '../npz/zip.ts'
import { capTraining } from '../public/splits.ts'
import { type MedMnistSet, medMnistSets } from './sets.ts'

/** Sizes of MedMNIST+, largest first; the smallest has no number in its file name. */
const SIZES = [224, 128, 64, 28] as const

export const medMnistImporters: readonly ImporterDefinition[] = medMnistSets.map((set) => ({
  id: set.id,
  title: set.name,
  summary: `${set.id}.npz (or ${set.id}_64.npz, _128, _224) of MedMNIST v2, or the folder that holds it; of several the largest is taken.`,
  async open(path, options) {
    const file = await findArchive(path, set)
    const plan = await readPlan(file, set)
    const chosen = options.perClass ? capTraining(plan, options.perClass, options.seed ?? 42) : plan
    const task = { ...medMnistTask(set), ...(options.id ? { id: options.id } : {}) }
    const { size } = await stat(file)
    const hash = createHash('sha256').update(JSON.stringify([task, basename(file), size, chosen]))
    return {
      kind: 'task',
      task,
      samples: readSamples(file, chosen, set),
      total: chosen.length,
      source: `${set.id}/${hash.digest('hex')}`,
    }
  },
}))

export function medMnistTask(set: MedMnistSet): Task {
  const { id, name, domain, modality, anatomy, classes, licence } = set
  const subset = set.multiLabel ? ' Of a multi-label set only images with exactly one finding are read.' : ''
  return taskSchema.parse({
    id,
    name,
    domain,
    modality,
    anatomy,
    classes,
    licence,
    citation: 'Yang et al., MedMNIST v2, Scientific Data 2023, doi:10.1038/s41597-022-01721-8',
    notes: `Source: https://zenodo.org/records/10519652 (open download). Splits: published (${set.images.join(' / ')} images).${subset}`,
    synthetic: false,
  })
}

interface Planned {
  split: Split
  /** Row of the split's array. */
  row: number
  label: number
}

async function findArchive(path: string, set: MedMnistSet): Promise<string> {
  const found = await stat(path).catch(() => null)
  if (found?.isFile()) return path
  if (found?.isDirectory()) {
    for (const size of SIZES) {
      const file = join(path, size === 28 ? `${set.id}.npz` : `${set.id}_${size}.npz`)
      if ((await stat(file).catch(() => null))?.isFile()) return file
    }
  }
  throw new AnamnesisError(
    'MISSING_DATA',
    `${set.name} is not there: "${path}" is neither ${set.id}.npz nor a folder with it. Get it from https://zenodo.org/records/10519652 (open download).`,
  )
}

/** Split, row and label of every image that is read. @throws MISSING_DATA, CORRUPT_ARCHIVE, WRONG_LABEL */
async function readPlan(file: string, set: MedMnistSet): Promise<Planned[]> {
  await using zip = await ZipReader.open(file)
  const plan: Planned[] = []
  for (const split of SPLITS) {
    const { shape, values } = await readNumbers(zip, `${split}_labels.npy`)
    const [rows = 0] = shape
    const width = rows === 0 ? 1 : values.length / rows
    if (width !== (set.multiLabel ? set.classes.length : 1)) {
      throw new AnamnesisError(
        'CORRUPT_ARCHIVE',
        `"${basename(file)}" has ${width} labels an image in ${split}_labels; ${set.name} has ${set.multiLabel ? set.classes.length : 1}. Is it another set?`,
      )
    }
    for (let row = 0; row < rows; row++) {
      const label = set.multiLabel ? onlyOne(values.slice(row * width, (row + 1) * width)) : values[row]!
      if (label === null) continue
      if (set.classes[label] === undefined) {
        throw new AnamnesisError(
          'WRONG_LABEL',
          `"${basename(file)}" gives image ${row} of ${split} the label ${label}; ${set.name} has 0 to ${set.classes.length - 1}.`,
        )
      }
      plan.push({ split, row, label })
    }
  }
  return plan
}

/** Index of the only 1; null when there is none or more than one. */
function onlyOne(flags: readonly number[]): number | null {
  const first = flags.indexOf(1)
  return first >= 0 && first === flags.lastIndexOf(1) ? first : null
}

/** Images one after the other; holds one image and one chunk of the archive. */
async function* readSamples(file: string, plan: readonly Planned[], set: MedMnistSet): AsyncGenerator<Sample> {
  await using zip = await ZipReader.open(file)
  for (const split of SPLITS) {
    const wanted = new Map(plan.filter((one) => one.split === split).map((one) => [one.row, one.label]))
    if (wanted.size === 0) continue
    const name = `${split}_images.npy`
    const { array, rows } = await openRows(zip, name, () => 1)
    const [count, height, width, channels = 1] = array.shape
    if (
      array.type !== '|u1' ||
      !height ||
      !width ||
      channels !== set.channels ||
      Math.max(...wanted.keys()) >= count!
    ) {
      throw new AnamnesisError(
        'CORRUPT_ARCHIVE',
        `"${basename(file)}" holds ${name} of type ${array.type} and shape (${array.shape.join(', ')}); ${set.name} has bytes with ${set.channels} channels and as many images as labels.`,
      )
    }
    let row = 0
    for await (const pixels of rows()) {
      const label = wanted.get(row)
      const id = `${split}/${String(row).padStart(6, '0')}`
      row++
      if (label === undefined) continue
      const picture = sharp(pixels, { raw: { width, height, channels: set.channels } })
      const image = await (set.channels === 1 ? picture.toColourspace('b-w') : picture).png().toBuffer()
      yield { id, split, label, image }
    }
  }
}
