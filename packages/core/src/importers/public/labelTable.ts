import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AnamnesisError, type Split, type TaskClass } from '../../contracts/index.ts'
import { classIndexOf, type Listed } from './definition.ts'
import { findFile, findFolder, imagesBelow, needFile, stemOf } from './folders.ts'
import { readTable, type TableRow } from './table.ts'

export type Row = Readonly<Record<string, string>>

interface TableFile {
  /** Places of the file below the data set's folder; the first that is there counts. */
  places: readonly string[]
  split?: Split
  optional?: boolean
}

export interface LabelTable {
  classes: readonly TaskClass[]
  /** The tables, or how to find them below the data set's folder. */
  tables: readonly TableFile[] | ((root: string) => Promise<readonly TableFile[]>)
  /** Columns that have to be there. */
  columns: readonly string[]
  /** Folders of the images, searched to any depth; those that are not there are passed over. */
  imageFolders: readonly string[]
  /** What a row calls its image; compared with `fileKey` of the images. @param table place of the row's table */
  imageKey(row: Row, table: string): string
  /** By default the file name without its extension. @param file relative to the data set's folder */
  fileKey?(file: string): string
  /**
   * Class ids of a row: none leaves the image out, several are settled by `many`; null is a label that nobody knows.
   */
  labels(row: Row): readonly string[] | null
  /** Which class an image with several counts as: the one with the fewest images, or none at all (the image is left out). */
  many?: 'rarest' | 'leave-out'
  group?(row: Row, table: string): string | null
  /** Lists of file names that make the published split. */
  splitLists?: readonly { places: readonly string[]; split: Split }[]
  /** The published split by a column. */
  split?(row: Row): Split | null
}

/** Labels of a column by value; a value that is not listed is refused. */
export function oneOf(
  column: string,
  values: Readonly<Record<string, string>>,
): (row: Row) => readonly string[] | null {
  return (row) => {
    const found = values[row[column] ?? '']
    return found === undefined ? null : [found]
  }
}

/** Labels of columns that hold 1 (or 1.0, true) where the class applies. */
export function oneHot(columns: Readonly<Record<string, string>>): (row: Row) => readonly string[] | null {
  return (row) => {
    const found: string[] = []
    for (const [column, classId] of Object.entries(columns)) {
      const value = (row[column] ?? '').toLowerCase()
      if (['1', '1.0', 'true'].includes(value)) found.push(classId)
      else if (!['0', '0.0', 'false', ''].includes(value)) return null
    }
    return found
  }
}

interface Candidate {
  file: string
  labels: readonly number[]
  group: string | null
  split: Split | null
}

/**
 * Reads a data set that is a table (or several) with an image id and labels, and images in folders.
 * @throws MISSING_DATA, WRONG_LABEL, BAD_INPUT naming the table and the line
 */
export function labelTable(layout: LabelTable): (root: string) => Promise<Listed[]> {
  const classIndex = classIndexOf(layout.classes)
  return async (root) => {
    const files = await indexImages(root, layout)
    const splitOf = await readSplitLists(root, layout)
    const candidates: Candidate[] = []
    const seen = new Map<string, string>()
    const missing = { count: 0, first: '' }
    const tables = typeof layout.tables === 'function' ? await layout.tables(root) : layout.tables
    for (const { places, split, optional } of tables) {
      if (optional && (await findFile(root, places)) === null) continue
      const table = await needFile(root, places, 'The label table')
      for await (const row of readTable(join(root, table), table, layout.columns)) {
        const key = layout.imageKey(row.values, table)
        const labels = labelsOf(layout, classIndex, row)
        const before = seen.get(key)
        if (before)
          throw new AnamnesisError('BAD_INPUT', `${row.at} names the image "${key}" again (first: ${before}).`)
        seen.set(key, row.at)
        if (labels.length === 0) continue
        const file = files.get(key)
        if (file === undefined) {
          if (missing.count++ === 0) missing.first = `"${key}" (${row.at})`
          continue
        }
        candidates.push({
          file,
          labels,
          group: layout.group?.(row.values, table) ?? null,
          split: split ?? layout.split?.(row.values) ?? splitOf(key),
        })
      }
    }
    if (missing.count > 0) {
      throw new AnamnesisError(
        'MISSING_DATA',
        `${missing.count} images of the label table are not in "${root}" (${layout.imageFolders.join(', ')}), the first is ${missing.first}. ` +
          'Unpack the download completely.',
      )
    }
    return settle(candidates, layout)
  }
}

function labelsOf(layout: LabelTable, classIndex: Map<string, number>, { values, at }: TableRow): number[] {
  const ids = layout.labels(values)
  if (ids === null) {
    const shown = layout.columns.map((column) => `${column} = "${values[column]}"`).join(', ')
    throw new AnamnesisError('WRONG_LABEL', `${at} has a label that is not known: ${shown.slice(0, 500)}.`)
  }
  return ids.map((id) => classIndex.get(id)!)
}

/** One label an image, by the layout's rule for several. */
function settle(candidates: readonly Candidate[], layout: LabelTable): Listed[] {
  const counts = layout.classes.map(() => 0)
  for (const { labels } of candidates) for (const label of labels) counts[label]!++
  const listed: Listed[] = []
  for (const { file, labels, group, split } of candidates) {
    if (labels.length > 1 && layout.many !== 'rarest') continue
    const label = [...labels].sort((a, b) => counts[a]! - counts[b]! || a - b)[0]!
    listed.push({ file, label, group, split })
  }
  return listed
}

async function indexImages(root: string, layout: LabelTable): Promise<Map<string, string>> {
  const keyOf = layout.fileKey ?? stemOf
  const files = new Map<string, string>()
  let found = 0
  for (const folder of layout.imageFolders) {
    if ((await findFolder(root, [folder])) === null) continue
    found++
    for (const file of await imagesBelow(root, folder)) {
      const key = keyOf(file)
      const before = files.get(key)
      if (before !== undefined && before !== file) {
        throw new AnamnesisError(
          'BAD_INPUT',
          `"${root}" holds the image "${key}" twice: ${before} and ${file}. Remove one.`,
        )
      }
      files.set(key, file)
    }
  }
  if (found === 0) {
    throw new AnamnesisError(
      'MISSING_DATA',
      `"${root}" holds no image folder: expected ${layout.imageFolders.join(' or ')}. Check the path, or unpack the download completely.`,
    )
  }
  return files
}

async function readSplitLists(root: string, layout: LabelTable): Promise<(key: string) => Split | null> {
  if (!layout.splitLists) return () => null
  const splits = new Map<string, Split>()
  for (const { places, split } of layout.splitLists) {
    const list = await needFile(root, places, `The list of ${split} images`)
    for (const line of (await readFile(join(root, list), 'utf8')).split(/\r?\n/)) {
      if (line.trim() === '') continue
      const key = stemOf(line.trim())
      if (splits.has(key) && splits.get(key) !== split) {
        throw new AnamnesisError('BAD_INPUT', `${list} names "${key}", which another split list names too.`)
      }
      splits.set(key, split)
    }
  }
  return (key) => splits.get(key) ?? null
}
