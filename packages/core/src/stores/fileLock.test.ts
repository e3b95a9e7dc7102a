import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withFileLock } from './fileLock.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anamnesis-lock-'))
  path = join(folder, 'lock')
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

it('lets one caller work at a time and leaves nothing behind', async () => {
  let inside = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++inside)
    await sleep(5)
    inside--
  }
  await Promise.all(Array.from({ length: 5 }, () => withFileLock(path, work)))
  expect(most).toBe(1)
  await expect(withFileLock(path, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await readdir(folder)).toEqual([])
})

it('takes over the lock of a process that is gone, and one that nobody touches', async () => {
  await writeFile(path, JSON.stringify({ host: hostname(), pid: 2 ** 30, token: 'gone' }))
  expect(await withFileLock(path, async () => 1)).toBe(1)
  await writeFile(path, JSON.stringify({ host: 'elsewhere', pid: 1, token: 'silent' }))
  const old = new Date(Date.now() - 600_000)
  await utimes(path, old, old)
  expect(await Promise.all([1, 2, 3].map((i) => withFileLock(path, async () => i)))).toEqual([1, 2, 3])
  expect(await readdir(folder)).toEqual([])
})

it('can be stopped while it waits', async () => {
  await writeFile(path, JSON.stringify({ host: hostname(), pid: process.pid, token: 'alive' }))
  const stop = new AbortController()
  const waiting = withFileLock(path, async () => 1, stop.signal)
  stop.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'STOPPED' })
})
