import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { toAnamnesisError } from '../contracts/index.ts'

/**
 * Makes `folder` in one move: `write` fills a hidden folder beside it, which takes the place of `folder` only when complete.
 * On an error nothing of it stays and what was there before is untouched.
 * @throws DISK_FULL and whatever `write` throws, as AnamnesisError
 */
export async function publishFolder<T>(folder: string, write: (partial: string) => Promise<T>): Promise<T> {
  const parent = dirname(folder)
  const partial = join(parent, `.${basename(folder)}.partial-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    await mkdir(parent, { recursive: true })
    await removeLeftovers(parent, basename(folder))
    await mkdir(partial)
    const result = await write(partial)
    await replaceFolder(partial, folder)
    return result
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw toAnamnesisError(error)
  }
}

async function replaceFolder(partial: string, folder: string): Promise<void> {
  const old = `${partial}-old`
  const hadOld = await rename(folder, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
  try {
    await rename(partial, folder)
  } catch (error) {
    if (hadOld) await rename(old, folder).catch(() => {})
    throw error
  }
  if (hadOld) await rm(old, { recursive: true, force: true })
}

/** Removes hidden folders of imports whose process is gone. */
async function removeLeftovers(parent: string, name: string): Promise<void> {
  const prefix = `.${name}.partial-`
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(prefix)) continue
    const pid = Number.parseInt(entry.slice(prefix.length), 10)
    if (pid !== process.pid && !isAlive(pid)) await rm(join(parent, entry), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
