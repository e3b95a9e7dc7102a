import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse'
import { z } from 'zod'
import { AnamnesisError, type Sample, SPLITS, type Split, type Task } from '../contracts/index.ts'
import { fingerprint } from './fingerprint.ts'
import { type ImporterDefinition, mustExist } from './importer.ts'
import { readTar } from './tar.ts'
import { readTaskFile } from './taskFile.ts'

const row = z.object({ file: z.string().min(1), label: z.string(), split: z.string() })

export const packTask: ImporterDefinition = {
  id: 'pack-task',
  title: 'Task pack',
  summary: 'A folder with task.json, labels.csv (file,label,split) and images.tar.',
  async open(path, options) {
    const files = { task: join(path, 'task.json'), labels: join(path, 'labels.csv'), images: join(path, 'images.tar') }
    await mustExist(path, 'The task folder')
    for (const file of Object.values(files)) await mustExist(file, 'A file of the task pack')
    const found = await readTaskFile(files.task)
    const task = options.id ? { ...found, id: options.id } : found
    const labels = await readLabels(files.labels, task)
    return {
      kind: 'task',
      task,
      samples: readSamples(files.images, labels, task),
      total: labels.size,
      source: await fingerprint('pack-task', [files.task, files.labels], [files.images]),
    }
  },
}

interface Label {
  split: Split
  label: number
}

/** File name -> split and class index. Holds names only, no image. @throws WRONG_LABEL, BAD_INPUT */
async function readLabels(path: string, task: Task): Promise<Map<string, Label>> {
  const classIndex = new Map(task.classes.map(({ id }, index) => [id, index]))
  const labels = new Map<string, Label>()
  const rows = createReadStream(path).pipe(parse({ columns: true, bom: true, skip_empty_lines: true }))
  try {
    for await (const raw of rows) {
      const { file, label, split } = row.parse(raw)
      const index = classIndex.get(label)
      if (index === undefined) {
        throw new AnamnesisError(
          'WRONG_LABEL',
          `labels.csv gives "${file}" the label "${label}", which task.json of "${task.id}" does not list (${[...classIndex.keys()].join(', ')}).`,
        )
      }
      if (!SPLITS.includes(split as Split)) {
        throw new AnamnesisError(
          'WRONG_LABEL',
          `labels.csv puts "${file}" into the split "${split}"; known: ${SPLITS.join(', ')}.`,
        )
      }
      if (labels.has(file)) throw new AnamnesisError('BAD_INPUT', `labels.csv names "${file}" twice.`)
      labels.set(file, { split: split as Split, label: index })
    }
  } catch (error) {
    if (error instanceof AnamnesisError) throw error
    throw new AnamnesisError(
      'BAD_INPUT',
      `"${path}" is not a table with the columns file, label, split: ${(error as Error).message}`,
      {
        cause: error,
      },
    )
  }
  return labels
}

async function* readSamples(path: string, labels: Map<string, Label>, task: Task): AsyncGenerator<Sample> {
  const missing = new Set(labels.keys())
  for await (const { name, data } of readTar(path)) {
    const label = labels.get(name)
    if (!label) {
      throw new AnamnesisError(
        'WRONG_LABEL',
        `images.tar of "${task.id}" holds "${name}", which labels.csv does not name.`,
      )
    }
    const [split, classId, ...rest] = name.split('/')
    if (rest.length > 0 && (split !== label.split || classId !== task.classes[label.label]!.id)) {
      throw new AnamnesisError(
        'WRONG_LABEL',
        `labels.csv says "${task.classes[label.label]!.id}" in ${label.split} for "${name}", but its path says otherwise.`,
      )
    }
    if (!missing.delete(name))
      throw new AnamnesisError('CORRUPT_ARCHIVE', `images.tar of "${task.id}" holds "${name}" twice.`)
    yield { id: name, split: label.split, label: label.label, image: data }
  }
  for (const name of missing) {
    throw new AnamnesisError(
      'CORRUPT_ARCHIVE',
      `images.tar of "${task.id}" is incomplete: ${missing.size} files of labels.csv are not in it, the first is "${name}". Fetch it again.`,
    )
  }
}
