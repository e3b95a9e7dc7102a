import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DatasetInfo } from './dataset.ts'
import { storeSource } from './home.ts'
import { findImporter } from './registry.ts'
import { picture, temporaryFolder, writeFiles } from './testing/sources.ts'

async function importFolder(files: Record<string, string | Uint8Array>, options = {}): Promise<DatasetInfo> {
  await using temp = await temporaryFolder()
  await writeFiles(join(temp.path, 'My Set'), files)
  const opened = await findImporter('image-folder').open(join(temp.path, 'My Set'), options)
  return (await storeSource(temp.path, opened)).info as DatasetInfo
}

async function classes(folders: string[], count: number): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {}
  for (const folder of folders) {
    for (let i = 0; i < count; i++)
      files[`${folder}/${i}.${i % 2 ? 'PNG' : 'jpg'}`] = await picture(i, i % 2 ? 'png' : 'jpeg')
  }
  return files
}

test('makes splits of 70, 10 and 20 percent of each class, the same for the same seed', async () => {
  const files = await classes(['No Finding', 'mass'], 20)
  const info = await importFolder(files)
  expect(info.counts).toEqual({ train: [14, 14], val: [2, 2], test: [4, 4] })
  expect(info.task).toMatchObject({
    id: 'my_set',
    name: 'My Set',
    classes: [
      { id: 'no_finding', name: 'No Finding', promptName: 'No Finding' },
      { id: 'mass', name: 'mass', promptName: 'mass' },
    ],
  })
  expect((await importFolder(files)).digest).toBe(info.digest)
  expect((await importFolder(files, { seed: 1 })).digest).not.toBe(info.digest)
})

test('takes splits that are there, by any of their names', async () => {
  const info = await importFolder({
    ...(await classes(['Train/a', 'Train/b'], 3)),
    ...(await classes(['valid/a', 'valid/b'], 1)),
    ...(await classes(['test/a', 'test/b'], 2)),
  })
  expect(info.counts).toEqual({ train: [3, 3], val: [1, 1], test: [2, 2] })
})

test('takes the description of task.json and refuses a folder that it does not list', async () => {
  const json = {
    id: 'described',
    modality: 'CT',
    classes: [{ id: 'b', prompt_name: 'a CT with b' }, { id: 'a' }],
  }
  const files = { ...(await classes(['a', 'b'], 10)), 'task.json': JSON.stringify(json) }
  const info = await importFolder(files)
  expect(info.task).toMatchObject({ id: 'described', modality: 'CT' })
  expect(info.task.classes.map(({ promptName }) => promptName)).toEqual(['a CT with b', 'a'])
  await expect(importFolder({ ...files, 'c/0.jpg': await picture(0) })).rejects.toMatchObject({
    code: 'WRONG_LABEL',
    message: expect.stringContaining('"c"'),
  })
})

test('refuses a mixed layout, an empty folder and a missing one; passes over links', async () => {
  const mixed = { ...(await classes(['train/a', 'train/b', 'test/a', 'test/b'], 1)), 'extra/0.jpg': await picture(0) }
  await expect(importFolder(mixed)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('extra'),
  })
  await expect(importFolder({ 'notes.txt': 'x' })).rejects.toMatchObject({ code: 'MISSING_DATA' })
  await expect(findImporter('image-folder').open('/nowhere', {})).rejects.toMatchObject({ code: 'MISSING_DATA' })
  await using temp = await temporaryFolder()
  await writeFiles(temp.path, { secret: 'x', ...(await classes(['set/a', 'set/b'], 10)) })
  await symlink(join(temp.path, 'secret'), join(temp.path, 'set/a/link.jpg'))
  expect((await findImporter('image-folder').open(join(temp.path, 'set'), {})).total).toBe(20)
})
