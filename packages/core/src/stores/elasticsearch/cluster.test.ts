import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { elasticsearchStoreWith } from './index.ts'
import { elasticsearchSettings } from './settings.ts'

let folder: string
const servers: Server[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anamnesis-elastic-'))
})
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  await rm(folder, { recursive: true, force: true })
})

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader('x-elastic-product', 'Elasticsearch')
    response.setHeader('content-type', 'application/json')
    answer(request, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const open = (url: string, more: NodeJS.ProcessEnv = {}) =>
  elasticsearchStoreWith(() => elasticsearchSettings({ ELASTICSEARCH_URL: url, ...more })!).open({
    folder,
    encoderId: 'fake@000000000000',
    dim: 4,
  })

it('waits for a cluster that is away as long as it may, then says where it looked', async () => {
  const url = await serve(() => undefined)
  servers[0]!.close()
  const opened = open(url.replace('//', '//user:secret@'), { ELASTICSEARCH_PATIENCE: '1' })
  await expect(opened).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining(url) })
  await expect(opened).rejects.not.toMatchObject({ message: expect.stringContaining('secret') })
})

it('tries again when the cluster is too busy', async () => {
  let asked = 0
  const url = await serve((_, response) => {
    response.statusCode = ++asked < 4 ? 429 : 200
    response.end('{}')
  })
  await using store = await open(url)
  expect(asked).toBe(4)
  expect(await store.count()).toBe(0)
})

it('asks another node when one takes a question and never answers', async () => {
  let hanging = 0
  const silent = await serve(() => {
    hanging++
  })
  const well = await serve((_, response) => response.end('{}'))
  await using store = await open(`${silent},${well}`, { ELASTICSEARCH_PATIENCE: '4' })
  expect(hanging).toBeLessThanOrEqual(1) // which node is asked first is left to chance
  expect(await store.count()).toBe(0)
})

it('says what is missing when the cluster refuses to let it in', async () => {
  const url = await serve((_, response) => {
    response.statusCode = 403
    response.end('{"error":"no"}')
  })
  await expect(open(url)).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    message: expect.stringContaining('ELASTICSEARCH_API_KEY'),
  })
})

it('names a certificate file that cannot be read', async () => {
  await expect(open('https://127.0.0.1:1', { ELASTICSEARCH_CA: join(folder, 'none.pem') })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    field: 'ELASTICSEARCH_CA',
  })
})
