import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type CorpusInfo, openCorpus } from '../corpus.ts'
import { corpusFolder, storeSource } from '../home.ts'
import { findImporter, recogniseLiterature } from '../registry.ts'
import { type Member, picture, tar, temporaryFolder, writeFiles } from '../testing/sources.ts'

const json = (record: object) => JSON.stringify(record)

test('imports shards one after the other, a figure a key', async () => {
  await using temp = await temporaryFolder()
  const shard = async (numbers: number[]): Promise<Uint8Array> => {
    const members: Member[] = []
    for (const number of numbers) {
      members.push([`./PMC${number}_f1.jpg`, await picture(number)])
      members.push([
        `./PMC${number}_f1.json`,
        json({ caption: `CT number ${number}`, license: 'CC BY', pmcid: `PMC${number}` }),
      ])
    }
    return tar(members)
  }
  await writeFiles(temp.path, { 'src/00000.tar': await shard([1, 2]), 'src/00001.tar': await shard([3]) })
  const importer = await recogniseLiterature(join(temp.path, 'src'))
  expect(importer.id).toBe('webdataset')
  const { info } = await storeSource(temp.path, await importer.open(join(temp.path, 'src'), { id: 'bio' }))
  expect(info).toMatchObject({ size: 3, licenceGroups: { commercial: 3 }, report: { problems: { count: 0 } } })
  await using corpus = await openCorpus(corpusFolder(temp.path, 'bio'))
  expect(await corpus.figure(2)).toMatchObject({
    caption: 'CT number 3',
    modality: 'CT',
    pmcid: 'PMC3',
    articleId: 'pmc3',
  })
})

test('takes the caption of a .txt, tells samples that lack something, and goes on', async () => {
  await using temp = await temporaryFolder()
  const members: Member[] = [
    ['a.jpg', await picture(1)],
    ['a.txt', 'A caption'],
    ['b.jpg', await picture(2)],
    ['c.json', json({ caption: 'c' })],
    ['d.jpg', await picture(4)],
    ['d.json', '{"caption":'],
    ['e.jpg', 'no picture'],
    ['e.json', json({ caption: 'e' })],
    ['f.png', await picture(5, 'png')],
    ['f.txt', Buffer.from('Größe', 'latin1')],
    ['g.json', json({ caption: 'g' })],
    ['g.jpg', await picture(6)],
  ]
  await writeFiles(temp.path, { 'src/shard.tar': await tar(members) })
  const opened = await findImporter('webdataset').open(join(temp.path, 'src', 'shard.tar'), { id: 'w' })
  const info = (await storeSource(temp.path, opened)).info as CorpusInfo
  expect(info.size).toBe(2)
  expect(info.report!.problems.first.map(({ place, reason }) => `${place}: ${reason}`)).toEqual([
    expect.stringMatching(/shard\.tar\/b: .*neither/),
    expect.stringMatching(/shard\.tar\/d: .*not JSON/),
    expect.stringMatching(/shard\.tar\/f: .*not UTF-8/),
    expect.stringMatching(/shard\.tar\/e: .*not an image/),
  ])
  expect(info.report!.missingImages).toEqual({ count: 1, first: ['shard.tar/c'] })
})
