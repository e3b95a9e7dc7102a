import { constants } from 'node:fs'
import { copyFile, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AnamnesisError, toAnamnesisError } from '../contracts/index.ts'

const LOCK = 'lock'
const SOURCE = 'source'

/**
 * As publishFolder, but what an interrupted or failed `write` left is kept in a hidden folder beside, and the next call
 * for the same source gets it back to go on. A reader never sees that folder; what was at `folder` before stays until the end.
 * @param source names what is imported; another source starts afresh
 * @param base a finished folder whose files the new one begins with, or null
 * @throws ALREADY_RUNNING while another process writes it, DISK_FULL, whatever `write` throws
 */
export async function publishResumably<T>(
  folder: string,
  source: string,
  base: { folder: string; files: readonly string[] } | null,
  write: (partial: string) => Promise<T>,
): Promise<T> {
  const partial = join(dirname(folder), `.${basename(folder)}.unfinished`)
  try {
    await mkdir(partial, { recursive: true })
    await using _lock = await lock(join(partial, LOCK), basename(folder))
    if ((await readFile(join(partial, SOURCE), 'utf8').catch(() => null)) !== source) {
      for (const name of ['records.bin', 'index.bin', 'notices.jsonl', SOURCE])
        await rm(join(partial, name), { force: true })
      for (const name of base?.files ?? []) {
        await copyFile(join(base!.folder, name), join(partial, name), constants.COPYFILE_FICLONE).catch(
          (error: unknown) => {
            if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
          },
        )
      }
      await using file = await open(join(partial, SOURCE), 'w')
      await file.writeFile(source)
      await file.sync()
    }
    const result = await write(partial)
    await rm(join(partial, SOURCE))
    await replace(partial, folder)
    return result
  } catch (error) {
    await removeIfEmpty(partial)
    throw toAnamnesisError(error)
  }
}

/** Nothing was stored: there is nothing to go on from. */
async function removeIfEmpty(partial: string): Promise<void> {
  const isHeld = await stat(join(partial, LOCK)).then(
    () => true,
    () => false,
  )
  const { size } = await stat(join(partial, 'records.bin')).catch(() => ({ size: 0 }))
  if (!isHeld && size === 0) await rm(partial, { recursive: true, force: true })
}

/** Puts `partial` in the place of `folder`. The lock file goes with it and is removed there. */
async function replace(partial: string, folder: string): Promise<void> {
  await rm(join(partial, LOCK), { force: true })
  const old = `${partial}-old`
  await rm(old, { recursive: true, force: true })
  const hadOld = await stat(folder).then(
    () => true,
    () => false,
  )
  if (hadOld) await rename(folder, old)
  try {
    await rename(partial, folder)
  } catch (error) {
    if (hadOld) await rename(old, folder)
    throw error
  }
  await rm(old, { recursive: true, force: true })
}

/** A file with the number of the process that holds it; one of a process that is gone is taken over. */
async function lock(path: string, name: string): Promise<AsyncDisposable> {
  for (let attempt = 0; ; attempt++) {
    try {
      // Not `await using`: esbuild keeps the error of one turn of a loop for the next one.
      await writeFile(path, String(process.pid), { flag: 'wx' })
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = Number(await readFile(path, 'utf8').catch(() => ''))
      if (attempt > 0 || (holder > 0 && isAlive(holder))) {
        throw new AnamnesisError(
          'ALREADY_RUNNING',
          `Corpus "${name}" is being imported by process ${holder}. Wait for its end or stop it, then run the import again.`,
        )
      }
      await rm(path, { force: true })
    }
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
