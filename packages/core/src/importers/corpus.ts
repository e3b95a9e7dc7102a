import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  AnamnesisError,
  type Figure,
  type FigureRecord,
  figure as figureSchema,
  LICENCE_GROUPS,
  type NewFigure,
  type NewFigureRecord,
  slug,
} from '../contracts/index.ts'
import { checkedItems, type Skipped } from './checkedItems.ts'
import type { WriteOptions } from './dataset.ts'
import { importReport } from './importReport.ts'
import { Notices } from './notices.ts'
import { publishFolder } from './publish.ts'
import { RecordReader, RecordWriter } from './records.ts'

const FILE = 'corpus.json'

const corpusHead = z.object({
  id: slug,
  title: z.string().min(1).max(200),
  synthetic: z.boolean(),
  /** Questions that this corpus can answer, offered to people who meet an empty search field. */
  exampleQuestions: z.array(z.string().min(1).max(300)).max(20).default([]),
})
/** What its maker says about a corpus. */
export type CorpusHead = z.input<typeof corpusHead>

const corpusInfo = corpusHead.extend({
  format: z.literal('anamnesis-corpus-1'),
  /** SHA-256 over figure records and image bytes. */
  digest: z.string(),
  size: z.number().int(),
  bytes: z.number(),
  /** Figures per modality word, most frequent first. */
  modalities: z.array(z.object({ modality: z.string(), count: z.number().int() })),
  licenceGroups: z.record(z.enum(LICENCE_GROUPS), z.number().int()),
  skipped: z.object({ count: z.number().int(), names: z.array(z.string()) }),
  /** What the import of literature left out and found; null for other corpora. */
  report: importReport.nullable().default(null),
  source: z.string(),
})
/** What a stored corpus says about itself. */
export type CorpusInfo = z.infer<typeof corpusInfo>

/**
 * Writes figures into `folder`, one at a time; the folder appears (or is replaced) only when complete.
 * @throws CORRUPT_IMAGE, BAD_INPUT, DISK_FULL
 */
export async function writeCorpus(
  folder: string,
  head: CorpusHead,
  records: AsyncIterable<NewFigureRecord> | Iterable<NewFigureRecord>,
  options: WriteOptions = {},
): Promise<CorpusInfo> {
  const checkedHead = corpusHead.parse(head)
  return publishFolder(folder, async (partial) => {
    await using writer = await RecordWriter.create(partial)
    const skipped: Skipped = { count: 0, names: [] }
    const summary = new CorpusSummary()
    for await (const record of checkedItems(records, (item) => item.figure.id, options, skipped)) {
      const figure = parseFigure(record.figure)
      summary.add(figure)
      await writer.add({ id: figure.id, header: JSON.stringify(compact(figure)), image: record.image, tag: 0 })
      options.onProgress?.({ what: `corpus ${head.id}`, done: writer.count, total: options.total ?? null })
    }
    if (writer.count === 0) throw new AnamnesisError('BAD_INPUT', `Corpus "${head.id}" has no figures.`)
    return await finishCorpus(partial, checkedHead, writer, summary, {
      skipped,
      report: null,
      source: options.source ?? '',
    })
  })
}

/** Counts what a corpus holds while it is written. */
export class CorpusSummary {
  private readonly byModality = new Map<string, number>()
  readonly licenceGroups = { commercial: 0, 'non-commercial': 0, other: 0 }

  add(figure: Pick<Figure, 'modality' | 'licenceGroup'>): void {
    this.byModality.set(figure.modality, (this.byModality.get(figure.modality) ?? 0) + 1)
    this.licenceGroups[figure.licenceGroup]++
  }

  get modalities(): CorpusInfo['modalities'] {
    return [...this.byModality]
      .map(([modality, count]) => ({ modality, count }))
      .sort((a, b) => b.count - a.count || (a.modality < b.modality ? -1 : 1))
  }
}

/** Ends the files of a corpus that is complete. */
export async function finishCorpus(
  folder: string,
  head: CorpusHead,
  writer: RecordWriter,
  summary: CorpusSummary,
  rest: Pick<CorpusInfo, 'skipped' | 'report' | 'source'>,
  notices = new Notices(),
): Promise<CorpusInfo> {
  const { sha256, bytes } = await writer.finish()
  await notices.write(folder)
  const info: CorpusInfo = {
    ...corpusHead.parse(head),
    format: 'anamnesis-corpus-1',
    digest: createHash('sha256').update(head.id).update(sha256).update(notices.digest()).digest('hex'),
    size: writer.count,
    bytes,
    modalities: summary.modalities,
    licenceGroups: summary.licenceGroups,
    ...rest,
  }
  await writeFile(join(folder, FILE), `${JSON.stringify(info, null, 1)}\n`)
  return info
}

