import { spawnSync } from 'node:child_process'
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AnamnesisError, type Sample } from '../contracts/index.ts'
import { openDataset, writeDataset } from './dataset.ts'
import { datasetFolder, storedDatasets } from './home.ts'
import { drain, picture, samples, temporaryFolder, twoClasses } from './testing/sources.ts'

test('gives back what was written, by split and index', async () => {
  await using temp = await temporaryFolder()
  const folder = join(temp.path, 'two')
  const info = await writeDataset(folder, twoClasses(), samples(3))
  expect(info.counts).toEqual({ train: [3, 3], val: [1, 1], test: [1, 1] })
  await using dataset = await openDataset(folder)
  expect(dataset.task).toEqual(twoClasses())
  expect(dataset.size('train')).toBe(6)
  expect(dataset.counts('train')).toEqual([3, 3])
  expect([...dataset.labels('train')]).toEqual([0, 0, 0, 1, 1, 1])
  const written = (await drain(samples(3))).filter((sample) => sample.split === 'train')
  expect(await drain(dataset.samples('train'))).toEqual(written)
  expect(await dataset.read('train', 4)).toEqual(written[4])
  await expect(dataset.read('train', 6)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('the digest names the content', async () => {
  await using temp = await temporaryFolder()
  const digest = async (name: string, task = twoClasses(), n = 2) =>
    (await writeDataset(join(temp.path, name), task, samples(n))).digest
  const first = await digest('a')
  expect(await digest('b')).toBe(first)
  expect(await digest('c', twoClasses(), 3)).not.toBe(first)
  expect(await digest('d', { ...twoClasses(), name: 'Other' })).not.toBe(first)
})

test('a share and the rest are disjoint, complete and the same on every machine', async () => {
  await using temp = await temporaryFolder()
  const folder = join(temp.path, 'two')
  await writeDataset(folder, twoClasses(), samples(40))
  const share = { split: 'train', share: 0.25 } as const
  await using whole = await openDataset(folder)
  await using part = await openDataset(folder, { only: share })
  await using rest = await openDataset(folder, { exclude: share })
  const ids = async (from: typeof whole) => (await drain(from.samples('train'))).map(({ id }) => id)
  const inPart = await ids(part)
  const inRest = await ids(rest)
  expect([...inPart, ...inRest].sort()).toEqual((await ids(whole)).sort())
  // Computed elsewhere: ids whose SHA-256 starts with a byte below 64.
  expect(inPart.slice(0, 5)).toEqual(['train/0/8', 'train/0/10', 'train/0/11', 'train/0/17', 'train/0/18'])
  expect([part.size('test'), rest.size('test')]).toEqual([0, 2])
  expect(new Set([whole.digest, part.digest, rest.digest]).size).toBe(3)
})

async function* thenFail(error: Error): AsyncGenerator<Sample> {
  yield* samples(1)
  throw error
}

test('a failed import leaves what was there and nothing half-written', async () => {
  await using temp = await temporaryFolder()
  const folder = join(temp.path, 'two')
  const { digest } = await writeDataset(folder, twoClasses(), samples())
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  await expect(writeDataset(folder, twoClasses(), thenFail(full))).rejects.toMatchObject({ code: 'DISK_FULL' })
  await using dataset = await openDataset(folder)
  expect(dataset.digest).toBe(digest)
  expect(await readdir(temp.path)).toEqual(['two'])
})

test('an import takes the place of the one before', async () => {
  await using temp = await temporaryFolder()
  const folder = join(temp.path, 'two')
  await writeDataset(folder, twoClasses(), samples(2))
  const { digest } = await writeDataset(folder, twoClasses(), samples(3))
  await using dataset = await openDataset(folder)
  expect(dataset.digest).toBe(digest)
  expect(await readdir(temp.path)).toEqual(['two'])
})

test('clears up after an import whose process died, not after one that is still at work', async () => {
  await using temp = await temporaryFolder()
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  await mkdir(join(temp.path, `.two.partial-${dead}-00000000`))
  await mkdir(join(temp.path, `.two.partial-${process.ppid}-00000000`))
  await writeDataset(join(temp.path, 'two'), twoClasses(), samples())
  expect((await readdir(temp.path)).sort()).toEqual([`.two.partial-${process.ppid}-00000000`, 'two'])
})

async function* withBroken(broken: Uint8Array): AsyncGenerator<Sample> {
  yield* samples(2)
  yield { id: 'train/0/broken.jpg', split: 'train', label: 0, image: broken }
}

test('refuses a corrupt image by name, or leaves it out and counts it', async () => {
  await using temp = await temporaryFolder()
  const whole = await picture(1)
  const broken = [Buffer.from('no image'), whole.subarray(0, whole.length / 2), new Uint8Array(0)]
  for (const image of broken) {
    const writing = writeDataset(join(temp.path, 'a'), twoClasses(), withBroken(image))
    await expect(writing).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringContaining('train/0/broken.jpg'),
    })
    const info = await writeDataset(join(temp.path, 'b'), twoClasses(), withBroken(image), { skipCorrupt: true })
    expect(info.skipped).toEqual({ count: 1, names: ['train/0/broken.jpg'] })
    expect(info.size).toBe(8)
  }
  const limited = { skipCorrupt: true, maxSkipped: 0 }
  await expect(writeDataset(join(temp.path, 'c'), twoClasses(), withBroken(broken[0]!), limited)).rejects.toMatchObject(
    { code: 'CORRUPT_IMAGE' },
  )
})

test('refuses wrong labels, equal ids, missing splits and a wrong description', async () => {
  await using temp = await temporaryFolder()
  const folder = join(temp.path, 'two')
  const one: Sample = { id: 'x', split: 'train', label: 0, image: await picture(0) }
  const write = (items: Sample[], task = twoClasses()) => writeDataset(folder, task, items)
  await expect(write([{ ...one, label: 2 }])).rejects.toMatchObject({ code: 'WRONG_LABEL' })
  await expect(write([one, one])).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('twice'),
  })
  await expect(write([one])).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('test') })
  await expect(write([one], twoClasses('../up'))).rejects.toMatchObject({ code: 'BAD_INPUT' })
  const twice = { ...twoClasses(), classes: [twoClasses().classes[0]!, twoClasses().classes[0]!] }
  await expect(write([one], twice)).rejects.toMatchObject({ code: 'BAD_INPUT' })
  expect(await readdir(temp.path)).toEqual([])
})

test('says so when a stored task is missing or damaged', async () => {
  await using temp = await temporaryFolder()
  const folder = datasetFolder(temp.path, 'two')
  await expect(openDataset(folder)).rejects.toMatchObject({ code: 'MISSING_DATA' })
  await writeDataset(folder, twoClasses(), samples())
  expect((await storedDatasets(temp.path)).map(({ task }) => task.id)).toEqual(['two'])
  await truncate(join(folder, 'records.bin'), 10)
  await expect(openDataset(folder)).rejects.toMatchObject({ code: 'CORRUPT_ARCHIVE' })
  await writeFile(join(folder, 'dataset.json'), '{}')
  await expect(openDataset(folder)).rejects.toMatchObject({ code: 'CORRUPT_ARCHIVE' })
  expect(await storedDatasets(temp.path)).toEqual([])
})

test('an id never leaves the folder of all state', () => {
  for (const id of ['../x', '/x', '', 'a/b', '.hidden'])
    expect(() => datasetFolder('/home', id)).toThrow(AnamnesisError)
})
