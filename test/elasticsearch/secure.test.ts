import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ElasticsearchNode, startNode } from './node.ts'
import { buildOrSkip, storeOn } from './place.ts'
import { clusteredRows, ENCODER } from './rows.ts'

const build = await buildOrSkip()
const run = promisify(execFile)
const KEY = 'an-api-key'

/** The libraries have no security module: a gate in front of the node asks for TLS and the key, as a real cluster does. */
describe.skipIf(build === null)('a cluster behind TLS and an API key', () => {
  let folder: string
  let node: ElasticsearchNode
  let gate: Server
  const url = () => `https://localhost:${(gate.address() as AddressInfo).port}`
  const ca = () => join(folder, 'ca.pem')

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'anamnesis-secure-'))
    const keytool = join(dirname(build!.java), 'keytool')
    const store = ['-keystore', join(folder, 'key.p12'), '-storepass', 'changeit', '-alias', 'gate']
    const names = ['-dname', 'CN=localhost', '-ext', 'SAN=dns:localhost']
    await run(keytool, ['-genkeypair', '-keyalg', 'EC', ...names, ...store])
    await run(keytool, ['-exportcert', '-rfc', '-file', ca(), ...store])
    node = await startNode(build!)
    const pfx = await readFile(join(folder, 'key.p12'))
    gate = createServer({ pfx, passphrase: 'changeit' }, (request, response) => {
      if (request.headers.authorization !== `ApiKey ${KEY}`) {
        response.writeHead(401, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' })
        response.end('{"error":"missing authentication credentials"}')
        return
      }
      const { method, headers, url: path } = request
      const passed = httpRequest(`${node.url}${path}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(response)
      })
      request.pipe(passed)
    })
    await new Promise<void>((resolve) => gate.listen(0, 'localhost', resolve))
  })
  afterAll(async () => {
    gate?.close()
    await node?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const open = (more: NodeJS.ProcessEnv) =>
    storeOn(url, { ELASTICSEARCH_PATIENCE: '20', ...more }).open({
      folder: join(folder, 'store'),
      name: 'secure',
      ...ENCODER,
    })

  it('is entered with both, and refuses clearly without the key or the certificate', async () => {
    const rows = clusteredRows(30)
    await using store = await open({ ELASTICSEARCH_CA: ca(), ELASTICSEARCH_API_KEY: KEY })
    await store.upsert(rows)
    expect(await store.nearestImages(rows[3]!.imageVector, 1)).toMatchObject([{ figure: { id: 'fig3' }, score: 1 }])
    await expect(open({ ELASTICSEARCH_CA: ca() })).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
    await expect(open({ ELASTICSEARCH_API_KEY: KEY, ELASTICSEARCH_PATIENCE: '2' })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('certificate'),
    })
  })
})
