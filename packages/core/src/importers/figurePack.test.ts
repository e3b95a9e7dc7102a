import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { NewFigureRecord } from '../contracts/index.ts'
import type { OpenedSource } from './importer.ts'
import { findImporter } from './registry.ts'
import { drain, type Member, picture, tar, temporaryFolder, writeFiles } from './testing/sources.ts'

const LINES = [
  {
    id: 'f0',
    image: 'f0.jpg',
    caption: 'Chest X-ray mit Größe.',
    licence: 'CC BY-NC-SA 4.0',
    licence_url: 'https://creativecommons.org/licenses/by-nc-sa/4.0/',
    article_title: 'On chests',
    modality: 'X-ray',
    anatomy: null,
    doi: '10.1/x',
  },
  { id: 'f1', image: 'f1.jpg', caption: 'A drawing.', licence: 'CC BY 4.0', pmid: '7' },
]

async function read(lines: string, members: Member[]): Promise<NewFigureRecord[]> {
  await using temp = await temporaryFolder()
  await writeFiles(temp.path, { 'figures.jsonl': lines, 'images.tar': await tar(members) })
  const opened = await findImporter('figure-pack').open(temp.path, { id: 'figs' })
  return await drain((opened as OpenedSource & { kind: 'corpus' }).records)
}

const jsonl = (lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\n')
const both = async (): Promise<Member[]> => [
  ['f1.jpg', await picture(1)],
  ['f0.jpg', await picture(0)],
]

test('joins records and images in any order and sorts licences', async () => {
  const records = await read(`${jsonl(LINES)}\n\n`, await both())
  expect(records.map(({ figure }) => figure)).toEqual([
    {
      id: 'f1',
      caption: 'A drawing.',
      modality: '',
      anatomy: '',
      licence: 'CC BY 4.0',
      licenceGroup: 'commercial',
      article: '',
      pmid: '7',
      pmcid: null,
      doi: null,
      url: null,
      credit: null,
    },
    {
      id: 'f0',
      caption: 'Chest X-ray mit Größe.',
      modality: 'X-ray',
      anatomy: '',
      licence: 'CC BY-NC-SA 4.0',
      licenceGroup: 'non-commercial',
      article: 'On chests',
      pmid: null,
      pmcid: null,
      doi: '10.1/x',
      url: null,
      credit: null,
    },
  ])
  expect(records[1]!.image).toEqual(await picture(0))
})

test('refuses records without image, images without record, wrong lines', async () => {
  const members = await both()
  await expect(read(jsonl(LINES), [members[0]!])).rejects.toMatchObject({
    code: 'CORRUPT_ARCHIVE',
    message: expect.stringContaining('f0.jpg'),
  })
  await expect(read(jsonl([LINES[0]!]), members)).rejects.toMatchObject({
    code: 'CORRUPT_ARCHIVE',
    message: expect.stringContaining('f1.jpg'),
  })
  await expect(read(`${jsonl(LINES)}\n{"id":`, members)).rejects.toMatchObject({ code: 'BAD_INPUT' })
  await expect(read(jsonl([{ ...LINES[0], caption: '' }]), members)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('caption'),
  })
  await expect(read(jsonl([LINES[0]!, { ...LINES[1], image: 'f0.jpg' }]), members)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('twice'),
  })
})

test('finds every line of a file that is longer than one read', async () => {
  const lines = Array.from({ length: 400 }, (_, i) => ({ id: `g${i}`, image: `g${i}.jpg`, caption: 'ö'.repeat(300) }))
  const members = lines.map(({ image }): Member => [image, 'x'])
  const records = await read(jsonl(lines), members)
  expect(records.map(({ figure }) => figure.id)).toEqual(lines.map(({ id }) => id))
})

test('names a missing file', async () => {
  await expect(findImporter('figure-pack').open(join('/nowhere', 'figures'), {})).rejects.toMatchObject({
    code: 'MISSING_DATA',
  })
})
