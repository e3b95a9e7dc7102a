import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  AnamnesisError,
  type OnProgress,
  type Sample,
  SPLITS,
  type Split,
  type Task,
  task as taskSchema,
} from '../contracts/index.ts'
import { type CorruptPolicy, checkedItems, type Skipped } from './checkedItems.ts'
import { publishFolder } from './publish.ts'
import { RecordReader, RecordWriter } from './records.ts'

const FILE = 'dataset.json'

const datasetInfo = z.object({
  format: z.literal('anamnesis-dataset-1'),
  task: taskSchema,
  /** SHA-256 over task, ids, splits, labels and image bytes. */
  digest: z.string(),
  /** counts[split][class index] */
  counts: z.record(z.enum(SPLITS), z.array(z.number().int())),
  size: z.number().int(),
  bytes: z.number(),
  skipped: z.object({ count: z.number().int(), names: z.array(z.string()) }),
  /** What it was made from; an import of the same source need not run again. */
  source: z.string(),
})
export type DatasetInfo = z.infer<typeof datasetInfo>

const sampleHeader = z.object({ id: z.string(), split: z.enum(SPLITS), label: z.number().int() })

export interface WriteOptions extends CorruptPolicy {
  onProgress?: OnProgress
  /** Number of items where it is known beforehand. */
  total?: number | null
  source?: string
}

/**
 * Writes a task with its images into `folder`, one image at a time; the folder appears (or is replaced) only when complete.
 * @throws CORRUPT_IMAGE, WRONG_LABEL, BAD_INPUT, DISK_FULL
 */
export async function writeDataset(
  folder: string,
  task: Task,
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  options: WriteOptions = {},
): Promise<DatasetInfo> {
  const checkedTask = parseTask(task)
  return publishFolder(folder, async (partial) => {
    await using writer = await RecordWriter.create(partial)
    const counts = Object.fromEntries(SPLITS.map((split) => [split, checkedTask.classes.map(() => 0)])) as Record<
      Split,
      number[]
    >
    const skipped: Skipped = { count: 0, names: [] }
    for await (const sample of checkedItems(samples, (item) => item.id, options, skipped)) {
      const perClass = counts[sample.split]
      if (perClass?.[sample.label] === undefined) {
        throw new AnamnesisError(
          'WRONG_LABEL',
          `Image "${sample.id}" has split "${sample.split}" and label ${sample.label}; task "${task.id}" has classes 0 to ${task.classes.length - 1}.`,
        )
      }
      perClass[sample.label]!++
      const header = JSON.stringify({ id: sample.id, split: sample.split, label: sample.label })
      const tag = sample.label * SPLITS.length + SPLITS.indexOf(sample.split)
      await writer.add({ id: sample.id, header, image: sample.image, tag })
      options.onProgress?.({ what: `task ${task.id}`, done: writer.count, total: options.total ?? null })
    }
    for (const split of ['train', 'test'] as const) {
      if (counts[split].every((count) => count === 0)) {
        throw new AnamnesisError(
          'BAD_INPUT',
          `Task "${task.id}" has no ${split} images. A task needs train and test images; val may be empty.`,
        )
      }
    }
    const { sha256, bytes } = await writer.finish()
    const digest = createHash('sha256').update(JSON.stringify(checkedTask)).update(sha256).digest('hex')
    const info: DatasetInfo = {
      format: 'anamnesis-dataset-1',
      task: checkedTask,
      digest,
      counts,
      size: writer.count,
      bytes,
      skipped,
      source: options.source ?? '',
    }
    await writeFile(join(partial, FILE), `${JSON.stringify(info, null, 1)}\n`)
    return info
  })
}

function parseTask(task: unknown): Task {
  const parsed = taskSchema.safeParse(task)
  if (!parsed.success) {
    throw new AnamnesisError('BAD_INPUT', `The task description is wrong: ${z.prettifyError(parsed.error)}`)
  }
  const seen = new Set<string>()
  for (const { id } of parsed.data.classes) {
    if (seen.has(id)) {
      throw new AnamnesisError('BAD_INPUT', `Task "${parsed.data.id}" lists the class "${id}" twice.`)
    }
    seen.add(id)
  }
  return parsed.data
}

