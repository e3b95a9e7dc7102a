import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { stores, type VectorStore } from '../stores/index.ts'

/** Bytes of the index folder, files that vanish meanwhile left out; null for an index on a server. */
export async function indexBytes(store: VectorStore): Promise<number | null> {
  if (stores.find(({ id }) => id === store.kind)?.server) return null
  const entries = await readdir(store.folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  let bytes = 0
  for (const file of files) bytes += (await stat(join(file.parentPath, file.name)).catch(() => null))?.size ?? 0
  return bytes
}
