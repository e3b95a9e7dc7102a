import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Engine } from './engine.ts'
import type { SearchRequest } from './protocol.ts'

const log = pino({ level: 'silent' })
const request = {
  question: 'x',
  home: '/nowhere',
  corpusId: 'c',
  modelId: 'm',
  store: 'lancedb',
  k: 1,
  perCaption: 1,
  filter: {},
  backend: 'cpu',
} satisfies SearchRequest
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('tells the coded errors of its process', async () => {
  await using engine = new Engine(log)
  await expect(engine.search(request)).rejects.toMatchObject({ code: 'MISSING_DATA' })
})

it('survives a crash of its process: the search fails, the next one starts a new process', async () => {
  const entry = join(folder, 'crashing.mjs')
  await writeFile(
    entry,
    `process.on('message', ({ id, request }) => request.question === 'die' ? process.exit(3) : process.send({ id, result: { pid: process.pid } }))`,
  )
  await using engine = new Engine(log, entry)
  await engine.search(request)
  const first = engine.pid
  await expect(engine.search({ ...request, question: 'die' })).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringContaining('Try again'),
  })
  await engine.search(request)
  expect(engine.pid).not.toBe(first)
})
