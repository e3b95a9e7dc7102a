import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Digest over names and contents of files and folders; what is generated or installed does not count. */
export async function sourceDigest(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) await add(hash, path)
  return hash.digest('hex')
}

const IGNORED = new Set(['node_modules', '.next', '.turbo', 'dev', 'coverage', 'next-env.d.ts'])

async function add(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => null)
  if (!entries) {
    hash.update(path).update(await readFile(path))
    return
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (IGNORED.has(entry.name) || entry.name.endsWith('.tsbuildinfo') || /\.test\.tsx?$/.test(entry.name)) continue
    await add(hash, join(path, entry.name))
  }
}
