import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { SPLITS } from '../../contracts/index.ts'
import type { DatasetInfo } from '../dataset.ts'
import { openDataset } from '../dataset.ts'
import { datasetFolder, storeSource } from '../home.ts'
import { findImporter } from '../registry.ts'
import { drain, temporaryFolder } from '../testing/sources.ts'
import { taskOf } from './definition.ts'
import { publicDatasets } from './registry.ts'
import { completeSplits } from './splits.ts'
import { type Imitation, imitations, writeImitation } from './testing/imitations.ts'

async function imitated(id: string, change: (files: Imitation) => Imitation = (files) => files) {
  const temp = await temporaryFolder()
  await writeImitation(temp.path, change(imitations[id]!()))
  return temp
}

/** Replaces text in one file of an imitation. */
const edit = (path: string, from: string | RegExp, to: string) => (files: Imitation) => ({
  ...files,
  [path]: files[path]!.replace(from, to),
})
const without = (pattern: RegExp) => (files: Imitation) =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !pattern.test(path)))

describe.each(publicDatasets.map((dataset) => [dataset.id, dataset] as const))('%s', (id, dataset) => {
  test('is described without its data, with source, access and licence', () => {
    const task = taskOf(dataset)
    expect(task.classes.length).toBe(dataset.classes.length)
    expect(task.licence).not.toBe('')
    expect(task.notes).toMatch(/^Source: https:.*\((open download|needs an account|needs a signed use agreement)\)/)
  })

  test('is read from its folder layout, with every split and class, no group in two splits', async () => {
    await using temp = await imitated(id)
    const opened = await findImporter(id).open(temp.path, {})
    if (opened.kind !== 'task') throw new Error('not a task')
    const samples = await drain(opened.samples)
    expect(samples.length).toBe(opened.total)
    for (const split of SPLITS) expect(samples.filter((sample) => sample.split === split).length).toBeGreaterThan(0)
    const labels = new Set(samples.map(({ label }) => label))
    expect(labels.size).toBe(opened.task.classes.length)
    if (!dataset.mayLackClasses) expect(labels.size).toBe(dataset.classes.length)
    const splitOf = new Map(samples.map((sample) => [sample.id, sample.split]))
    const splitsOfGroup = new Map<string, Set<string>>()
    for (const { file, group } of await dataset.list(temp.path)) {
      if (group === null) continue
      splitsOfGroup.set(group, (splitsOfGroup.get(group) ?? new Set()).add(splitOf.get(file)!))
    }
    for (const [group, splits] of splitsOfGroup) expect([group, splits.size]).toEqual([group, 1])
  })

  test('says where to get it when it is not there', async () => {
    await using temp = await temporaryFolder()
    await expect(findImporter(id).open(join(temp.path, 'nowhere'), {})).rejects.toMatchObject({
      code: 'MISSING_DATA',
      message: expect.stringContaining(dataset.source),
    })
    await expect(findImporter(id).open(temp.path, {})).rejects.toMatchObject({ code: 'MISSING_DATA' })
  })
})

test('every data set has an imitation of its layout', () => {
  expect(Object.keys(imitations).sort()).toEqual(publicDatasets.map(({ id }) => id).sort())
})

test('an import can be read back, the same twice, and changes with the seed', async () => {
  await using temp = await imitated('breakhis')
  await using home = await temporaryFolder()
  const open = (seed?: number) => findImporter('breakhis').open(temp.path, seed === undefined ? {} : { seed })
  const first = (await storeSource(home.path, await open())).info as DatasetInfo
  expect(first.counts).toEqual({ train: [14, 14], val: [2, 2], test: [4, 4] })
  expect((await storeSource(home.path, await open())).written).toBe(false)
  expect((await open(7)).source).not.toBe((await open()).source)
  await using dataset = await openDataset(datasetFolder(home.path, 'breakhis'))
  expect((await dataset.read('test', 0)).id).toMatch(/SOB_[BM]_/)
})

test('TIFF becomes PNG, and large pictures can be made smaller', async () => {
  await using temp = await imitated('nct-crc-he-100k')
  for (const [options, size] of [
    [{}, 8],
    [{ maxSide: 4 }, 4],
  ] as const) {
    const opened = await findImporter('nct-crc-he-100k').open(temp.path, options)
    if (opened.kind !== 'task') throw new Error('not a task')
    const [sample] = await drain(opened.samples)
    expect(await sharp(sample!.image).metadata()).toMatchObject({ format: 'png', width: size, height: size })
  }
})

test('published test images stay the test split', async () => {
  await using temp = await imitated('nct-crc-he-100k')
  const read = async () => {
    const opened = await findImporter('nct-crc-he-100k').open(temp.path, {})
    if (opened.kind !== 'task') throw new Error('not a task')
    return drain(opened.samples)
  }
  const tests = (await read()).filter(({ split }) => split === 'test')
  expect(tests.length).toBe(18)
  for (const { id } of tests) expect(id).toContain('CRC-VAL-HE-7K')
  await rm(join(temp.path, 'CRC-VAL-HE-7K'), { recursive: true })
  expect((await read()).filter(({ split }) => split === 'test').length).toBe(18)
})

test('an image with several findings counts as the rarest', async () => {
  await using temp = await imitated('chest-xray14')
  const dataset = publicDatasets.find(({ id }) => id === 'chest-xray14')!
  const hernia = dataset.classes.findIndex(({ id }) => id === 'hernia')
  const listed = await dataset.list(temp.path)
  expect(listed.filter(({ label }) => label === hernia).length).toBe(24)
})

