import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { openCorpus } from '@anamnesis/core/importers'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { progressLines } from '../../scripts/import/progress.ts'
import { reportLines } from '../../scripts/import/report.ts'
import { root } from '../../scripts/tools.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const command = (...args: string[]) =>
  spawn(process.execPath, ['--import', 'tsx', join(root, 'scripts', 'import.ts'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })

async function finished(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = command(...args)
  const [out, err, code] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    new Promise<number | null>((done) => child.on('exit', done)),
  ])
  return { code, out: out.toString(), err: err.toString() }
}

/** Captions of which all name one picture. */
async function writeCaptions(count: number): Promise<string> {
  const picture = sharp({ create: { width: 16, height: 16, channels: 3, background: '#a33' } })
  await writeFile(join(folder, 'one.jpg'), await picture.jpeg().toBuffer())
  const lines = Array.from({ length: count }, (_, number) =>
    JSON.stringify({ id: `f${number}`, image: 'one.jpg', caption: `CT number ${number}`, license: 'CC BY' }),
  )
  await writeFile(join(folder, 'all.jsonl'), lines.join('\n'))
  return join(folder, 'all.jsonl')
}

test('an import that is killed goes on, and ends with the same corpus as one that is not', async () => {
  const home = join(folder, 'killed')
  const args = ['literature', await writeCaptions(1500), '--id', 'bio', '--home']
  const child = command(...args, home)
  const exited = new Promise((done) => child.on('exit', done))
  const index = join(home, 'corpora', '.bio.unfinished', 'index.bin')
  const watch = setInterval(async () => {
    if ((await stat(index).catch(() => ({ size: 0 }))).size > 0) child.kill('SIGKILL')
  }, 5)
  await exited
  clearInterval(watch)
  expect(child.signalCode).toBe('SIGKILL')
  await expect(openCorpus(join(home, 'corpora', 'bio'))).rejects.toMatchObject({ code: 'MISSING_DATA' })
  const again = await finished(...args, home)
  expect(again.out).toMatch(/stored \d+, there already [1-9]\d*/)
  const whole = await finished(...args, join(folder, 'whole'))
  expect(whole.out).toMatch(/imported corpus bio: 1500 figures/)
  const digest = async (place: string) =>
    (JSON.parse(await readFile(join(folder, place, 'corpora', 'bio', 'corpus.json'), 'utf8')) as { digest: string })
      .digest
  expect(await digest('killed')).toBe(await digest('whole'))
  expect((await finished(...args, home)).out).toMatch(/already there: corpus bio/)
})

test('what is no literature ends with one line and a code', async () => {
  await writeFile(join(folder, 'readme.txt'), 'x')
  const { code, err } = await finished('literature', folder, '--home', join(folder, 'home'))
  expect(code).toBe(1)
  expect(err).toMatch(/^BAD_INPUT: .*no literature that is known here/)
})

test('progress tells count, share, rate and time left, at most once a second', () => {
  const lines: string[] = []
  let now = 0
  const report = progressLines(
    (line) => lines.push(line),
    () => now,
  )
  for (let at = 0; at <= 4000; at += 100) {
    now = 100_000 + at
    report({ what: 'corpus x', done: at, total: null, share: at / 100_000 })
  }
  expect(lines[0]).toBe('importing corpus x: 0 (0 %)')
  expect(lines.at(-1)).toBe('importing corpus x: 4000 (4 %), 1000/s, 1 min 36 s left')
  expect(lines).toHaveLength(5)
})

test('the report names what was left out, with place and reason', () => {
  const report = {
    stored: 3,
    repeated: 1,
    problems: { count: 1, first: [{ place: 'a.xml', code: 'BAD_INPUT' as const, reason: 'no article' }] },
    missingImages: { count: 2, first: ['b.xml, figure f1: f1.jpg'] },
    notices: 4,
    panels: { figures: 9, candidates: 5, split: 3, panels: 7, refused: { 'panels too small': 2 } },
  }
  expect(reportLines(report).join('\n')).toMatchInlineSnapshot(`
    "  stored 3, there already 1, notices of retraction or correction 4
      pictures missing: 2
        b.xml, figure f1: f1.jpg
      left out: 1
        a.xml: BAD_INPUT: no article
      panels: 5 of 9 figures have captions of several panels; 3 were cut into 7 panels
        not cut: 2, panels too small"
  `)
})
