import { mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

const VARIABLES = ['TMPDIR', 'TMP', 'TEMP'] as const
/** How Lance names its folders. */
const LEFT_BEHIND = '.tmp'

let last: Promise<unknown> = Promise.resolve()

/**
 * Runs work that builds indexes. Lance sorts vectors in temporary files (200 MB for 100,000 whole vectors) and leaves
 * them there: here they lie in the index folder, on a disk that has room, and are removed. One piece of work at a time in
 * a process, because the place of temporary files belongs to the process.
 */
export function withScratch<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const mine = last.then(() => inScratch(join(folder, 'scratch'), work))
  last = mine.catch(() => {})
  return mine
}

async function inScratch<T>(scratch: string, work: () => Promise<T>): Promise<T> {
  await mkdir(scratch, { recursive: true })
  const before = VARIABLES.map((name) => process.env[name])
  for (const name of VARIABLES) process.env[name] = scratch
  try {
    return await work()
  } finally {
    for (const [i, name] of VARIABLES.entries()) {
      if (before[i] === undefined) delete process.env[name]
      else process.env[name] = before[i]
    }
    for (const name of await readdir(scratch)) {
      if (name.startsWith(LEFT_BEHIND)) await rm(join(scratch, name), { recursive: true, force: true })
    }
    await rmdir(scratch).catch(() => {}) // something of somebody else is in it
  }
}
