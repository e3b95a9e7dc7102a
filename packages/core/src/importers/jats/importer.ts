import { createHash } from 'node:crypto'
import type { NewFigureRecord } from '../../contracts/index.ts'
import { AnamnesisError } from '../../contracts/index.ts'
import type { ImporterDefinition } from '../importer.ts'
import { ImportNotes } from '../importNotes.ts'
import { literatureHead } from '../literatureHead.ts'
import { AnyPictures, FolderPictures, HeldPictures, openPictures, type Pictures, TarPictures } from '../pictures.ts'
import { isCompressed } from '../tar.ts'
import { type ArticlePlan, articleFiles, holdsArticles, planArticles } from './files.ts'
import { JatsParser } from './parser.ts'
import { articleRecords } from './records.ts'

/** Pictures of one compressed archive that are held in memory. */
const MAX_HELD_BYTES = 512 * 1024 * 1024

export const jats: ImporterDefinition = {
  id: 'jats',
  title: 'Articles in JATS XML',
  summary:
    'Literature: .xml or .nxml files, in folders or in .tar or .tar.gz, with their pictures beside them (or --images).',
  recognises: async (path) => ((await holdsArticles(path)) ? 0.9 : 0),
  async open(path, options) {
    const plan = await planArticles(path)
    const articles = plan.files + plan.archives.reduce((sum, archive) => sum + archive.articles, 0)
    if (articles === 0) {
      throw new AnamnesisError(
        'MISSING_DATA',
        `There is no .xml or .nxml file in "${path}", nor an archive of such files.`,
      )
    }
    const notes = new ImportNotes(options.maxBroken)
    const settings = { images: options.images ?? null, captionsOnly: options.captionsOnly ?? false }
    return {
      kind: 'corpus',
      head: literatureHead(path, options),
      records: readArticles(plan, articles, settings, notes),
      notes,
      total: null,
      source: `jats/${createHash('sha256')
        .update(JSON.stringify([plan.state, settings]))
        .digest('hex')}`,
    }
  },
}

async function* readArticles(
  plan: ArticlePlan,
  total: number,
  settings: { images: string | null; captionsOnly: boolean },
  notes: ImportNotes,
): AsyncGenerator<NewFigureRecord> {
  await using shared = await sharedPictures(plan, settings.images)
  let archive: string | null = null
  let own: Pictures | null = null
  let read = 0
  try {
    for await (const file of articleFiles(plan, notes)) {
      if (file.archive !== archive) {
        await own?.[Symbol.asyncDispose]()
        own = await picturesOf(plan, file.archive)
        archive = file.archive
      }
      const pictures = own ? new AnyPictures([own, shared]) : shared
      const source = { place: file.place, near: file.near, pictures, captionsOnly: settings.captionsOnly }
      const parser = new JatsParser(file.place)
      try {
        for await (const piece of file.bytes) {
          for (const article of parser.write(piece)) yield* articleRecords(article, source, notes)
        }
        for (const article of parser.end()) yield* articleRecords(article, source, notes)
      } catch (error) {
        if (!(error instanceof AnamnesisError)) throw error
        notes.problems.add(file.place, error)
      }
      notes.share = ++read / total
    }
  } finally {
    await own?.[Symbol.asyncDispose]()
  }
}

/** Pictures for all articles: those of --images, of the source's folder, and of its archives without articles. */
async function sharedPictures(plan: ArticlePlan, images: string | null): Promise<Pictures> {
  const places: Pictures[] = images ? [await openPictures(images)] : []
  if (plan.files > 0 || plan.archives.every(({ path }) => path !== plan.root))
    places.push(new FolderPictures(plan.root))
  for (const { path, articles, pictures } of plan.archives) {
    if (articles > 0 || pictures === 0) continue
    places.push(isCompressed(path) ? await HeldPictures.read(path, MAX_HELD_BYTES) : await TarPictures.open(path))
  }
  return new AnyPictures(places)
}

/** Pictures that stand in the same archive as the articles. */
async function picturesOf(plan: ArticlePlan, archive: string | null): Promise<Pictures | null> {
  const found = plan.archives.find(({ path }) => path === archive)
  if (!found || found.pictures === 0) return null
  return isCompressed(found.path) ? HeldPictures.read(found.path, MAX_HELD_BYTES) : TarPictures.open(found.path)
}
