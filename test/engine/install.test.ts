import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { unresolvedLibraries } from '../../scripts/engine/libraries.ts'
import { fetchWheel, type Wheel } from '../../scripts/engine/wheel.ts'
import { root } from '../support/product.ts'

const CONTENT = Buffer.from('stands for a wheel of libraries')
const wheel: Wheel = {
  project: 'some-libraries',
  version: '1.2.3',
  python: 'py3',
  platform: 'manylinux2014_x86_64.manylinux_2_17_x86_64',
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
  megabytes: 1,
}
const FILE = 'some_libraries-1.2.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl'

describe('a wheel', () => {
  /** A mock of a package index: one project with one file. */
  let index: Server
  let folder: string
  let asked: string[]
  const before = { url: process.env.PIP_INDEX_URL, retries: process.env.PIP_RETRIES }

  beforeAll(async () => {
    index = createServer((request, response) => {
      asked.push(request.url!)
      if (request.url === '/simple/some-libraries/') {
        response.setHeader('content-type', 'text/html')
        return response.end(
          `<!DOCTYPE html><html><body><a href="../../files/${FILE}#sha256=x">${FILE}</a></body></html>`,
        )
      }
      if (request.url === `/files/${FILE}`) return response.end(CONTENT)
      response.statusCode = 404
      return response.end()
    })
    await new Promise<void>((done) => index.listen(0, '127.0.0.1', done))
    process.env.PIP_RETRIES = '0'
  })
  afterAll(async () => {
    restore('PIP_INDEX_URL', before.url)
    restore('PIP_RETRIES', before.retries)
    await new Promise((done) => index.close(done))
  })
  beforeEach(async () => {
    asked = []
    folder = await mkdtemp(join(tmpdir(), 'wheels-'))
    process.env.PIP_INDEX_URL = `http://127.0.0.1:${(index.address() as AddressInfo).port}/simple`
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('comes from the index once, and from the folder after that', async () => {
    const said: string[] = []
    const path = await fetchWheel(wheel, folder, (text) => said.push(text))
    expect(path).toBe(join(folder, FILE))
    expect(said.at(-1)).toMatch(/^100 %/)
    asked = []
    expect(await fetchWheel(wheel, folder, () => {})).toBe(path)
    expect(asked).toEqual([])
  })

  it('is deleted when it is another file', async () => {
    await expect(fetchWheel({ ...wheel, sha256: '00' }, folder, () => {})).rejects.toThrow(
      /is not the expected file \(sha256 [0-9a-f]{64}, not 00\) and was deleted/,
    )
    expect(await readdir(folder)).toEqual([])
  })

  it('is fetched anew when the copy in the folder is damaged', async () => {
    await writeFile(join(folder, FILE), 'half of it')
    expect(await fetchWheel(wheel, folder, () => {})).toBe(join(folder, FILE))
  })

  it('that the index does not have, or that no index answers for, ends in one line with the way out', async () => {
    await expect(fetchWheel({ ...wheel, version: '9.9.9' }, folder, () => {})).rejects.toThrow(
      /^Could not download some_libraries-9\.9\.9\S* \(the package index does not list it\)\. Check the network/,
    )
    process.env.PIP_INDEX_URL = 'http://127.0.0.1:9/simple'
    await expect(fetchWheel(wheel, folder, () => {})).rejects.toThrow(
      /^Could not download .*PIP_INDEX_URL.*put the file/,
    )
  })
})

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

const CC = process.env.CC || 'cc'
const compiler = process.platform === 'linux' && spawnSync(CC, ['--version']).status === 0

describe.skipIf(!compiler)('the library check (skipped without Linux and a C compiler)', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'libraries-'))
    await writeFile(join(folder, 'empty.c'), 'int nothing;')
    const build = (...args: string[]) => expect(spawnSync(CC, ['-shared', ...args], { cwd: folder }).status).toBe(0)
    build('empty.c', '-Wl,-soname,libneeded.so.1', '-o', 'libneeded.so')
    build('empty.c', '-Wl,-soname,libcuda.so.1', '-o', 'libcuda.so')
    build('empty.c', '-Wl,--no-as-needed', '-L.', '-lneeded', '-lcuda', '-o', 'libwants.so')
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('names what the loader would not find, but not the library that only a driver brings', async () => {
    expect(await unresolvedLibraries(join(folder, 'libwants.so'))).toEqual(['libneeded.so.1'])
    expect(await unresolvedLibraries(join(folder, 'libneeded.so'))).toEqual([])
  })

  it('looks into further folders when told', async () => {
    spawnSync('ln', ['-s', 'libneeded.so', 'libneeded.so.1'], { cwd: folder })
    expect(await unresolvedLibraries(join(folder, 'libwants.so'), [folder])).toEqual([])
  })

  it('says what is no library', async () => {
    await expect(unresolvedLibraries(join(folder, 'empty.c'))).rejects.toThrow('empty.c')
  })
})

const gpu = existsSync('/proc/driver/nvidia/version') || existsSync('/dev/dxg')
const command = (args: string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'scripts/engine.ts', ...args], {
    cwd: root,
    env: { ...process.env, ANAMNESIS_ENGINES: join(tmpdir(), 'no-engines-here'), ...env },
    encoding: 'utf8',
  })

describe.skipIf(gpu)('npm run engine without a GPU (skipped where one is at hand)', () => {
  it.each(['cuda', 'tensorflow-gpu'])('installs no %s, says why, and downloads nothing', (name) => {
    const { status, stderr, stdout } = command(['install', name])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    const reason =
      process.platform === 'linux' && process.arch === 'x64'
        ? /no NVIDIA GPU is at hand.*--anyway/
        : /only for linux-x64/
    expect(stderr).toMatch(reason)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('says in one line why the onnx engine cannot compute on CUDA', () => {
    const { status, stderr } = command(['try', 'onnx', 'cuda'])
    expect(status).toBe(1)
    expect(stderr.trim()).toMatch(/^The onnx engine cannot compute on CUDA: no NVIDIA GPU is at hand: [^\n]+$/)
  })

  it('says what it can do when it is asked for something else', () => {
    for (const args of [[], ['install', 'rocm'], ['install', 'cuda', '--fast']]) {
      expect(command(args).stderr).toContain('Usage: npm run engine -- status')
    }
  })
})
