import { request } from 'node:http'
import { corpusFolder, writeCorpus } from '@anamnesis/core/importers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { type TestServer, testServer } from '../testing/http.ts'
import { type TestServices, testServices } from '../testing/services.ts'
import { serve } from './server.ts'

let services: TestServices
let api: TestServer
beforeAll(async () => {
  services = await testServices()
  api = await testServer(services)
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

/** A request with headers that fetch would not let through. */
function raw(path: string, headers: Record<string, string>, body?: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: api.server.port, path, method: body === undefined ? 'GET' : 'POST', headers },
      (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
const json = { 'content-type': 'application/json' }
const STATUS = JSON.stringify({ query: '{ status { ready } }' })

describe('who may use the API', () => {
  it('refuses a foreign Host, against DNS rebinding', async () => {
    expect(await raw('/graphql', { ...json, host: 'evil.example' }, STATUS)).toMatchObject({ status: 403 })
    expect(await raw('/graphql', { ...json, host: `localhost:${api.server.port}` }, STATUS)).toMatchObject({
      status: 200,
    })
  })

  it('refuses pages of a foreign origin and lets the dashboard in', async () => {
    const foreign = await raw('/graphql', { ...json, origin: 'https://evil.example' }, STATUS)
    expect(foreign.status).toBe(403)
    expect(JSON.parse(foreign.body).errors[0].extensions.code).toBe('NOT_ALLOWED')
    const response = await fetch(`${api.server.url}/graphql`, {
      method: 'POST',
      headers: { ...json, origin: 'http://localhost:3000' },
      body: STATUS,
    })
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
  })

  it('refuses a socket of a foreign origin', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${api.server.port}/graphql`, 'graphql-transport-ws', {
      origin: 'https://evil.example',
    })
    expect(await new Promise((resolve) => socket.on('error', (error) => resolve(error.message)))).toContain('403')
  })

  it('refuses a socket on a path that is no URL, and goes on serving', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: 'websocket' }
      const sent = request({ host: '127.0.0.1', port: api.server.port, path: '//', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      sent.on('error', reject)
      sent.end()
    })
    expect(status).toBe(404)
    expect((await raw('/health', {})).status).toBe(200)
  })

  it('refuses requests that a browser sends without asking first', async () => {
    const form = await raw('/graphql', { 'content-type': 'text/plain' }, STATUS)
    expect(form.status).toBe(400)
    expect((await raw('/graphql?query=%7Bstatus%7Bready%7D%7D', {})).status).toBe(400)
  })
})

describe('limits', () => {
  it.each([
    ['aliases', `{ ${Array.from({ length: 61 }, (_, i) => `a${i}: status { ready }`).join(' ')} }`, 'TOO_LARGE'],
    ['directives', `{ status { ready ${'@include(if: true) '.repeat(31)} } }`, 'TOO_LARGE'],
    ['tokens', `{ status { ${'ready '.repeat(3100)} } }`, 'BAD_INPUT'],
  ])('on %s', async (_, document, code) => {
    const { errors } = await api.query(document)
    expect(errors?.map((error) => error.extensions.code)).toContain(code)
  })

  it('on the size of a body', async () => {
    const big = await raw(
      '/graphql',
      json,
      JSON.stringify({ query: '{ status { ready } }', pad: 'x'.repeat(1_100_000) }),
    )
    expect(big.status).toBe(413)
    expect(JSON.parse(big.body).errors[0].extensions.code).toBe('TOO_LARGE')
  })

  it('answers what is no JSON, or no query, without a stack', async () => {
    for (const body of ['{', '[]', '{"query": 5}', '{"query": "{ status "}']) {
      const { status, body: text } = await raw('/graphql', json, body)
      expect(status).toBe(400)
      expect(text).not.toContain('node_modules')
      expect(JSON.parse(text).errors[0].extensions.code).toBe('BAD_INPUT')
    }
  })

  it('masks errors that are not meant for clients', async () => {
    const broken = await serve({
      ...services,
      env: { ...services.env, apiPort: 0 },
      catalog: { tasks: () => Promise.reject(new Error('password=secret')) } as never,
    })
    try {
      const response = await fetch(`${broken.url}/graphql`, {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ query: '{ tasks(first: 1) { totalCount } }' }),
      })
      const text = await response.text()
      expect(text).not.toContain('secret')
      const { extensions } = JSON.parse(text).errors[0]
      expect(extensions).toEqual({ code: 'INTERNAL', requestId: response.headers.get('x-request-id') })
    } finally {
      await broken.close()
    }
  })
})

describe('serving', () => {
  it('names a port that is in use', async () => {
    const again = serve({ ...services, env: { ...services.env, apiPort: api.server.port } })
    await expect(again).rejects.toMatchObject({ code: 'PORT_IN_USE', message: expect.stringContaining('API_PORT') })
  })

  it('tells its health', async () => {
    const response = await fetch(`${api.server.url}/health`)
    expect(await response.json()).toMatchObject({ status: 'ok', ready: true })
  })

  it('sends figures as they were imported, and only those', async () => {
    const image = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
      'base64',
    )
    const figure = {
      ...{
        caption: 'a red square',
        modality: 'X-ray',
        anatomy: '',
        licence: 'CC0',
        licenceGroup: 'commercial' as const,
      },
      ...{ article: '', pmid: null, pmcid: null, doi: null, url: null, credit: null },
    }
    await writeCorpus(corpusFolder(services.env.home, 'red'), { id: 'red', title: 'Red', synthetic: true }, [
      { figure: { id: 'square/1', ...figure }, image },
    ])
    services.catalog.changed()
    const url = `${api.server.url}/figures/red/${encodeURIComponent('square/1')}.jpg`
    const response = await fetch(url)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await response.arrayBuffer()).equals(image)).toBe(true)
    const etag = response.headers.get('etag')!
    expect(await raw(new URL(url).pathname, { 'if-none-match': etag })).toEqual({ status: 304, body: '' })
    for (const path of ['red/none.jpg', 'blue/square.jpg', '..%2F..%2Fetc/passwd.jpg', 'red/..%2Fcorpus.json']) {
      expect((await fetch(`${api.server.url}/figures/${path}`)).status).toBe(404)
    }
    const { data } = await api.query('{ corpora { key figures modalities licenceGroups indexed synthetic } }')
    expect(data).toEqual({
      corpora: [
        {
          key: 'red',
          figures: 1,
          modalities: ['X-ray'],
          licenceGroups: ['commercial'],
          indexed: false,
          synthetic: true,
        },
      ],
    })
  })
})
