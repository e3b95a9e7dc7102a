import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'

/** Names a source by the content of its small files and by size and time of its large ones. */
export async function fingerprint(importer: string, small: string[], large: string[]): Promise<string> {
  const hash = createHash('sha256').update(importer)
  for (const path of small) hash.update(await readFile(path))
  for (const path of large) {
    const found = await stat(path)
    hash.update(`/${found.size}/${found.mtimeMs}`)
  }
  return `${importer}/${hash.digest('hex')}`
}
