import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CorpusInfo } from './corpus.ts'
import { openCorpus } from './corpus.ts'
import { corpusFolder, storeSource } from './home.ts'
import { findImporter } from './registry.ts'
import { picture, temporaryFolder, writeFiles } from './testing/sources.ts'

async function importTable(home: string, table: string): Promise<CorpusInfo> {
  await writeFiles(join(home, 'My Figures'), {
    'captions.csv': table,
    'a.jpg': await picture(0),
    'deep/b.png': await picture(1, 'png'),
  })
  const opened = await findImporter('captions-csv').open(join(home, 'My Figures'), {})
  return (await storeSource(home, opened)).info as CorpusInfo
}

test('reads captions with commas, quotes and line breaks, and optional columns', async () => {
  await using temp = await temporaryFolder()
  const table = 'file,caption,licence,id\r\na.jpg,"A ""large"", round\nmass",CC0,x1\r\ndeep/b.png,Second,,\r\n'
  const info = await importTable(temp.path, table)
  expect(info).toMatchObject({ id: 'my_figures', title: 'My Figures', size: 2, synthetic: false })
  await using corpus = await openCorpus(corpusFolder(temp.path, 'my_figures'))
  expect(await corpus.byId('x1')).toMatchObject({ caption: 'A "large", round\nmass', licenceGroup: 'commercial' })
  expect(await corpus.byId('deep/b.png')).toMatchObject({ licenceGroup: 'other' })
})

const wrong: [what: string, table: string, code: string][] = [
  ['an image that is not there', 'file,caption\nc.jpg,x', 'MISSING_DATA'],
  ['a path that leads outside', 'file,caption\n../a.jpg,x', 'BAD_INPUT'],
  ['a link that leads outside', 'file,caption\nlink.jpg,x', 'BAD_INPUT'],
  ['a row without caption', 'file,caption\na.jpg,', 'BAD_INPUT'],
  ['a table without the columns', 'picture,text\na.jpg,x', 'BAD_INPUT'],
  ['an open quote', 'file,caption\na.jpg,"x', 'BAD_INPUT'],
  ['the same image twice', 'file,caption\na.jpg,x\na.jpg,y', 'BAD_INPUT'],
]
test.each(wrong)('refuses %s', async (_, table, code) => {
  await using temp = await temporaryFolder()
  await writeFiles(temp.path, { 'My Figures/keep': '', 'secret.jpg': await picture(2) })
  await symlink(join(temp.path, 'secret.jpg'), join(temp.path, 'My Figures', 'link.jpg'))
  await expect(importTable(temp.path, table)).rejects.toMatchObject({ code })
})

test('names a missing table', async () => {
  await using temp = await temporaryFolder()
  await expect(findImporter('captions-csv').open(temp.path, {})).rejects.toMatchObject({
    code: 'MISSING_DATA',
    message: expect.stringContaining('captions.csv'),
  })
})