/** A part of a split, chosen by a hash of each sample id: the same samples on every machine and in every order of import. */
export interface Share {
  split: Split
  /** Between 0 and 1. */
  share: number
}

export interface OpenOptions {
  /** Leave this part out. */
  exclude?: Share
  /** Keep nothing but this part (of its split; the other splits become empty). */
  only?: Share
}

/** @throws MISSING_DATA when the task was not imported, CORRUPT_ARCHIVE when its files are damaged */
export async function readDatasetInfo(folder: string): Promise<DatasetInfo> {
  const text = await readFile(join(folder, FILE), 'utf8').catch((error: unknown) => {
    throw new AnamnesisError(
      'MISSING_DATA',
      `No imported task in "${folder}". Import its suite or the task first: npm run import -- --help`,
      { cause: error },
    )
  })
  const parsed = datasetInfo.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new AnamnesisError(
    'CORRUPT_ARCHIVE',
    `"${join(folder, FILE)}" is damaged or of another version. Delete the folder and import again.`,
    { cause: parsed.error },
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** An imported task with random access to its samples. Close it (`await using`). */
export class Dataset implements AsyncDisposable {
  constructor(
    readonly info: DatasetInfo,
    /** Names exactly the samples that this view holds: changes with the content and with `exclude` / `only`. */
    readonly digest: string,
    private readonly reader: RecordReader,
    private readonly records: Record<Split, Uint32Array>,
  ) {}

  get task(): Task {
    return this.info.task
  }

  size(split: Split): number {
    return this.records[split].length
  }

  /** Label of each sample of a split, in index order; reads no image. */
  labels(split: Split): Int32Array {
    return Int32Array.from(this.records[split], (record) => Math.floor(this.reader.tags[record]! / SPLITS.length))
  }

  /** Images of a split per class. */
  counts(split: Split): number[] {
    const counts = this.task.classes.map(() => 0)
    for (const label of this.labels(split)) counts[label]!++
    return counts
  }

  /** @param index from 0 @throws NOT_FOUND */
  async read(split: Split, index: number): Promise<Sample> {
    const record = this.records[split][index]
    if (record === undefined) {
      throw new AnamnesisError(
        'NOT_FOUND',
        `Task "${this.task.id}" has ${this.size(split)} ${split} images, there is no number ${index}.`,
      )
    }
    const { header, image } = await this.reader.both(record)
    return { ...sampleHeader.parse(header), image }
  }

  async *samples(split: Split): AsyncGenerator<Sample> {
    for (let index = 0; index < this.size(split); index++) yield await this.read(split, index)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reader[Symbol.asyncDispose]()
  }
}

/** @throws MISSING_DATA, CORRUPT_ARCHIVE */
export async function openDataset(folder: string, options: OpenOptions = {}): Promise<Dataset> {
  const info = await readDatasetInfo(folder)
  const reader = await RecordReader.open(folder, { count: info.size, bytes: info.bytes })
  const keeps = (record: number, split: Split): boolean => {
    const { exclude, only } = options
    if (exclude && exclude.split === split && reader.fraction(record) < exclude.share) return false
    return !only || (only.split === split && reader.fraction(record) < only.share)
  }
  const lists: Record<Split, number[]> = { train: [], val: [], test: [] }
  for (let record = 0; record < reader.count; record++) {
    const split = SPLITS[reader.tags[record]! % SPLITS.length]!
    if (keeps(record, split)) lists[split].push(record)
  }
  const records = {
    train: Uint32Array.from(lists.train),
    val: Uint32Array.from(lists.val),
    test: Uint32Array.from(lists.test),
  }
  return new Dataset(info, viewDigest(info.digest, options), reader, records)
}

function viewDigest(digest: string, { exclude, only }: OpenOptions): string {
  if (!exclude && !only) return digest
  const name = (share?: Share) => (share ? `${share.split} ${share.share}` : '')
  return createHash('sha256')
    .update(`${digest}/exclude ${name(exclude)}/only ${name(only)}`)
    .digest('hex')
}
