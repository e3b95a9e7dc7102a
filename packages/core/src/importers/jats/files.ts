import { createReadStream, type Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AnamnesisError } from '../../contracts/index.ts'
import type { ImportNotes } from '../importNotes.ts'
import { folderOf, isPicture } from '../pictures.ts'
import { listTar, readTar } from '../tar.ts'

/** One XML file, its bytes not yet read. */
export interface ArticleFile {
  place: string
  /** Folder in the source, "" for the root. */
  near: string
  /** Path of the archive that it is in, null where it is a file. */
  archive: string | null
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** What a source holds, by names alone. */
export interface ArticlePlan {
  /** Folder of the source. */
  root: string
  files: number
  archives: { path: string; articles: number; pictures: number }[]
  /** Sizes and times of everything, so that a change shows. */
  state: string[]
}

const ARTICLE = /\.n?xml$/i
const ARCHIVE = /\.(tar|tgz|tar\.gz)$/i

/** Lists what there is. @throws MISSING_DATA, CORRUPT_ARCHIVE */
export async function planArticles(path: string): Promise<ArticlePlan> {
  const found = await stat(path).catch((error: unknown) => {
    throw new AnamnesisError('MISSING_DATA', `The articles are not there: "${path}". Check the path.`, { cause: error })
  })
  const plan: ArticlePlan = { root: path, files: 0, archives: [], state: [] }
  const note = async (file: string, name: string) => {
    const { size, mtimeMs } = await stat(file)
    plan.state.push(`${name}/${size}/${mtimeMs}`)
    if (ARCHIVE.test(name)) plan.archives.push({ path: file, ...(await countMembers(file)) })
    else if (ARTICLE.test(name)) plan.files++
  }
  if (!found.isDirectory()) {
    await note(path, basename(path))
    return plan
  }
  for await (const { entry, name } of walk(path, '')) {
    if (entry.isFile() && (ARTICLE.test(name) || ARCHIVE.test(name) || isPicture(name)))
      await note(join(path, name), name)
  }
  return plan
}

/** Members of an archive, and archives, that are looked at to tell whether they hold articles. */
const PEEKED = { members: 200, archives: 3 }

/** True when there is an article among the files or at the beginning of the first archives; nothing is read to its end. */
export async function holdsArticles(path: string): Promise<boolean> {
  if (ARTICLE.test(path)) return true
  if (ARCHIVE.test(path)) return peek(path)
  if (!(await stat(path)).isDirectory()) return false
  const archives: string[] = []
  for await (const { entry, name } of walk(path, '')) {
    if (entry.isFile() && ARTICLE.test(name)) return true
    if (entry.isFile() && ARCHIVE.test(name) && archives.length < PEEKED.archives) archives.push(join(path, name))
  }
  for (const archive of archives) if (await peek(archive)) return true
  return false
}

async function peek(archive: string): Promise<boolean> {
  let seen = 0
  for await (const { name } of listTar(archive)) {
    if (ARTICLE.test(name)) return true
    if (++seen >= PEEKED.members) break
  }
  return false
}

async function countMembers(path: string): Promise<{ articles: number; pictures: number }> {
  const counts = { articles: 0, pictures: 0 }
  for await (const { name } of listTar(path)) {
    if (ARTICLE.test(name)) counts.articles++
    else if (isPicture(name)) counts.pictures++
  }
  return counts
}

/** All XML files in a fixed order: those of folders, sorted, then archive by archive. */
export async function* articleFiles(plan: ArticlePlan, notes: ImportNotes): AsyncGenerator<ArticleFile> {
  const { root } = plan
  if (plan.files > 0) {
    if (ARTICLE.test(root)) yield { place: basename(root), near: '', archive: null, bytes: createReadStream(root) }
    else {
      for await (const { entry, name } of walk(root, '')) {
        if (entry.isSymbolicLink() && ARTICLE.test(name)) {
          notes.problems.add(name, new AnamnesisError('BAD_INPUT', 'It is a link; only plain files are read.'))
        } else if (entry.isFile() && ARTICLE.test(name)) {
          yield { place: name, near: folderOf(name), archive: null, bytes: createReadStream(join(root, name)) }
        }
      }
    }
  }
  for (const { path, articles } of plan.archives) {
    if (articles === 0) continue
    for await (const { name, data } of readTar(path)) {
      if (!ARTICLE.test(name)) continue
      yield { place: `${basename(path)}/${name}`, near: folderOf(name), archive: path, bytes: [data] }
    }
  }
}

/** Everything below a folder, sorted by name; links are given and not followed. */
async function* walk(root: string, below: string): AsyncGenerator<{ entry: Dirent; name: string }> {
  const entries = await readdir(join(root, below), { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) yield* walk(root, name)
    else yield { entry, name }
  }
}
