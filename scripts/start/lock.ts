import { readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AnamnesisError } from '@anamnesis/core/contracts'

interface Holder {
  pid: number
  /** Tells a process from a later one with the same number; null where the system does not say. */
  started: string | null
  api: string
  web: string
}

/** One product per folder of state, from `acquire` until `release`. */
export interface Lock {
  release(): Promise<void>
}

/**
 * Takes the folder for this process. The mark of a process that is gone does not count.
 * @throws ALREADY_RUNNING naming the process and its addresses
 */
export async function acquireLock(home: string, addresses: { api: string; web: string }): Promise<Lock> {
  await mkdir(home, { recursive: true })
  const path = join(home, 'lock.json')
  const mine: Holder = { pid: process.pid, started: startTime(process.pid), ...addresses }
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await writeFile(path, JSON.stringify(mine), { flag: 'wx', mode: 0o600 })
      return { release: () => rm(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const text = await readFile(path, 'utf8').catch(() => null)
    if (text === null) continue
    const holder = parse(text)
    if (holder && runs(holder)) {
      throw new AnamnesisError(
        'ALREADY_RUNNING',
        `Anamnesis is already running on ${home} (process ${holder.pid}).\n  Dashboard  ${holder.web}\n  API        ${holder.api}/graphql\nUse that one, end it with Ctrl-C in its terminal (or: kill ${holder.pid}), or start a second one with its own folder and ports:\n  ANAMNESIS_HOME=.anamnesis-2 API_PORT=4001 WEB_PORT=3001 npm start`,
      )
    }
    // Moved before it is removed: of two starters that find the same stale mark only one may.
    const stale = `${path}.${process.pid}`
    await rename(path, stale).catch(() => undefined)
    await rm(stale, { force: true })
  }
  throw new AnamnesisError('ALREADY_RUNNING', `Another start on ${home} is under way. Try again in a moment.`)
}

function parse(text: string): Holder | null {
  try {
    const value = JSON.parse(text) as Partial<Holder>
    return Number.isInteger(value.pid) ? (value as Holder) : null
  } catch {
    return null // half-written by a process that was killed
  }
}

function runs(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return holder.started === null || holder.started === startTime(holder.pid)
}

/** When a process began, in the kernel's own ticks; null where /proc does not exist. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Field 22; the name in field 2 may hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
