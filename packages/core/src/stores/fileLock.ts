import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { AnamnesisError } from '../contracts/index.ts'

/** The holder touches the lock this often, in milliseconds. */
const TOUCH = 2_000
/** A lock that was not touched for so long is left over from a process that is gone. */
const LEFT_OVER = 60_000
const LOOK_AGAIN = 100

/**
 * Runs `work` while no other process (or caller in this one) holds the lock file `path`; waits for it as long as its
 * holder lives. A lock whose process was killed is taken over.
 * @throws STOPPED when the signal is aborted while waiting
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const mine = JSON.stringify({ host: hostname(), pid: process.pid, token: randomUUID() })
  while (!(await create(path, mine))) {
    if (signal?.aborted) throw new AnamnesisError('STOPPED', 'Stopped while another process was writing the index.')
    const held = await readFile(path, 'utf8').catch(() => null)
    if (held !== null && (await isLeftOver(path, held))) await clear(path, held)
    else await sleep(LOOK_AGAIN)
  }
  const touching = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => {})
  }, TOUCH)
  touching.unref()
  try {
    return await work()
  } finally {
    clearInterval(touching)
    if ((await readFile(path, 'utf8').catch(() => null)) === mine) await rm(path, { force: true })
  }
}

/** Creates the lock with its content in one step: a reader never finds it empty. */
async function create(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, content)
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function isLeftOver(path: string, content: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  if (found === null) return false
  if (Date.now() - found.mtimeMs > LEFT_OVER) return true
  const { host, pid } = JSON.parse(content) as { host: string; pid: number }
  if (host !== hostname()) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** Removes the lock that was judged, and no newer one that took its place meanwhile. */
async function clear(path: string, judged: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  await rename(path, aside).catch(() => {})
  const moved = await readFile(aside, 'utf8').catch(() => null)
  if (moved !== null && moved !== judged) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}
