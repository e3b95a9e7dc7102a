import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const COMMIT = 'c0ffee'.repeat(6).padEnd(40, '0')
/** Files from this size on are large ones: stored elsewhere, known by SHA-256. Bytes. */
const LARGE = 50_000

/** What a mock hub does wrong. */
export interface Trouble {
  /** Cuts the connection after so many bytes of a large file, this many times. */
  cut?: { after: number; times: number }
  /** Serves all of a file whatever range is asked for. */
  ignoresRanges?: boolean
  /** States another digest for this file. */
  wrongDigest?: string
  /** Sends other bytes than stated for this file, of the same number. */
  otherBytes?: string
  /** Answers everything with this status. */
  status?: number
  /** Wants this token. */
  token?: string
}

/** A MOCK of a model hub: the three endpoints that a download uses, from a folder of files. No real hub is involved. */
export class MockHub implements AsyncDisposable {
  readonly commit = COMMIT
  readonly requests: { path: string; range: string | null; authorization: string | null; host: string }[] = []
  private cuts = 0

  private constructor(
    private readonly server: Server,
    private readonly files: ReadonlyMap<string, Buffer>,
    private readonly trouble: Trouble,
  ) {}

  static async start(folder: string, trouble: Trouble = {}): Promise<MockHub> {
    const files = new Map<string, Buffer>()
    for (const name of await readdir(folder)) files.set(name, await readFile(join(folder, name)))
    files.set('README.md', Buffer.from('not needed'))
    const server = createServer()
    const hub = new MockHub(server, files, trouble)
    server.on('request', (request, response) => hub.answer(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return hub
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url!, this.endpoint)
    const { range = null, authorization = null, host = '' } = request.headers
    this.requests.push({ path: pathname, range, authorization, host })
    const stored = pathname.startsWith('/storage/')
    const api = /^\/api\/models\/org\/name\/revision\/(.+)$/.exec(pathname)
    const name = /^\/(?:org\/name\/resolve\/[0-9a-z]+|storage)\/(.+)$/.exec(pathname)?.[1] ?? ''
    const bytes = this.files.get(decodeURIComponent(name))
    const { status, token } = this.trouble
    if (status) end(response, status)
    else if (token && !stored && authorization !== `Bearer ${token}`) end(response, 401)
    else if (api && ['main', COMMIT].includes(api[1]!)) this.list(response)
    else if (!bytes) end(response, 404)
    else if (!stored && bytes.length >= LARGE) {
      // Large files lie on another host, to which the token must not go.
      response.writeHead(302, { Location: `http://localhost:${this.port}/storage/${name}` }).end()
    } else this.send(response, decodeURIComponent(name), bytes, range)
  }

  private list(response: ServerResponse): void {
    const siblings = [...this.files].map(([rfilename, bytes]) => {
      const digest = (kind: string, head: string) => {
        const wrong = this.trouble.wrongDigest === rfilename ? 'wrong' : ''
        return createHash(kind).update(head).update(wrong).update(bytes).digest('hex')
      }
      const blobId = digest('sha1', `blob ${bytes.length}\0`)
      const base = { rfilename, size: bytes.length, blobId }
      return bytes.length < LARGE
        ? base
        : { ...base, lfs: { sha256: digest('sha256', ''), size: bytes.length, pointerSize: 130 } }
    })
    response
      .setHeader('Content-Type', 'application/json')
      .end(JSON.stringify({ id: 'org/name', sha: COMMIT, siblings }))
  }

  private send(response: ServerResponse, name: string, bytes: Buffer, range: string | null): void {
    const asked = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    const from = this.trouble.ignoresRanges ? 0 : asked
    const body = Buffer.from(bytes.subarray(from))
    if (this.trouble.otherBytes === name) body[body.length - 1]! ^= 0xff
    response.writeHead(from > 0 ? 206 : 200, {
      'Content-Length': body.length,
      ...(from > 0 ? { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    })
    const { cut } = this.trouble
    if (cut && bytes.length >= LARGE && this.cuts < cut.times) {
      this.cuts++
      response.write(body.subarray(0, cut.after), () => setTimeout(() => response.destroy(), 50))
    } else response.end(body)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end('{}')
}
