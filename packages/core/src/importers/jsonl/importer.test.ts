import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { NewFigureRecord } from '../../contracts/index.ts'
import type { OpenedSource } from '../importer.ts'
import type { ImportNotes } from '../importNotes.ts'
import { findImporter, recogniseLiterature } from '../registry.ts'
import { drain, picture, tar, temporaryFolder, writeFiles } from '../testing/sources.ts'
import { readRecord } from './fields.ts'

async function read(path: string, options = {}): Promise<{ records: NewFigureRecord[]; notes: ImportNotes }> {
  const opened = (await findImporter('caption-jsonl').open(path, options)) as OpenedSource & { kind: 'corpus' }
  return { records: await drain(opened.records), notes: opened.notes! }
}

const lines = (records: readonly unknown[]) => records.map((record) => JSON.stringify(record)).join('\n')

test('reads the fields of ROCO, PMC-OA, MedICaT and BIOMEDICA by their own names', () => {
  expect(
    readRecord({ name: 'ROCO_00001.jpg', id: 'ROCO_00001', caption: 'A chest X-ray.', pmc_id: 'PMC42' }, null),
  ).toMatchObject({
    image: 'ROCO_00001.jpg',
    figure: {
      id: 'ROCO_00001',
      pmcid: 'PMC42',
      articleId: 'pmc42',
      modality: 'X-ray',
      licenceGroup: 'other',
      year: null,
    },
  })
  expect(
    readRecord({ image: 'PMC1_Fig1.jpg', caption: 'x', license: 'CC BY-NC', PMCID: '1' }, null).figure,
  ).toMatchObject({
    id: 'PMC1_Fig1.jpg',
    pmcid: 'PMC1',
    licence: 'CC BY-NC',
    licenceGroup: 'non-commercial',
  })
  const biomedica = {
    image_caption: 'An MRI.',
    article_license: 'CC BY-ND',
    article_journal: 'J',
    article_date: '2021 Mar 4',
    article_title: 'T',
    article_keywords: ['a', 'b'],
    article_accession_id: 'PMC9',
    pmid: 5,
  }
  expect(readRecord(biomedica, 'key7').figure).toMatchObject({
    id: 'key7',
    licenceGroup: 'other',
    journal: 'J',
    year: 2021,
    article: 'T',
    keywords: ['a', 'b'],
    pmcid: 'PMC9',
    pmid: '5',
  })
})

test.each([
  [{ license_group: 'commercial' }, 'commercial'],
  [{ license_group: 'noncommercial' }, 'non-commercial'],
  [{ license_group: 'other' }, 'other'],
  [{ license_group: 'commercial', license: 'CC BY-NC' }, 'non-commercial'],
  [{ license_url: 'https://creativecommons.org/licenses/by/4.0/' }, 'commercial'],
])('%j is %s', (record, group) => {
  expect(readRecord({ id: 'a', caption: 'c', ...record }, null).figure.licenceGroup).toBe(group)
})

test('finds images in folders and archives beside, with or without extension', async () => {
  await using temp = await temporaryFolder()
  await writeFiles(temp.path, {
    'train.jsonl': lines([
      { id: 'a', image: 'figs/a.jpg', caption: 'One' },
      { id: 'b', image: 'b', caption: 'Two' },
    ]),
    'val.jsonl.gz': gzipSync(lines([{ id: 'c', caption: 'Three' }])),
    'figs/a.jpg': await picture(1),
    'more.tar': await tar([
      ['x/b.png', await picture(2, 'png')],
      ['x/c.jpg', await picture(3)],
    ]),
  })
  expect((await recogniseLiterature(temp.path)).id).toBe('caption-jsonl')
  const { records, notes } = await read(temp.path)
  expect(records.map(({ figure, place }) => [figure.id, place])).toEqual([
    ['a', 'train.jsonl line 1'],
    ['b', 'train.jsonl line 2'],
    ['c', 'val.jsonl.gz line 1'],
  ])
  expect(notes.share).toBe(1)
})

test('tells broken lines with file, line and reason, and goes on', async () => {
  await using temp = await temporaryFolder()
  const broken = [
    '{"id": "half"',
    '[1]',
    JSON.stringify({ id: 'x', image: 'a.jpg' }),
    JSON.stringify({ image: '../a.jpg', id: 'y', caption: 'c' }),
    JSON.stringify({ id: 'z', image: 'gone.jpg', caption: 'c' }),
    '',
    JSON.stringify({ id: 'long', caption: 'ö'.repeat(2_200_000), image: 'a.jpg' }),
    JSON.stringify({ id: 'good', image: 'a.jpg', caption: 'c' }),
  ].join('\n')
  await writeFiles(temp.path, {
    'all.jsonl': Buffer.concat([Buffer.from(broken), Buffer.from('\n{"id":"l\xf6"}', 'latin1')]),
    'a.jpg': await picture(1),
  })
  const { records, notes } = await read(join(temp.path, 'all.jsonl'))
  expect(records.map(({ figure }) => figure.id)).toEqual(['good'])
  expect(notes.problems.first.map(({ place, reason }) => `${place}: ${reason}`)).toEqual([
    expect.stringMatching(/line 1: .*JSON/),
    expect.stringMatching(/line 2: .*no object/),
    expect.stringMatching(/line 3: .*no caption/),
    expect.stringMatching(/line 4: .*outside/),
    expect.stringMatching(/line 7: .*more than/),
    expect.stringMatching(/line 9: .*not UTF-8/),
  ])
  expect(notes.problems.firstMissing).toEqual(['all.jsonl line 5: gone.jpg'])
  expect((await read(join(temp.path, 'all.jsonl'), { captionsOnly: true })).records).toHaveLength(2)
})
