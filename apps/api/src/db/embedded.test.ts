import { chmod, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startEmbedded } from './embedded.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

it('keeps its data from one start to the next, behind a password that only its owner can read', async () => {
  {
    await using database = await startEmbedded({ folder, unsafe: true })
    await query(database.url, 'create table kept as select 42 as answer')
    const open = new URL(database.url)
    open.password = 'wrong'
    await expect(query(open.href, 'select 1')).rejects.toThrow('password')
  }
  await using again = await startEmbedded({ folder, unsafe: true })
  expect(await query(again.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  expect((await stat(join(folder, 'password'))).mode & 0o077).toBe(0)
})

it('takes over from a server whose starter was killed', async () => {
  const left = await startEmbedded({ folder, unsafe: true })
  await query(left.url, 'create table kept as select 42 as answer')
  await using database = await startEmbedded({ folder, unsafe: true })
  await left.ended
  expect(await query(database.url, 'select answer from kept')).toEqual([{ answer: 42 }])
})

it('makes the data folder anew when making it was interrupted', async () => {
  await mkdir(join(folder, 'data', 'base'), { recursive: true })
  await using database = await startEmbedded({ folder, unsafe: true })
  expect(await query(database.url, 'select 1 as one')).toEqual([{ one: 1 }])
})

it.skipIf(process.getuid?.() !== 0)(
  'serves root also where its own account cannot go, and says where the data is',
  async () => {
    const closed = join(folder, 'private')
    await mkdir(closed)
    await chmod(closed, 0o700)
    await using database = await startEmbedded({ folder: join(closed, 'postgres'), unsafe: true })
    try {
      expect(await query(database.url, 'select 1 as one')).toEqual([{ one: 1 }])
      expect(await readFile(join(closed, 'postgres', 'LOCATION'), 'utf8')).toContain(database.folder)
    } finally {
      await database.stop()
      await rm(database.folder, { recursive: true, force: true })
    }
  },
)
