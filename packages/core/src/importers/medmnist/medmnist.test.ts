import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { DatasetInfo } from '../dataset.ts'
import { storeSource } from '../home.ts'
import type { ImportOptions } from '../importer.ts'
import { findImporter } from '../registry.ts'
import { drain, temporaryFolder } from '../testing/sources.ts'
import { medMnistSets } from './sets.ts'
import { type Imitation, imitation } from './testing/imitation.ts'

const golden = fileURLToPath(new URL('golden', import.meta.url))

async function stored(name: string, bytes: Buffer) {
  const temp = await temporaryFolder()
  await writeFile(join(temp.path, name), bytes)
  return temp
}

async function read(id: string, path: string, options: ImportOptions = {}) {
  const opened = await findImporter(id).open(path, options)
  if (opened.kind !== 'task') throw new Error('not a task')
  return { opened, samples: await drain(opened.samples) }
}

describe.each(medMnistSets.map((set) => [set.id, set] as const))('%s', (id, set) => {
  test('is read with its published splits', async () => {
    await using temp = await stored(`${id}.npz`, imitation(set))
    const { opened, samples } = await read(id, temp.path)
    expect(opened.task.classes).toEqual(set.classes)
    expect(samples.length).toBe(opened.total)
    expect(samples.length).toBe(3 * 2 * set.classes.length)
    for (const { image, label } of samples.slice(0, 3)) {
      const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true })
      const { channels } = await sharp(image).metadata()
      expect([info.width, info.height, channels, data[0]]).toEqual([28, 28, set.channels, label * 10])
    }
  })
})

const [blood, chest] = ['bloodmnist', 'chestmnist'].map((id) => medMnistSets.find((set) => set.id === id)!)

test('there are the twelve sets', () => {
  expect(medMnistSets.length).toBe(12)
})

test('reads an archive that numpy made', async () => {
  await using home = await temporaryFolder()
  const opened = await findImporter('bloodmnist').open(golden, {})
  const { info } = await storeSource(home.path, opened)
  expect((info as DatasetInfo).counts).toEqual({
    train: Array(8).fill(2),
    val: Array(8).fill(1),
    test: Array(8).fill(1),
  })
  const { samples } = await read('bloodmnist', join(golden, 'bloodmnist.npz'))
  // numpy: train_images[3, 0, 0], test_images[1, 5, 5]
  const pixel = async (id: string) => [
    ...(
      await sharp(samples.find((one) => one.id === id)!.image)
        .raw()
        .toBuffer()
    ).subarray(0, 3),
  ]
  expect(await pixel('train/000003')).toEqual([80, 130, 180])
  expect(await pixel('test/000001')).toEqual([174, 224, 18])
})

test('of several sizes in a folder the largest is taken', async () => {
  await using temp = await stored('bloodmnist.npz', imitation(blood!))
  await writeFile(join(temp.path, 'bloodmnist_64.npz'), imitation(blood!, { pixels: 64 }))
  const { samples } = await read('bloodmnist', temp.path)
  expect((await sharp(samples[0]!.image).metadata()).width).toBe(64)
})

test('of a multi-label set only images with exactly one finding are read', async () => {
  const labels = (values: number[]) => values.map((label, i) => (i === 0 ? -1 : label))
  await using temp = await stored('chestmnist.npz', imitation(chest!, { labels }))
  const { samples } = await read('chestmnist', temp.path)
  expect(samples.length).toBe(3 * (2 * 14 - 1))
  expect(samples.some(({ id }) => id === 'train/000000')).toBe(false)
})

test('keeps at most so many training images a class, chosen by the seed', async () => {
  await using temp = await stored('bloodmnist.npz', imitation(blood!, { perClass: 5 }))
  const ids = async (seed: number) =>
    (await read('bloodmnist', temp.path, { perClass: 3, seed })).samples
      .filter(({ split }) => split === 'train')
      .map(({ id }) => id)
  const first = await ids(42)
  expect(first.length).toBe(8 * 3)
  expect(await ids(42)).toEqual(first)
  expect(await ids(43)).not.toEqual(first)
})

test.each<[string, Imitation, string, RegExp]>([
  [
    'a label that the set does not have',
    { labels: (values) => values.map((v) => v + 1) },
    'WRONG_LABEL',
    /image 7 of train the label 8/,
  ],
  ['pictures of another kind', { channels: 1 }, 'CORRUPT_ARCHIVE', /shape \(16, 28, 28\)/],
  ['a missing array', { leaveOut: 'val_labels.npy' }, 'MISSING_DATA', /val_labels/],
  ['missing pictures', { leaveOut: 'test_images.npy' }, 'MISSING_DATA', /test_images/],
])('refuses %s', async (_, change, code, message) => {
  await using temp = await stored('bloodmnist.npz', imitation(blood!, change))
  await expect(read('bloodmnist', temp.path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
})

test('refuses the archive of another set, and says where to get a missing one', async () => {
  await using temp = await stored('chestmnist.npz', imitation(blood!))
  await expect(read('chestmnist', temp.path)).rejects.toMatchObject({
    code: 'CORRUPT_ARCHIVE',
    message: expect.stringContaining('another set'),
  })
  await expect(read('pathmnist', temp.path)).rejects.toMatchObject({
    code: 'MISSING_DATA',
    message: expect.stringContaining('zenodo.org'),
  })
})
