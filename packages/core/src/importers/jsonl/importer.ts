import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AnamnesisError, type NewFigureRecord } from '../../contracts/index.ts'
import type { ImporterDefinition } from '../importer.ts'
import { mustExist } from '../importer.ts'
import { ImportNotes } from '../importNotes.ts'
import { literatureHead } from '../literatureHead.ts'
import { missingCard } from '../literatureImage.ts'
import { AnyPictures, folderOf, openPictures, type Pictures } from '../pictures.ts'
import { isSafePath } from '../safePath.ts'
import { readRecord } from './fields.ts'
import { readJsonLines } from './lines.ts'

const LINES = /\.(jsonl|ndjson|jsonl\.gz)$/i

/** ROCO, PMC-OA, MedICaT and other sets of captions in JSON lines. */
export const captionJsonl: ImporterDefinition = {
  id: 'caption-jsonl',
  title: 'Captions in JSON lines (ROCO, PMC-OA, MedICaT ...)',
  summary:
    'Literature: .jsonl files (id, image, caption, licence, pmcid ... under their usual names) and images in folders or .tar beside them (or --images).',
  async recognises(path) {
    return (await listFiles(path)).lines.length > 0 ? 0.6 : 0
  },
  async open(path, options) {
    await mustExist(path, 'The literature')
    const { root, lines, archives, bytes, state } = await listFiles(path)
    if (lines.length === 0) throw new AnamnesisError('MISSING_DATA', `There is no .jsonl file in "${path}".`)
    const notes = new ImportNotes(options.maxBroken)
    const settings = { images: options.images ?? null, captionsOnly: options.captionsOnly ?? false }
    const places = [...(settings.images ? [settings.images] : []), root, ...archives]
    return {
      kind: 'corpus',
      head: literatureHead(path, options),
      records: readRecords(lines, places, bytes, settings.captionsOnly, notes),
      notes,
      total: null,
      source: `caption-jsonl/${createHash('sha256')
        .update(JSON.stringify([state, settings]))
        .digest('hex')}`,
    }
  },
}

async function listFiles(path: string) {
  const isFolder = (await stat(path)).isDirectory()
  const root = isFolder ? path : dirname(path)
  const names = isFolder ? (await readdir(path)).sort() : [basename(path)]
  const state: string[] = []
  const lines: string[] = []
  const archives: string[] = []
  let bytes = 0
  for (const name of names) {
    if (!LINES.test(name) && !name.endsWith('.tar')) continue
    const file = join(root, name)
    const { size, mtimeMs } = await stat(file)
    state.push(`${name}/${size}/${mtimeMs}`)
    if (LINES.test(name)) {
      lines.push(file)
      bytes += size
    } else archives.push(file)
  }
  return { root, lines, archives, bytes, state }
}

async function* readRecords(
  files: readonly string[],
  places: readonly string[],
  totalBytes: number,
  captionsOnly: boolean,
  notes: ImportNotes,
): AsyncGenerator<NewFigureRecord> {
  const opened: Pictures[] = []
  for (const place of places) opened.push(await openPictures(place))
  await using pictures = new AnyPictures(opened)
  let bytesBefore = 0
  for (const file of files) {
    let bytesRead = 0
    for await (const line of readJsonLines(file)) {
      bytesRead = line.bytesRead
      notes.share = Math.min(1, (bytesBefore + bytesRead) / totalBytes)
      const place = `${basename(file)} line ${line.number}`
      try {
        if ('error' in line) throw line.error
        const { figure, image } = readRecord(line.record, null)
        const bytes = await pictureOf(pictures, image ?? figure.id)
        if (bytes) yield { figure, image: bytes, place }
        else {
          notes.problems.missing(`${place}: ${image ?? figure.id}`)
          if (captionsOnly) yield { figure: { ...figure, imageMissing: true }, image: await missingCard(), place }
        }
      } catch (error) {
        if (!(error instanceof AnamnesisError)) throw error
        notes.problems.add(place, error)
      }
    }
    bytesBefore += (await stat(file)).size
  }
}

async function pictureOf(pictures: Pictures, name: string): Promise<Uint8Array | null> {
  if (!isSafePath(name)) {
    throw new AnamnesisError('BAD_INPUT', `It names the image "${name}", which leads outside the folder.`)
  }
  return pictures.find(name, folderOf(name))
}
