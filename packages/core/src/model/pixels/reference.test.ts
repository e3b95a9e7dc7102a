import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { ResizeConfig } from '../../contracts/index.ts'
import { readTar } from '../../importers/tar.ts'
import { decodeImages } from './pixels.ts'
import { prepareImage } from './prepare.ts'
import { resample } from './resample.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const run = promisify(execFile)

const root = resolve(import.meta.dirname, '../../../../..')
const data = resolve(root, process.env.ANAMNESIS_TEST_DATA || '../shared/data')
const reason = existsSync(data) ? '' : ` (skipped: no real packs in ${data}, set ANAMNESIS_TEST_DATA)`

/** JPEG decoders may round differently; everything after that is exact. */
const tolerance = (name: string) => (name.includes('.jpg') ? 1 : 0)

function largestDifference(left: Uint8Array, right: Uint8Array): number {
  expect(left.length).toBe(right.length)
  return left.reduce((largest, value, i) => Math.max(largest, Math.abs(value - right[i]!)), 0)
}

describe("open_clip's transform", async () => {
  const names = await readdir(join(fixtures, 'expected'))
  const inputs = [...new Set(names.map((name) => name.split('.').slice(0, 2).join('.')))]

  test.each(inputs)('gives the same pixels: %s', async (input) => {
    const image = await readFile(join(fixtures, 'inputs', input))
    for (const name of names.filter((one) => one.startsWith(`${input}.`))) {
      const [, , size, kernel, mode] = name.split('.')
      const target = { size: Number(size), resize: { kernel, mode } as ResizeConfig }
      const expected = await sharp(join(fixtures, 'expected', name))
        .raw()
        .toBuffer()
      expect(largestDifference(await prepareImage(image, target), expected), name).toBeLessThanOrEqual(tolerance(name))
    }
  })

  test.skipIf(reason !== '')(`gives the same pixels of real images${reason}`, { timeout: 120_000 }, async (context) => {
    const python = process.env.ANAMNESIS_PYTHON ?? 'python3'
    const folder = await mkdtemp(join(tmpdir(), 'anamnesis-pixels-'))
    try {
      const sources = join(folder, 'images')
      await mkdir(sources)
      const images: Uint8Array[] = []
      for (const image of await realImages()) {
        await writeFile(join(sources, `${String(images.length).padStart(5, '0')}.jpg`), image)
        images.push(image)
      }
      const failure = await run(python, [join(fixtures, 'make_pixels.py'), '--of', sources, '64', '224']).then(
        () => '',
        (error: Error) => error.message.trim().split('\n').at(-1)!,
      )
      if (/ENOENT|ModuleNotFoundError/.test(failure))
        context.skip(`not run: ${python}: ${failure}; set ANAMNESIS_PYTHON`)
      expect(failure).toBe('')
      for (const size of [64, 224]) {
        const pixels = await decodeImages(images, { size, resize: { kernel: 'bicubic', mode: 'shortest' } })
        expect(largestDifference(pixels, await readFile(`${sources}.${size}.bin`))).toBeLessThanOrEqual(1)
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

/** Some of every pack. */
async function realImages(): Promise<Uint8Array[]> {
  const tasks = await readdir(join(data, 'tasks'))
  const archives = [
    ...tasks.map((task) => join(data, 'tasks', task, 'images.tar')),
    join(data, 'figures', 'images.tar'),
  ]
  const images: Uint8Array[] = []
  for (const archive of archives.filter((path) => existsSync(path))) {
    let number = 0
    for await (const member of readTar(archive)) {
      if (number++ % 40 === 0) images.push(member.data)
      if (number > 1000) break
    }
  }
  return images
}

test('a part of a scaled image is that part of the whole', () => {
  const [width, height] = [41, 97]
  const source = {
    data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i) % 251),
    width,
    height,
    channels: 3,
  }
  for (const [toWidth, toHeight] of [
    [20, 47], // columns first
    [60, 141], // rows first
  ] as const) {
    const all = { left: 0, top: 0, width: toWidth, height: toHeight }
    const whole = resample(source, toWidth, toHeight, 'bicubic', all).data
    const part = resample(source, toWidth, toHeight, 'bicubic', { left: 3, top: 11, width: 9, height: 20 })
    expect(part).toMatchObject({ width: 9, height: 20, channels: 3 })
    for (let row = 0; row < 20; row++) {
      const start = ((11 + row) * toWidth + 3) * 3
      expect(part.data.subarray(row * 27, (row + 1) * 27)).toEqual(whole.subarray(start, start + 27))
    }
  }
})
