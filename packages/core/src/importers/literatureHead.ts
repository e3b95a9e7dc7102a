import { basename, resolve } from 'node:path'
import type { CorpusHead } from './corpus.ts'
import type { ImportOptions } from './importer.ts'

/** Id and title of a corpus: as asked for, else made from the name of its file or folder. */
export function literatureHead(path: string, options: ImportOptions): CorpusHead {
  const name = basename(resolve(path)).replace(/\.(tar\.gz|tgz|tar|jsonl|xml|nxml)$/i, '')
  const made = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, '_')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 80)
  return { id: options.id ?? (made || 'literature'), title: options.title ?? (name || 'Literature'), synthetic: false }
}