/** @throws BAD_INPUT naming the figure and the field */
export function parseFigure(figure: NewFigure): Figure {
  const parsed = figureSchema.safeParse(figure)
  if (parsed.success) return parsed.data
  throw new AnamnesisError('BAD_INPUT', `Figure "${figure.id}" is wrong: ${z.prettifyError(parsed.error)}`)
}

const DEFAULTS = figureSchema.parse({ id: '-', caption: '-' })
/** Fields that came later than the format: a record leaves them out where they say nothing. */
const LATER = [
  'articleId',
  'journal',
  'year',
  'keywords',
  'label',
  'parentId',
  'panel',
  'retracted',
  'notices',
  'imageMissing',
] as const satisfies (keyof Figure)[]

/** A figure as it is stored: the same bytes as ever for figures that use no later field. */
export function compact(figure: Figure): Partial<Figure> {
  const stored: Partial<Figure> = { ...figure }
  for (const field of LATER) {
    const value = figure[field]
    if (value === DEFAULTS[field] || (Array.isArray(value) && value.length === 0)) delete stored[field]
  }
  return stored
}

/** @throws MISSING_DATA when the corpus was not imported, CORRUPT_ARCHIVE when its files are damaged */
export async function readCorpusInfo(folder: string): Promise<CorpusInfo> {
  const text = await readFile(join(folder, FILE), 'utf8').catch((error: unknown) => {
    throw new AnamnesisError(
      'MISSING_DATA',
      `No imported corpus in "${folder}". Import its suite or the corpus first: npm run import -- --help`,
      { cause: error },
    )
  })
  try {
    return corpusInfo.parse(JSON.parse(text))
  } catch (error) {
    throw new AnamnesisError(
      'CORRUPT_ARCHIVE',
      `"${join(folder, FILE)}" is damaged or of another version. Delete the folder and import again.`,
      { cause: error },
    )
  }
}

/** Imported figures with random access by number and by id. Close it (`await using`). */
export class Corpus implements AsyncDisposable {
  constructor(
    readonly info: CorpusInfo,
    private readonly reader: RecordReader,
    private readonly notices: Notices,
  ) {}

  get digest(): string {
    return this.info.digest
  }

  get size(): number {
    return this.info.size
  }

  /** @param index from 0 @throws NOT_FOUND */
  async figure(index: number): Promise<Figure> {
    this.mustHave(index)
    return this.complete(await this.reader.header(index))
  }

  /** JPEG or PNG bytes. @param index from 0 @throws NOT_FOUND */
  async image(index: number): Promise<Uint8Array> {
    this.mustHave(index)
    return this.reader.image(index)
  }

  /** @param index from 0 @throws NOT_FOUND */
  async record(index: number): Promise<FigureRecord> {
    this.mustHave(index)
    const { header, image } = await this.reader.both(index)
    return { figure: this.complete(header), image }
  }

  /** @returns null when no figure has this id */
  async byId(id: string): Promise<Figure | null> {
    return (await this.lookUp(id))?.figure ?? null
  }

  /** JPEG or PNG bytes. @returns null when no figure has this id */
  async imageById(id: string): Promise<Uint8Array | null> {
    const found = await this.lookUp(id)
    return found ? this.reader.image(found.index) : null
  }

  async *figures(): AsyncGenerator<FigureRecord> {
    for (let index = 0; index < this.size; index++) yield await this.record(index)
  }

  /** A stored header with the fields that it leaves out and the notices that came since. */
  private complete(header: unknown): Figure {
    const { source: _, ...stored } = header as Partial<Figure> & { source?: string }
    return this.notices.applied({ ...DEFAULTS, ...stored })
  }

  private async lookUp(id: string): Promise<{ figure: Figure; index: number } | null> {
    const index = this.reader.find(id)
    if (index === -1) return null
    const figure = await this.figure(index)
    return figure.id === id ? { figure, index } : null
  }

  private mustHave(index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < this.size) return
    throw new AnamnesisError(
      'NOT_FOUND',
      `Corpus "${this.info.id}" has ${this.size} figures, there is no number ${index}.`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reader[Symbol.asyncDispose]()
  }
}

/** @throws MISSING_DATA, CORRUPT_ARCHIVE */
export async function openCorpus(folder: string): Promise<Corpus> {
  const info = await readCorpusInfo(folder)
  const notices = await new Notices().read(folder)
  return new Corpus(info, await RecordReader.open(folder, { count: info.size, bytes: info.bytes }), notices)
}
