import { describe, expect, test } from 'vitest'
import { naturalImages } from './naturalImages.ts'
import { findImporter } from './registry.ts'
import { drain, picture, temporaryFolder, writeFiles } from './testing/sources.ts'

async function classFolders(count: number, prefix = '') {
  const temp = await temporaryFolder()
  const image = await picture(1)
  const files = Array.from({ length: count }, (_, i) => [`${prefix}class_${i}/1.jpg`, image] as const)
  await writeFiles(temp.path, Object.fromEntries(files))
  return temp
}

describe.each(naturalImages.map((set) => [set.id, set] as const))('%s', (id, set) => {
  test('is read from class folders, their names in the prompts', async () => {
    await using temp = await classFolders(set.classes[0]!, 'train/')
    const opened = await findImporter(id).open(temp.path, {})
    if (opened.kind !== 'task') throw new Error('not a task')
    expect((await drain(opened.samples)).length).toBe(set.classes[0])
    expect(opened.task).toMatchObject({ id, name: set.name, licence: set.licence, domain: 'natural images' })
    expect(opened.task.classes[0]!.promptName).toBe(`class 0${set.kind}`)
  })

  test('refuses another number of classes', async () => {
    await using temp = await classFolders(set.classes[0]! - 1)
    await expect(findImporter(id).open(temp.path, {})).rejects.toMatchObject({
      code: 'MISSING_DATA',
      message: expect.stringContaining(`${set.classes[0]! - 1} class folders`),
    })
  })
})
