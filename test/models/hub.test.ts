import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fetchCheckpoint, parseHubName } from '../../scripts/model/hub.ts'
import { progressText } from '../../scripts/model/progressLine.ts'
import { attempt, root as project } from '../../scripts/tools.ts'
import { MockHub, type Trouble } from './mockHub.ts'

const fixtures = join(project, 'packages/core/src/model/checkpoints/fixtures')
const repository = { name: 'org/name', revision: 'main' }
const WEIGHTS = 'open_clip_model.safetensors'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function download(trouble: Trouble, options: { token?: string; source?: string } = {}) {
  await using hub = await MockHub.start(join(fixtures, options.source ?? 'open-clip'), trouble)
  const progress: number[] = []
  const fetched = await fetchCheckpoint(repository, folder, {
    endpoint: hub.endpoint,
    token: options.token ?? null,
    onProgress: ({ what, done }) => what === WEIGHTS && progress.push(done),
  })
  return { ...fetched, hub, progress }
}

async function expectSame(target: string, name: string, source = 'open-clip'): Promise<void> {
  expect(await readFile(join(target, name))).toEqual(await readFile(join(fixtures, source, name)))
}

describe('a download from a (mock) hub', () => {
  test('brings only what is needed, checked, and not twice', async () => {
    const first = await download({})
    expect((await readdir(first.folder)).sort()).toEqual(
      ['merges.txt', 'open_clip_config.json', WEIGHTS, 'vocab.json'].sort(),
    )
    await expectSame(first.folder, WEIGHTS)
    const second = await download({})
    expect(second.hub.requests.map(({ path }) => path)).toEqual(['/api/models/org/name/revision/main'])
  })

  test('brings all parts of weights in parts', async () => {
    const { folder: target } = await download({}, { source: 'huggingface' })
    await expectSame(target, 'model-00001-of-00002.safetensors', 'huggingface')
    await expectSame(target, 'model-00002-of-00002.safetensors', 'huggingface')
  })

  test('goes on where the connection was cut', async () => {
    const { hub, folder: target, progress } = await download({ cut: { after: 60_000, times: 2 } })
    await expectSame(target, WEIGHTS)
    const ranges = hub.requests.filter(({ path }) => path.startsWith('/storage/')).map(({ range }) => range)
    expect(ranges[0]).toBeNull()
    expect(ranges.length).toBe(3)
    for (const range of ranges.slice(1)) expect(Number(/^bytes=(\d+)-$/.exec(range!)?.[1])).toBeGreaterThan(0)
    expect(progress.at(-1)).toBe((await stat(join(target, WEIGHTS))).size)
  })

  test('goes on in a later run, and starts again where the server knows no ranges', async () => {
    const { folder: target, hub } = await download({})
    const whole = await readFile(join(target, WEIGHTS))
    const halves = async () => {
      await rm(join(target, WEIGHTS), { force: true })
      await writeFile(join(target, `${WEIGHTS}.incomplete`), whole.subarray(0, 70_000))
    }
    await halves()
    const later = await download({})
    expect(later.hub.requests.at(-1)?.range).toBe('bytes=70000-')
    await expectSame(target, WEIGHTS)
    await halves()
    await download({ ignoresRanges: true })
    await expectSame(target, WEIGHTS)
    expect(hub.commit).toBe(later.commit)
  })

  test('sends the token to the hub, not to where large files lie', async () => {
    const { hub } = await download({ token: 'hf_secret' }, { token: 'hf_secret' })
    for (const { path, authorization } of hub.requests) {
      expect(authorization).toBe(path.startsWith('/storage/') ? null : 'Bearer hf_secret')
    }
    expect(hub.requests.some(({ path }) => path.startsWith('/storage/'))).toBe(true)
  })

  test.each<[string, Trouble, string, RegExp]>([
    [
      'another digest',
      { wrongDigest: WEIGHTS },
      'CORRUPT_WEIGHTS',
      /open_clip_model\.safetensors of hf:org\/name arrived with digest/,
    ],
    ['other bytes', { otherBytes: WEIGHTS }, 'CORRUPT_WEIGHTS', /It was removed; try again/],
    ['another digest of a small file', { wrongDigest: 'merges.txt' }, 'CORRUPT_WEIGHTS', /merges\.txt/],
    ['a private repository', { token: 'hf_other' }, 'NOT_ALLOWED', /set HF_TOKEN/],
    ['no such repository', { status: 404 }, 'NOT_FOUND', /has no hf:org\/name@main/],
    ['a hub in trouble', { status: 503 }, 'MISSING_DATA', /answers 503/],
  ])('ends in one clear error with %s', async (_, trouble, code, message) => {
    await expect(download(trouble)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    const left = await readdir(folder, { recursive: true })
    expect(left.filter((name) => name.endsWith(WEIGHTS) || name.endsWith('.incomplete'))).toEqual([])
  })

  test('says that there is no network', async () => {
    const options = { endpoint: 'http://127.0.0.1:9', token: null }
    await expect(fetchCheckpoint(repository, folder, options)).rejects.toMatchObject({
      code: 'MISSING_DATA',
      message: expect.stringMatching(
        /cannot be reached \(.+\)\. Check the network .*HF_ENDPOINT, or fetch the files elsewhere/,
      ),
    })
  })
})

test('a repository is named with or without a revision', () => {
  expect(parseHubName('org/name')).toEqual({ name: 'org/name', revision: 'main' })
  expect(parseHubName('org/name@refs/pr/3')).toEqual({ name: 'org/name', revision: 'refs/pr/3' })
  for (const text of ['name', '../name', 'org/name@../..', 'org/name/more', 'org/name@']) {
    expect(() => parseHubName(text), text).toThrow(/is no repository/)
  }
})

test('progress tells rate and time left', () => {
  expect(progressText('bytes', 50e6, 200e6, 10e6)).toBe('50.0 MB of 200.0 MB (25 %), 10.0 MB/s, 15 s left')
  expect(progressText('tensors', 3, 300, 0.1)).toBe('3 of 300 (1 %), 50 min left')
  expect(progressText('bytes', 5e6, null, null)).toBe('5.0 MB')
})

describe('npm run model', () => {
  const command = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    attempt(process.execPath, ['--import', 'tsx', 'scripts/model.ts', ...args], {
      quiet: true,
      env: { ANAMNESIS_HOME: folder, HF_TOKEN: 'hf_secret', INIT_CWD: folder, ...env },
    })

  test('imports from a hub, lists, exports and removes what it downloaded', async () => {
    await using hub = await MockHub.start(join(fixtures, 'open-clip'))
    const imported = await command(['import', 'hf:org/name', '--id', 'small'], { HF_ENDPOINT: `${hub.endpoint}/` })
    expect(imported.output).toMatch(/imported small@[0-9a-f]{12} \(open_clip\)/)
    expect(imported.code).toBe(0)
    expect(imported.output).not.toContain('hf_secret')
    const source = JSON.parse(await readFile(join(folder, 'models', 'small', 'source.json'), 'utf8'))
    expect(source.source).toBe(`hf:org/name@${hub.commit}`)
    expect(await readdir(join(folder, 'downloads'), { recursive: true })).not.toContain(WEIGHTS)
    expect((await command(['list'])).output).toMatch(
      /^small@[0-9a-f]{12} +clip\/clip, 16 px, 12 tokens, 16 numbers; not verified\n$/,
    )
    const exported = await command(['export', 'small', '--layout', 'huggingface', '--to', 'out'])
    expect(exported.output).toContain(`exported small to ${join(folder, 'out')}: model.safetensors, config.json`)
    const again = await command(['import', 'out', '--activation', 'gelu'])
    expect(again.output).toMatch(/imported out@[0-9a-f]{12} \(huggingface\)/)
  })

  test.each<[string, string[], RegExp]>([
    ['nothing to do', [], /^\nBAD_INPUT: Say what to do\.\n\nusage: npm run model/],
    ['an unknown option', ['import', 'x', '--idd', 'y'], /BAD_INPUT: Unknown option/],
    ['a missing source', ['import', 'nowhere'], /MISSING_DATA: There is no file or folder .*nowhere/],
    ['an unknown model', ['verify', 'nothing'], /UNKNOWN_MODEL: There is no model "nothing"\. Known: none yet/],
    ['no network', ['import', 'hf:org/name'], /MISSING_DATA: http:\/\/127\.0\.0\.1:9 cannot be reached/],
    ['a wrong activation', ['import', 'x', '--activation', 'relu'], /neither gelu nor quickGelu/],
  ])('says what is wrong with %s', async (_, args, message) => {
    const { code, output } = await command(args, { HF_ENDPOINT: 'http://127.0.0.1:9' })
    expect(output).toMatch(message)
    expect(output).not.toContain('hf_secret')
    expect(code).toBe(1)
  })
})
