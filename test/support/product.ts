import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

export const root = resolve(import.meta.dirname, '..', '..')

declare module 'vitest' {
  export interface ProvidedContext {
    apiUrl: string
    webUrl: string
    home: string
    startSeconds: number
  }
}

export interface Started {
  child: ChildProcess
  output: () => string
  exited: Promise<number>
}

/** Starts `npm start` the way a user does, with its own folder and ports, in `checkout`. */
export function startProduct(env: Record<string, string>, checkout = root): Started {
  const child = spawn(process.execPath, [join(checkout, 'scripts', 'run.mjs'), 'start'], {
    cwd: checkout,
    env: { ...process.env, NODE_ENV: '', VITEST: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return { child, output: () => output, exited: new Promise((done) => child.on('exit', (code) => done(code ?? 1))) }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

/** Polls until `probe` gives a value. @throws with the last error when `seconds` have passed */
export async function until<T>(what: string, seconds: number, probe: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + seconds * 1000
  let last: unknown
  while (Date.now() < end) {
    try {
      const value = await probe()
      if (value !== null) return value
    } catch (error) {
      last = error
    }
    await new Promise((done) => setTimeout(done, 250))
  }
  throw new Error(`${what} did not happen in ${seconds} s`, { cause: last })
}

interface StatusAnswer {
  data: { status: { ready: boolean; setup: { title: string; state: string; message: string | null }[] } }
}

/** vitest's global set-up: one product for all end-to-end tests, without the demo comparison. */
export default async function setup(project: TestProject) {
  const home = await mkdtemp(join(tmpdir(), 'anamnesis-e2e-'))
  const [apiPort, webPort] = [await freePort(), await freePort()]
  const apiUrl = `http://localhost:${apiPort}`
  const webUrl = `http://localhost:${webPort}`
  const started = Date.now()
  const product = startProduct({
    ANAMNESIS_HOME: home,
    API_PORT: String(apiPort),
    WEB_PORT: String(webPort),
    ANAMNESIS_DEMO_RUNS: 'off',
  })
  const stop = async () => {
    product.child.kill('SIGTERM')
    await product.exited
    if (!process.env.ANAMNESIS_KEEP) await rm(home, { recursive: true, force: true })
  }
  try {
    const ended = product.exited.then((code) => Promise.reject(new Error(`npm start ended with code ${code}`)))
    const ready = until('the product being ready', 600, async () => {
      const response = await fetch(`${apiUrl}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ status { ready setup { title state message } } }' }),
      })
      const { status } = ((await response.json()) as StatusAnswer).data
      const broken = status.setup.find((step) => step.state === 'failed')
      if (broken) throw new Error(`set-up step "${broken.title}" failed: ${broken.message}`)
      if (!status.ready) return null
      return (await fetch(webUrl)).ok ? true : null
    })
    await Promise.race([ready, ended])
  } catch (error) {
    const output = product.output()
    await stop()
    throw new Error(`npm start did not become ready. Its output:\n${output.slice(-4000)}`, { cause: error })
  }
  project.provide('apiUrl', apiUrl)
  project.provide('webUrl', webUrl)
  project.provide('home', home)
  project.provide('startSeconds', Math.round((Date.now() - started) / 1000))
  return stop
}

/** The whole text of a file of the project. */
export const projectFile = (path: string) => readFile(join(root, path), 'utf8')
