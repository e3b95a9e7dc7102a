import { createHash } from 'node:crypto'
import { AnamnesisError, type Figure, type NewFigureRecord } from '../contracts/index.ts'
import { ContentTable } from './contentTable.ts'
import { type CorpusHead, type CorpusInfo, CorpusSummary, compact, finishCorpus, parseFigure } from './corpus.ts'
import type { WriteOptions } from './dataset.ts'
import type { ImportNotes } from './importNotes.ts'
import type { ImportReport } from './importReport.ts'
import { literatureImage } from './literatureImage.ts'
import { mapOrdered } from './mapOrdered.ts'
import { PanelReport, panelsOf } from './panels/split.ts'
import { RecordWriter } from './records.ts'
import { publishResumably } from './resume.ts'

/** Records that are decoded and checked at the same time. */
const WIDTH = 8
/** Buffered records are handed over at least this often, so that little is lost when the process ends. */
const FLUSH_EVERY = 500
const FILES = ['records.bin', 'index.bin', 'notices.jsonl']

export interface LiteratureOptions extends Omit<WriteOptions, 'skipCorrupt' | 'maxSkipped'> {
  /** Cut figures of several panels apart where caption and picture agree. */
  panels?: boolean
  /** Make larger pictures smaller, so that no side is longer. Pixels. */
  maxSide?: number | null
  /** A stored corpus to add to; null makes a new one. */
  base?: { folder: string; source: string } | null
}

/** A stored figure's header: the figure and a hash of what the source held. */
type Header = Figure & { source?: string }

/** What became of one record of the source. */
type Prepared =
  | { kind: 'same' }
  | { kind: 'broken'; place: string; error: unknown }
  | { kind: 'new'; place: string; source: bigint; figure: Figure; image: Uint8Array; panels: NewFigureRecord[] }

/**
 * Writes literature into `folder`: a broken record is noted and left out, an interrupted import goes on where it stopped, a
 * record that is stored already with the same content is passed over, and nothing is visible before everything is there.
 * @throws BAD_INPUT (too many broken records, no figure at all), DISK_FULL and STOPPED (run it again to go on), ALREADY_RUNNING
 */
export async function writeLiterature(
  folder: string,
  head: CorpusHead,
  records: AsyncIterable<NewFigureRecord>,
  notes: ImportNotes,
  options: LiteratureOptions = {},
): Promise<CorpusInfo> {
  const { base = null, onProgress } = options
  const source = [base?.source, options.source ?? ''].filter((part) => part !== undefined).join(' + ')
  const settings = JSON.stringify({ source, panels: options.panels ?? false, maxSide: options.maxSide ?? null })
  const files = base ? { folder: base.folder, files: FILES } : null
  return publishResumably(folder, settings, files, async (partial) => {
    const table = new ContentTable()
    const summary = new CorpusSummary()
    await using writer = await RecordWriter.resume(partial, (header) => {
      const stored = header as Header
      table.add(stored.id, BigInt(`0x${stored.source ?? '0'}`))
      summary.add({ modality: stored.modality, licenceGroup: stored.licenceGroup })
    })
    const before = writer.count
    await notes.notices.read(partial)
    const panels = options.panels ? new PanelReport() : null
    const add = async (figure: Figure, image: Uint8Array, content: bigint): Promise<void> => {
      const header = { ...compact(figure), source: content.toString(16) }
      await writer.add({ id: figure.id, header: JSON.stringify(header), image, tag: 0 })
      table.add(figure.id, content)
      summary.add(figure)
    }
    try {
      for await (const one of mapOrdered(records, WIDTH, (record) => prepare(record, table, panels, options))) {
        await settle(one, table, notes, add)
        if (writer.count % FLUSH_EVERY === 0) await writer.flush()
        onProgress?.({
          what: `corpus ${head.id}`,
          done: writer.count,
          total: options.total ?? null,
          ...(notes.share === null ? {} : { share: notes.share }),
        })
      }
    } finally {
      await writer.flush().catch(() => {}) // a full disk was told already; what it took is found at the next start
    }
    if (writer.count === 0) throw noFigures(head.id, notes)
    const report = reportOf(notes, writer.count - before, panels)
    const skipped = { count: report.problems.count, names: report.problems.first.map(({ place }) => place) }
    return await finishCorpus(partial, head, writer, summary, { skipped, report, source }, notes.notices)
  })
}

async function prepare(
  record: NewFigureRecord,
  table: ContentTable,
  report: PanelReport | null,
  options: LiteratureOptions,
): Promise<Prepared> {
  const place = record.place ?? record.figure.id
  try {
    const content = contentHash(record)
    if (table.find(record.figure.id) === content) return { kind: 'same' }
    const figure = parseFigure(record.figure)
    const image = figure.imageMissing
      ? record.image
      : await literatureImage(record.image, place, options.maxSide ?? null)
    const panels = report && !figure.imageMissing ? await panelsOf({ figure, image }, report) : []
    return { kind: 'new', place, source: content, figure, image, panels }
  } catch (error) {
    return { kind: 'broken', place, error }
  }
}

/** Stores a prepared record, its panels first: where the whole figure is stored, everything of it is. */
async function settle(
  one: Prepared,
  table: ContentTable,
  notes: ImportNotes,
  add: (figure: Figure, image: Uint8Array, content: bigint) => Promise<void>,
): Promise<void> {
  if (one.kind === 'same') notes.problems.repeated++
  else if (one.kind === 'broken') notes.problems.add(one.place, one.error)
  else {
    const known = table.find(one.figure.id)
    if (known === one.source) notes.problems.repeated++
    else if (known !== null) notes.problems.add(one.place, otherContent(one.figure.id))
    else {
      for (const panel of one.panels) {
        const figure = parseFigure(panel.figure)
        if (table.find(figure.id) === null) await add(figure, panel.image, one.source)
      }
      await add(one.figure, one.image, one.source)
    }
  }
}

/** 64 bits of SHA-256 over what the source says and shows. */
function contentHash({ figure, image }: NewFigureRecord): bigint {
  return createHash('sha256').update(JSON.stringify(figure)).update('\0').update(image).digest().readBigUInt64BE(0)
}

function otherContent(id: string): AnamnesisError {
  return new AnamnesisError(
    'CONFLICT',
    `The id "${id}" is stored already with another content; the first one is kept. Give one of the two another id.`,
  )
}

function noFigures(id: string, { problems }: ImportNotes): AnamnesisError {
  const { missingImages, firstMissing, count, first } = problems
  if (missingImages > 0) {
    return new AnamnesisError(
      'BAD_INPUT',
      `Corpus "${id}" has no figures: of ${missingImages} captions none has its image (the first: ${firstMissing[0]}). Put the images beside the articles or name them with --images, add to a corpus that has figures with --add, or keep captions alone with --captions-only.`,
    )
  }
  const why = first[0] ? ` ${count} records are broken; the first: ${first[0].place}: ${first[0].reason}` : ''
  return new AnamnesisError('BAD_INPUT', `Corpus "${id}" has no figures.${why}`)
}

function reportOf({ problems, notices }: ImportNotes, stored: number, panels: PanelReport | null): ImportReport {
  return {
    stored,
    repeated: problems.repeated,
    problems: { count: problems.count, first: problems.first },
    missingImages: { count: problems.missingImages, first: problems.firstMissing },
    notices: notices.count,
    panels: panels?.summary() ?? null,
  }
}
