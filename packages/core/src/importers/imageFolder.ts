import { createHash } from 'node:crypto'
import { access, readdir, readFile } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { AnamnesisError, Random, type Sample, type Split, type Task } from '../contracts/index.ts'
import { type ImporterDefinition, mustExist } from './importer.ts'
import { readTaskFile } from './taskFile.ts'

const SPLIT_FOLDERS: Record<string, Split> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
  testing: 'test',
}
const IMAGE = new Set(['.jpg', '.jpeg', '.png'])

interface Found {
  /** Relative to the source folder. */
  file: string
  split: Split
  classId: string
}

export const imageFolder: ImporterDefinition = {
  id: 'image-folder',
  title: 'Image folders',
  summary:
    'A folder <class>/*.jpg or <split>/<class>/*.jpg (also png), task.json optional; splits are made 70/10/20 where there are none.',
  async open(path, options) {
    await mustExist(path, 'The image folder')
    const found = await findImages(path, options.seed ?? 42)
    const folders = [...new Set(found.map(({ classId }) => classId))].sort()
    const task = { ...(await describe(path, folders)), ...(options.id ? { id: options.id } : {}) }
    const classIndex = new Map(task.classes.map(({ id }, index) => [id, index]))
    for (const folder of folders) {
      if (!classIndex.has(slugOf(folder))) {
        throw new AnamnesisError(
          'WRONG_LABEL',
          `The class folder "${folder}" is not in task.json (${[...classIndex.keys()].join(', ')}). Rename it or add the class.`,
        )
      }
    }
    const names = createHash('sha256').update(JSON.stringify([task, found]))
    return {
      kind: 'task',
      task,
      samples: readSamples(path, found, classIndex),
      total: found.length,
      source: `image-folder/${names.digest('hex')}`,
    }
  },
}

async function* readSamples(path: string, found: Found[], classIndex: Map<string, number>): AsyncGenerator<Sample> {
  for (const { file, split, classId } of found) {
    const image = await readFile(join(path, file))
    yield { id: file, split, label: classIndex.get(slugOf(classId))!, image }
  }
}

/** File names in a stable order, with their split. Reads folders only, no image. */
async function findImages(path: string, seed: number): Promise<Found[]> {
  const top = await subfolders(path)
  const splitFolders = top.filter((name) => SPLIT_FOLDERS[name.toLowerCase()] !== undefined)
  const found: Found[] = []
  if (splitFolders.length > 0) {
    const strange = top.find((name) => !splitFolders.includes(name))
    if (strange) {
      throw new AnamnesisError(
        'BAD_INPUT',
        `"${path}" has split folders (${splitFolders.join(', ')}) and beside them "${strange}". Keep one of the two layouts.`,
      )
    }
    for (const folder of splitFolders) {
      const split = SPLIT_FOLDERS[folder.toLowerCase()]!
      for (const classId of await subfolders(join(path, folder))) {
        for (const file of await images(join(path, folder, classId))) {
          found.push({ file: `${folder}/${classId}/${file}`, split, classId })
        }
      }
    }
  } else {
    for (const classId of top) {
      const files = new Random(`${seed}/${classId}`).shuffle(await images(join(path, classId)))
      files.forEach((file, index) => {
        const position = (index + 0.5) / files.length
        const split = position < 0.7 ? 'train' : position < 0.8 ? 'val' : 'test'
        found.push({ file: `${classId}/${file}`, split, classId })
      })
    }
  }
  if (found.length === 0) {
    throw new AnamnesisError(
      'MISSING_DATA',
      `"${path}" holds no images: expected <class>/*.jpg or <split>/<class>/*.jpg (also png).`,
    )
  }
  return found
}

async function describe(path: string, folders: string[]): Promise<Task> {
  const file = join(path, 'task.json')
  const hasFile = await access(file).then(
    () => true,
    () => false,
  )
  if (hasFile) return readTaskFile(file)
  const name = basename(resolve(path))
  return {
    id: slugOf(name),
    name,
    domain: 'medical imaging',
    modality: 'image',
    anatomy: '',
    classes: folders.map((folder) => ({
      id: slugOf(folder),
      name: folder,
      promptName: folder.replaceAll(/[_-]+/g, ' '),
    })),
    licence: 'not stated',
    citation: '',
    notes: '',
    synthetic: false,
  }
}

function slugOf(name: string): string {
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9_.-]+/g, '_')
  return slug.replace(/^[^a-z0-9]+/, '').slice(0, 80) || 'unnamed'
}

async function subfolders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort()
}

/** Plain image files; links are not followed. */
async function images(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && IMAGE.has(extname(entry.name).toLowerCase()))
    .map((entry) => entry.name)
    .sort()
}