test('keeps at most so many training images of a class', async () => {
  await using temp = await imitated('aod')
  const opened = await findImporter('aod').open(temp.path, { perClass: 2 })
  if (opened.kind !== 'task') throw new Error('not a task')
  const samples = await drain(opened.samples)
  const count = (split: string) => samples.filter((sample) => sample.split === split).length
  expect([count('train'), count('val'), count('test')]).toEqual([16, 8, 16])
})

describe('refuses with the place and the way out', () => {
  test.each<[string, string, (files: Imitation) => Imitation, string, RegExp]>([
    [
      'a label nobody knows',
      'eyepacs',
      edit('trainLabels.csv', '3_left,3', '3_left,9'),
      'WRONG_LABEL',
      /trainLabels\.csv line 6.*level = "9"/,
    ],
    ['a flag that is none', 'ranzcr', edit('train.csv', ',1,p1', ',maybe,p1'), 'WRONG_LABEL', /train\.csv line \d+/],
    ['an unknown finding', 'chest-xray14', edit('Data_Entry_2017.csv', 'Mass', 'Moss'), 'WRONG_LABEL', /Moss/],
    [
      'an unknown step',
      'pitvis',
      edit('annotations_03.csv', '4,3,', '4,33,'),
      'WRONG_LABEL',
      /annotations_03\.csv line 6/,
    ],
    ['a folder that is no class', 'aod', (files) => ({ ...files, 'Sclera/1.jpg': null }), 'WRONG_LABEL', /Sclera/],
    [
      'an image named twice',
      'airogs',
      edit('train_labels.csv', 'TRAIN000001', 'TRAIN000000'),
      'BAD_INPUT',
      /line 3.*"TRAIN000000" again.*line 2/,
    ],
    [
      'two files of one name',
      'airogs',
      (files) => ({ ...files, '5/TRAIN000000.jpg': null }),
      'BAD_INPUT',
      /twice: 0\/TRAIN000000\.jpg and 5/,
    ],
    [
      'missing images',
      'eyepacs',
      without(/_left\.jpeg$/),
      'MISSING_DATA',
      /50 images.*"1_left" \(trainLabels\.csv line 2\)/,
    ],
    ['a missing column', 'chexchonet', edit('metadata.csv', 'slvh,', 'x,'), 'BAD_INPUT', /metadata\.csv.*slvh/],
    ['a missing table', 'chaoyang', without(/^test\.json$/), 'MISSING_DATA', /test\.json/],
    ['a missing class folder', 'bone-marrow', without(/\/PMO\//), 'MISSING_DATA', /pmo/],
    [
      'a class without images',
      'airogs',
      edit('train_labels.csv', /,RG/g, ',NRG'),
      'MISSING_DATA',
      /"Referable glaucoma"/,
    ],
    [
      'one class only',
      'isic-2024',
      edit('metadata.csv', /Melanoma, NOS|Basal cell carcinoma/g, 'Nevus'),
      'BAD_INPUT',
      /one class only \("nevus"\)/,
    ],
    ['a broken list', 'chaoyang', edit('train.json', /\]$/, ''), 'BAD_INPUT', /train\.json is not JSON/],
    ['an empty table', 'airogs', edit('train_labels.csv', /\n[\s\S]*/, '\n'), 'BAD_INPUT', /no rows/],
    [
      'a broken table',
      'airogs',
      edit('train_labels.csv', 'TRAIN000002,', 'TRAIN000002,"'),
      'BAD_INPUT',
      /train_labels\.csv cannot be read/,
    ],
    [
      'lists that contradict',
      'chest-xray14',
      edit('test_list.txt', /^/, '00000001_000.png\n'),
      'BAD_INPUT',
      /00000001_000/,
    ],
  ])('%s', async (_, id, change, code, message) => {
    await using temp = await imitated(id, change)
    await expect(findImporter(id).open(temp.path, {})).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })

  test('a damaged image, or leaves it out when told to', async () => {
    await using temp = await imitated('gashissdb')
    await writeFile(join(temp.path, 'GasHisSDB/160/Normal/00003.png'), 'no picture')
    await using home = await temporaryFolder()
    const open = () => findImporter('gashissdb').open(temp.path, {})
    await expect(storeSource(home.path, await open())).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringContaining('Normal/00003.png'),
    })
    const { info } = await storeSource(home.path, await open(), { skipCorrupt: true })
    expect(info.skipped.count).toBe(1)
  })
})

test('splits keep patients together, follow the shares and do not depend on the order of the list', () => {
  const listed = Array.from({ length: 1000 }, (_, i) => ({
    file: `${i}.png`,
    label: i % 10 === 0 ? 1 : 0,
    group: `p${Math.floor(i / 3)}`,
    split: null,
  }))
  const made = completeSplits(listed, 1)
  const splitOf = new Map(made.map(({ file, split }) => [file, split]))
  const again = completeSplits([...listed].reverse(), 1)
  expect(again.every(({ file, split }) => splitOf.get(file) === split)).toBe(true)
  for (const label of [0, 1]) {
    const own = made.filter((one) => one.label === label)
    const share = (split: string) => own.filter((one) => one.split === split).length / own.length
    expect(share('train')).toBeCloseTo(0.7, 1)
    expect(share('test')).toBeCloseTo(0.2, 1)
  }
  const groups = new Map<string, Set<string>>()
  for (const { group, split } of made) groups.set(group!, (groups.get(group!) ?? new Set()).add(split))
  expect([...groups.values()].every(({ size }) => size === 1)).toBe(true)
})
