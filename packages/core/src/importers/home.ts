import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AnamnesisError, slug } from '../contracts/index.ts'
import { type CorpusInfo, readCorpusInfo, writeCorpus } from './corpus.ts'
import { type DatasetInfo, readDatasetInfo, type WriteOptions, writeDataset } from './dataset.ts'
import type { OpenedSource } from './importer.ts'
import { ImportNotes } from './importNotes.ts'
import { writeLiterature } from './literature.ts'

/** Where an imported task lives below the folder of all state. */
export function datasetFolder(home: string, taskId: string): string {
  return join(home, 'datasets', checkedId(taskId))
}

/** Where an imported corpus lives below the folder of all state. */
export function corpusFolder(home: string, corpusId: string): string {
  return join(home, 'corpora', checkedId(corpusId))
}

function checkedId(id: string): string {
  const parsed = slug.safeParse(id)
  if (parsed.success) return parsed.data
  throw new AnamnesisError('BAD_INPUT', `"${id}" cannot be an id: use lower-case letters, digits, "-", "_" and ".".`)
}

/** Everything that was imported, by id. Damaged folders are left out. */
export async function storedDatasets(home: string): Promise<DatasetInfo[]> {
  return stored(join(home, 'datasets'), readDatasetInfo)
}

/** Everything that was imported, by id. Damaged folders are left out. */
export async function storedCorpora(home: string): Promise<CorpusInfo[]> {
  return stored(join(home, 'corpora'), readCorpusInfo)
}

async function stored<T>(folder: string, read: (folder: string) => Promise<T>): Promise<T[]> {
  const names = await readdir(folder).catch(() => [])
  const found: T[] = []
  for (const name of names.sort()) {
    if (name.startsWith('.')) continue
    const info = await read(join(folder, name)).catch((error: unknown) => {
      if (error instanceof AnamnesisError) return null
      throw error
    })
    if (info !== null) found.push(info)
  }
  return found
}

export interface StoreOptions extends Omit<WriteOptions, 'source' | 'total'> {
  /** Literature: cut figures of several panels apart. */
  panels?: boolean
  /** Literature: make larger pictures smaller. Pixels. */
  maxSide?: number
  /** Literature: add to the corpus of this id instead of replacing it. */
  add?: boolean
  /** Import even when the same source is already there. */
  again?: boolean
}

/**
 * Writes an opened source below `home`, unless exactly this source was imported before.
 * @returns what is stored now, and whether it was written by this call
 */
export async function storeSource(
  home: string,
  opened: OpenedSource,
  options: StoreOptions = {},
): Promise<{ info: DatasetInfo | CorpusInfo; written: boolean }> {
  const { again, panels, maxSide: _, add, ...rest } = options
  const write: WriteOptions = { ...rest, source: opened.source, total: opened.total }
  const folder = opened.kind === 'task' ? datasetFolder(home, opened.task.id) : corpusFolder(home, opened.head.id)
  const before = again && !add ? null : await readStored(opened.kind, folder)
  if (opened.kind === 'corpus' && (opened.notes || panels || add)) {
    const literature = { ...opened, notes: opened.notes ?? new ImportNotes() }
    return storeLiterature(folder, literature, before as CorpusInfo | null, { ...options, ...write })
  }
  if (before && before.source === opened.source) return { info: before, written: false }
  const info =
    opened.kind === 'task'
      ? await writeDataset(folder, opened.task, opened.samples, write)
      : await writeCorpus(folder, opened.head, opened.records, write)
  return { info, written: true }
}

/** Writes literature, unless what is stored was made from exactly this source with these settings. */
async function storeLiterature(
  folder: string,
  opened: OpenedSource & { kind: 'corpus'; notes: ImportNotes },
  before: CorpusInfo | null,
  options: StoreOptions & WriteOptions,
): Promise<{ info: CorpusInfo; written: boolean }> {
  const { panels = false, maxSide = null, add = false, onProgress } = options
  const source = `${opened.source}${panels ? '/panels' : ''}${maxSide === null ? '' : `/${maxSide}`}`
  const parts = before?.source.split(' + ') ?? []
  const same = add ? parts.includes(source) : before?.source === source
  if (before && same && !options.again) return { info: before, written: false }
  const base = add && before ? { folder, source: before.source } : null
  const head = base && before ? before : opened.head
  const info = await writeLiterature(folder, head, opened.records, opened.notes, {
    panels,
    maxSide,
    base,
    source,
    onProgress,
  })
  return { info, written: true }
}

/** What is stored in a folder, or null when nothing usable is. */
async function readStored(kind: OpenedSource['kind'], folder: string): Promise<DatasetInfo | CorpusInfo | null> {
  return (kind === 'task' ? readDatasetInfo(folder) : readCorpusInfo(folder)).catch((error: unknown) => {
    if (error instanceof AnamnesisError) return null
    throw error
  })
}
