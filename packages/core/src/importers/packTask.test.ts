import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Task } from '../contracts/index.ts'
import type { DatasetInfo } from './dataset.ts'
import { storeSource } from './home.ts'
import { findImporter } from './registry.ts'
import { picture, taskPack, temporaryFolder, writeFiles, writeTaskPack } from './testing/sources.ts'

type Pack = Awaited<ReturnType<typeof taskPack>>

/** Imports a pack after a change. */
async function importPack(change: (pack: Pack) => void | Promise<void> = () => {}, options: { id?: string } = {}) {
  await using temp = await temporaryFolder()
  const pack = await taskPack()
  await change(pack)
  await writeTaskPack(join(temp.path, 'pack'), pack)
  const opened = await findImporter('pack-task').open(join(temp.path, 'pack'), options)
  const stored = await storeSource(temp.path, opened)
  return { opened, info: stored.info as DatasetInfo }
}

test('reads a pack: prompt names, splits and counts', async () => {
  const { opened, info } = await importPack()
  expect((opened as { task: Task }).task.classes[1]).toEqual({ id: 'sick', name: 'Sick', promptName: 'a sick chest' })
  expect(opened.total).toBe(8)
  expect(info.counts).toEqual({ train: [2, 2], val: [1, 1], test: [1, 1] })
})

test('stores it under another id when asked', async () => {
  expect((await importPack(undefined, { id: 'renamed' })).info.task.id).toBe('renamed')
})

test('does not write the same source twice', async () => {
  await using temp = await temporaryFolder()
  await writeTaskPack(join(temp.path, 'pack'), await taskPack())
  const store = async (options = {}) =>
    (await storeSource(temp.path, await findImporter('pack-task').open(join(temp.path, 'pack'), {}), options)).written
  expect([await store(), await store(), await store({ again: true })]).toEqual([true, false, true])
  await writeFiles(join(temp.path, 'pack'), {
    'labels.csv': `file,label,split,source,patient\n${(await taskPack()).rows.join('\n')}`,
  })
  expect(await store()).toBe(true)
})

/** Changes the first row of labels.csv. */
function relabel(from: string, to: string) {
  return (pack: Pack) => {
    pack.rows[0] = pack.rows[0]!.replace(from, to)
  }
}

const wrong: [what: string, change: (pack: Pack) => void | Promise<void>, code: string, text: string][] = [
  ['a label that task.json does not list', relabel(',normal,', ',weird,'), 'WRONG_LABEL', 'weird'],
  ['a split that does not exist', relabel(',train,', ',later,'), 'WRONG_LABEL', 'later'],
  ['a label that contradicts the path', relabel(',normal,', ',sick,'), 'WRONG_LABEL', 'train/normal/0.jpg'],
  ['a member that labels.csv does not name', (pack) => void pack.rows.pop(), 'WRONG_LABEL', 'test/sick/0.jpg'],
  ['a member that is missing', (pack) => void pack.members.pop(), 'CORRUPT_ARCHIVE', 'test/sick/0.jpg'],
  ['a member that comes twice', (pack) => void pack.members.push(pack.members[0]!), 'CORRUPT_ARCHIVE', 'twice'],
  ['a row that comes twice', (pack) => void pack.rows.push(pack.rows[0]!), 'BAD_INPUT', 'twice'],
  [
    'a corrupt image',
    async (pack) => {
      const [name] = pack.members[3]!
      pack.members[3] = [name, (await picture(0)).subarray(0, 300)]
    },
    'CORRUPT_IMAGE',
    'train/sick/1.jpg',
  ],
  ['a description without classes', (pack) => void Object.assign(pack.json, { classes: [] }), 'BAD_INPUT', 'classes'],
]
test.each(wrong)('refuses %s', async (_, change, code, text) => {
  await expect(importPack(change)).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
})

test('says what is missing and how to point to the data', async () => {
  await using temp = await temporaryFolder()
  const open = () => findImporter('pack-task').open(temp.path, {})
  await expect(findImporter('pack-task').open('/nowhere', {})).rejects.toMatchObject({
    code: 'MISSING_DATA',
    message: expect.stringContaining('ANAMNESIS_TEST_DATA'),
  })
  await expect(open()).rejects.toMatchObject({ code: 'MISSING_DATA', message: expect.stringContaining('task.json') })
  await writeFiles(temp.path, { 'task.json': '{', 'labels.csv': '', 'images.tar': '' })
  await expect(open()).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('not valid JSON') })
})
