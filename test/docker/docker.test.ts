import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { root } from '../support/product.ts'

// No machine with containers runs these tests: what can be checked of the files without one is checked here.

const folder = join(root, 'docker')
const files = readdirSync(folder)
const dockerfiles = files.filter((name) => name.endsWith('.Dockerfile'))

interface Instruction {
  word: string
  rest: string
}

/** Instructions of a Dockerfile with continued lines joined; comments are left out. */
function instructions(name: string): Instruction[] {
  const text = readFileSync(join(folder, name), 'utf8').replace(/\\\n\s*/g, ' ')
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [null, line, '']
      return { word: word!, rest: rest! }
    })
}

const KNOWN = ['FROM', 'ENV', 'WORKDIR', 'RUN', 'COPY', 'USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'STOPSIGNAL', 'CMD']
/** Paths that a build makes and the sources do not hold. */
const MADE = /node_modules|generated|^\/(data|opt|var|etc)\//

/** The image as far as the sources decide: which files of the project are under /app. */
class Image {
  workdir = '/'
  private readonly copied = new Map<string, string>()

  copy(sources: readonly string[], target: string): void {
    const to = posix.resolve(this.workdir, target)
    for (const source of sources) {
      const intoFolder = target.endsWith('/') || target === '.' || sources.length > 1
      const isFolder = statSync(join(root, source)).isDirectory()
      this.copied.set(isFolder || !intoFolder ? to : posix.join(to, posix.basename(source)), source)
    }
  }

  /** Whether a path of the image comes from the sources. */
  holds(path: string): boolean {
    const full = posix.resolve(this.workdir, path)
    for (const [to, source] of this.copied) {
      if (full === to) return true
      if (full.startsWith(`${to}/`) && existsSync(join(root, source, full.slice(to.length + 1)))) return true
    }
    return false
  }
}

/** Scripts and folders that a command names. */
const named = (command: string): string[] => [
  ...[...command.matchAll(/(?:^|[\s"',])((?:apps|packages|scripts|prisma|docker)\/[\w./-]+)/g)].map(
    (match) => match[1]!,
  ),
  ...[...command.matchAll(/\bcd ([\w./-]+)/g)].map((match) => match[1]!),
]

describe.each(dockerfiles)('%s', (name) => {
  const all = instructions(name)

  it('says only what a Dockerfile can, and starts from an image of the supported Node', () => {
    expect(all.map(({ word }) => word).filter((word) => !KNOWN.includes(word))).toEqual([])
    for (const { rest } of all.filter(({ word }) => word === 'FROM')) expect(rest).toMatch(/^node:24-/)
    expect(all.at(-1)!.word).toBe('CMD')
  })

  it('copies and runs only what is there', () => {
    let image = new Image()
    for (const { word, rest } of all) {
      if (word === 'FROM') image = new Image()
      if (word === 'WORKDIR') image.workdir = posix.resolve(image.workdir, rest)
      if (word === 'COPY') {
        const parts = rest.split(/\s+/).filter((part) => !part.startsWith('--'))
        const target = parts.pop()!
        if (rest.includes('--from=')) {
          image.copy(['.'], '/app')
          continue
        }
        for (const source of parts) expect(existsSync(join(root, source)), `${name}: COPY ${source}`).toBe(true)
        image.copy(parts, target)
      }
      if (word === 'RUN' || word === 'CMD') {
        for (const path of named(rest)) expect(image.holds(path), `${name}: ${word} names ${path}`).toBe(true)
        for (const [, workspace] of rest.matchAll(/--workspace (@[\w/-]+)/g)) {
          expect(workspaces(), `${name}: ${workspace}`).toContain(workspace)
        }
      }
      if (word === 'ENV') {
        for (const [, path] of rest.matchAll(/=(\/[\w./-]+)/g)) {
          if (path !== '/data' && !MADE.test(path!)) expect(image.holds(path!), `${name}: ENV ${path}`).toBe(true)
        }
      }
    }
  })

  it('copies the package.json of every workspace before it installs', () => {
    const before = all.slice(
      0,
      all.findIndex(({ word, rest }) => word === 'RUN' && rest.includes('npm ci')),
    )
    const copied = before.filter(({ word }) => word === 'COPY').flatMap(({ rest }) => rest.split(/\s+/))
    for (const workspace of workspaceFolders()) expect(copied).toContain(`${workspace}/package.json`)
  })

  it('leaves out what a build must not see', () => {
    const ignored = readFileSync(join(folder, `${name}.dockerignore`), 'utf8').split('\n')
    for (const path of ['.git', '**/node_modules', '.anamnesis']) expect(ignored).toContain(path)
  })
})

function workspaceFolders(): string[] {
  const { workspaces: globs } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] }
  return globs.flatMap((glob) => {
    if (!glob.endsWith('/*')) return [glob]
    const parent = glob.slice(0, -2)
    const entries = readdirSync(join(root, parent), { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => `${parent}/${entry.name}`)
  })
}

const workspaces = (): string[] =>
  workspaceFolders().map((path) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')).name)

interface Service {
  build?: { context: string; dockerfile: string }
  image?: string
  profiles?: string[]
  volumes?: string[]
  depends_on?: string[] | Record<string, unknown>
  environment?: Record<string, string>
  deploy?: { resources: { reservations: { devices: { driver: string; capabilities: string[] }[] } } }
}

describe('compose.yaml', () => {
  const { services, volumes } = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8'), { merge: true }) as {
    services: Record<string, Service>
    volumes: Record<string, unknown>
  }

  it('builds from files that are there, and uses every one of them', () => {
    const built = Object.values(services).flatMap(({ build }) => build ?? [])
    for (const { context, dockerfile } of built) {
      expect(join(folder, context), dockerfile).toBe(root)
      expect(existsSync(join(root, dockerfile)), dockerfile).toBe(true)
    }
    expect(built.map(({ dockerfile }) => posix.basename(dockerfile)).sort()).toEqual([...dockerfiles].sort())
  })

  it.each(Object.entries(services))('%s has its volumes and the services that it waits for', (_, service) => {
    for (const volume of service.volumes ?? []) expect(Object.keys(volumes)).toContain(volume.split(':')[0])
    const before = Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {})
    for (const name of before) expect(Object.keys(services)).toContain(name)
    expect(service.build ?? service.image).toBeDefined()
  })

  it('gives a GPU to the GPU worker only, and starts it only when asked', () => {
    const withDevice = Object.entries(services).filter(([, { deploy }]) => deploy)
    expect(withDevice.map(([name]) => name)).toEqual(['worker-gpu'])
    const [[, gpu]] = withDevice as [[string, Service]]
    expect(gpu.profiles).toEqual(['gpu'])
    expect(gpu.deploy!.resources.reservations.devices[0]).toMatchObject({ driver: 'nvidia', capabilities: ['gpu'] })
    expect(gpu.environment).toEqual(services.worker!.environment)
  })
})
