import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Figure, figure as figureSchema, type NewFigureRecord } from '../contracts/index.ts'
import { openCorpus, writeCorpus } from './corpus.ts'
import { corpusFolder, storedCorpora } from './home.ts'
import { drain, picture, temporaryFolder } from './testing/sources.ts'

function figure(number: number): Figure {
  return figureSchema.parse({
    id: `fig${number}`,
    caption: `Caption ${number}`,
    modality: number % 3 === 0 ? 'MRI' : 'CT',
    anatomy: 'brain',
    licence: 'CC BY 4.0',
    licenceGroup: 'commercial',
    article: 'An article with ümläuts',
    pmid: null,
    pmcid: null,
    doi: null,
    url: null,
    credit: null,
  })
}

async function* records(count: number): AsyncGenerator<NewFigureRecord> {
  for (let number = 0; number < count; number++) yield { figure: figure(number), image: await picture(number) }
}

const head = { id: 'small', title: 'Small', synthetic: true, exampleQuestions: ['A CT photo'] }

test('gives back figures by number and by id, more than one growth of the id table', async () => {
  await using temp = await temporaryFolder()
  const folder = corpusFolder(temp.path, 'small')
  const info = await writeCorpus(folder, head, records(1100))
  expect(info).toMatchObject({ size: 1100, licenceGroups: { commercial: 1100, 'non-commercial': 0, other: 0 } })
  expect(info.modalities).toEqual([
    { modality: 'CT', count: 733 },
    { modality: 'MRI', count: 367 },
  ])
  await using corpus = await openCorpus(folder)
  expect(await corpus.figure(7)).toEqual(figure(7))
  expect(await corpus.image(7)).toEqual(await picture(7))
  expect(await corpus.byId('fig1099')).toEqual(figure(1099))
  expect(await corpus.imageById('fig1099')).toEqual(await picture(1099))
  expect(await corpus.byId('fig1100')).toBeNull()
  expect(await corpus.imageById('')).toBeNull()
  await expect(corpus.figure(1100)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect((await drain(corpus.figures())).map((record) => record.figure.id)).toEqual(
    Array.from({ length: 1100 }, (_, i) => `fig${i}`),
  )
  expect((await storedCorpora(temp.path)).map(({ id }) => id)).toEqual(['small'])
})

test('the digest names the content', async () => {
  await using temp = await temporaryFolder()
  const digest = async (name: string, count: number) =>
    (await writeCorpus(join(temp.path, name), head, records(count))).digest
  expect(await digest('a', 3)).toBe(await digest('b', 3))
  expect(await digest('c', 4)).not.toBe(await digest('a', 3))
})

test('refuses an empty corpus, equal ids and a corrupt image', async () => {
  await using temp = await temporaryFolder()
  const folder = join(temp.path, 'small')
  const good = { figure: figure(1), image: await picture(1) }
  await expect(writeCorpus(folder, head, [])).rejects.toMatchObject({ code: 'BAD_INPUT' })
  await expect(writeCorpus(folder, head, [good, good])).rejects.toMatchObject({ code: 'BAD_INPUT' })
  const untitled = { ...good, figure: { ...figure(1), caption: '' } }
  await expect(writeCorpus(folder, head, [untitled])).rejects.toMatchObject({ code: 'BAD_INPUT' })
  const broken = { ...good, image: Buffer.from('GIF89a') }
  await expect(writeCorpus(folder, head, [broken])).rejects.toMatchObject({
    code: 'CORRUPT_IMAGE',
    message: expect.stringContaining('fig1'),
  })
  await expect(openCorpus(folder)).rejects.toMatchObject({ code: 'MISSING_DATA' })
})
