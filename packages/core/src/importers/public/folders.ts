import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { AnamnesisError } from '../../contracts/index.ts'

const IMAGE = new Set(['.jpg', '.jpeg', '.png', '.tif', '.tiff'])

const isImageName = (name: string): boolean => !name.startsWith('.') && IMAGE.has(extname(name).toLowerCase())

/** Without folders and extension: "a/b/Cell_01.JPG" -> "Cell_01". */
export const stemOf = (file: string): string => {
  const name = file.slice(file.lastIndexOf('/') + 1)
  return name.slice(0, name.length - extname(name).length)
}

/** The first of `candidates` that is a folder below `root` ("." is the root itself); null when none is. */
export async function findFolder(root: string, candidates: readonly string[]): Promise<string | null> {
  for (const candidate of candidates) {
    const found = await stat(join(root, candidate)).catch(() => null)
    if (found?.isDirectory()) return candidate
  }
  return null
}

/** The first of `candidates` that is a file below `root`; null when none is. */
export async function findFile(root: string, candidates: readonly string[]): Promise<string | null> {
  for (const candidate of candidates) {
    const found = await stat(join(root, candidate)).catch(() => null)
    if (found?.isFile()) return candidate
  }
  return null
}

/** @throws MISSING_DATA naming all places where the file was looked for */
export async function needFile(root: string, candidates: readonly string[], what: string): Promise<string> {
  const found = await findFile(root, candidates)
  if (found !== null) return found
  throw new AnamnesisError(
    'MISSING_DATA',
    `${what} is not in "${root}": expected ${candidates.join(' or ')}. Check the path, or unpack the download completely.`,
  )
}

/** Folder names directly below, sorted; links and hidden folders are passed over. */
export async function subfolders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
}

/**
 * All images below `root/folder` in a stable order, as paths relative to `root` ("/" between the parts).
 * Links are not followed; reads names only.
 */
export async function imagesBelow(root: string, folder: string): Promise<string[]> {
  const found: string[] = []
  const visit = async (relative: string): Promise<void> => {
    const entries = await readdir(join(root, relative), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue
      const path = relative === '.' ? entry.name : `${relative}/${entry.name}`
      if (entry.isDirectory()) await visit(path)
      else if (entry.isFile() && isImageName(entry.name)) found.push(path)
    }
  }
  await visit(folder)
  return found
}
