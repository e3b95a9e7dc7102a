import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, test, vi } from 'vitest'
import type { NewFigureRecord } from '../contracts/index.ts'
import { type CorpusInfo, openCorpus } from './corpus.ts'
import { corpusFolder, type StoreOptions, storedCorpora, storeSource } from './home.ts'
import type { ImportOptions } from './importer.ts'
import { ImportNotes } from './importNotes.ts'
import { writeLiterature } from './literature.ts'
import { RecordWriter } from './records.ts'
import { recogniseLiterature } from './registry.ts'
import { jatsArticle, jatsFigure } from './testing/jatsArticle.ts'
import { picture, tar, temporaryFolder, writeFiles } from './testing/sources.ts'

async function store(home: string, path: string, options: ImportOptions & StoreOptions = {}) {
  const importer = await recogniseLiterature(path)
  const opened = await importer.open(path, { id: 'lit', ...options })
  const stored = await storeSource(home, opened, options)
  return { ...stored, info: stored.info as CorpusInfo, importer: importer.id }
}

async function figures(home: string) {
  await using corpus = await openCorpus(corpusFolder(home, 'lit'))
  const all = []
  for await (const { figure } of corpus.figures()) all.push(figure)
  return all
}

/** A PNG whose header tells another size. */
function pretendSize(png: Uint8Array, width: number, height: number): Uint8Array {
  const bytes = Buffer.from(png)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}

const two =
  jatsFigure('f1', '<p>A CT of the chest.</p>') +
  jatsFigure('f2', '<p>An MRI of the head.</p>', 'info:doi/10.1/f2.g002')

test('imports a folder of articles with their pictures beside, and says everything about a figure', async () => {
  await using temp = await temporaryFolder()
  await writeFiles(join(temp.path, 'src'), {
    'one.xml': jatsArticle({ body: two, meta: '<article-id pub-id-type="pmc">5</article-id>' }),
    'f1.jpg': await picture(1),
    'images/f2.g002.PNG': await picture(2, 'png'),
  })
  const { info, importer } = await store(temp.path, join(temp.path, 'src'))
  expect(importer).toBe('jats')
  expect(info).toMatchObject({ size: 2, report: { stored: 2, problems: { count: 0 }, missingImages: { count: 0 } } })
  expect(await figures(temp.path)).toMatchObject([
    {
      id: 'pmc5/f1',
      caption: 'A CT of the chest.',
      label: 'Figure f1',
      modality: 'CT',
      licence: 'CC BY 4.0',
      licenceGroup: 'commercial',
      article: 'On tests',
      articleId: 'pmc5',
      pmcid: 'PMC5',
      doi: '10.1234/test.1',
      url: 'https://doi.org/10.1234/test.1',
      journal: 'Journal of Tests',
      year: 2018,
      keywords: ['testing', 'X2'],
      parentId: null,
      panel: null,
      retracted: false,
      notices: [],
      imageMissing: false,
    },
    { id: 'pmc5/f2', modality: 'MRI' },
  ])
})

test('finds pictures in the same archive, plain or compressed, in an archive beside and where --images says', async () => {
  await using temp = await temporaryFolder()
  const article = jatsArticle({ body: two })
  const [one, other] = [await picture(1), await picture(2)]
  const together = await tar([
    ['PMC1/one.nxml', article],
    ['PMC1/f1.jpg', one],
    ['PMC1/f2.g002.jpg', other],
  ])
  await writeFiles(temp.path, {
    'a/all.tar': together,
    'b/all.tar.gz': gzipSync(together),
    'c/articles.tar.gz': gzipSync(await tar([['one.xml', article]])),
    'c/images.tar': await tar([
      ['f1.jpg', one],
      ['f2.g002.jpg', other],
    ]),
    'd/one.xml': article,
    'pictures/f1.jpg': one,
    'pictures/f2.g002.jpg': other,
  })
  for (const path of ['a', 'b', 'c', 'a/all.tar', 'b/all.tar.gz']) {
    expect((await store(temp.path, join(temp.path, path), { again: true })).info.size, path).toBe(2)
  }
  const images = join(temp.path, 'pictures')
  expect((await store(temp.path, join(temp.path, 'd'), { images })).info.size).toBe(2)
})

test('joins notices with the figures of their article, whichever was read first and whichever told it', async () => {
  await using temp = await temporaryFolder()
  const by =
    '<related-article related-article-type="correction-forward" ext-link-type="doi" xlink:href="10.5555/note"/>'
  const about = (type: string, doi: string) =>
    `<related-article related-article-type="${type}" ext-link-type="doi" xlink:href="info:doi/${doi}"/>`
  await writeFiles(join(temp.path, 'src'), {
    'a.xml': jatsArticle({ doi: '10.5555/early', body: jatsFigure('f1', '<p>x</p>') }),
    'b.xml': jatsArticle({
      doi: '10.5555/retraction',
      type: 'retraction',
      meta: about('retracted-article', '10.5555/EARLY') + about('retracted-article', '10.5555/late'),
    }),
    'c.xml': jatsArticle({ doi: '10.5555/late', body: jatsFigure('f1', '<p>y</p>'), meta: by }),
    'd.xml': jatsArticle({ doi: '10.5555/fine', body: jatsFigure('f1', '<p>z</p>') }),
    'f1.jpg': await picture(1),
  })
  const { info } = await store(temp.path, join(temp.path, 'src'))
  expect(info.report?.notices).toBe(3)
  const retraction = { kind: 'retraction', doi: '10.5555/retraction', pmid: null }
  expect(
    (await figures(temp.path)).map(({ articleId, retracted, notices }) => [articleId, retracted, notices]),
  ).toEqual([
    ['10.5555/early', true, [retraction]],
    ['10.5555/late', true, [{ kind: 'correction', doi: '10.5555/note', pmid: null }, retraction]],
    ['10.5555/fine', false, []],
  ])
})

test('adds to a corpus: new figures, and a later retraction changes its digest', async () => {
  await using temp = await temporaryFolder()
  const article = (doi: string) => jatsArticle({ doi, body: jatsFigure('f1', '<p>x</p>') })
  const notice =
    '<related-article related-article-type="retracted-article" ext-link-type="doi" xlink:href="10.5555/a"/>'
  await writeFiles(temp.path, {
    'one/a.xml': article('10.5555/a'),
    'one/f1.jpg': await picture(1),
    'two/a.xml': article('10.5555/a'),
    'two/b.xml': article('10.5555/b'),
    'two/f1.jpg': await picture(1),
    'three/note.xml': jatsArticle({ doi: '10.5555/n', type: 'retraction', meta: notice }),
  })
  const first = await store(temp.path, join(temp.path, 'one'))
  const second = await store(temp.path, join(temp.path, 'two'), { add: true })
  expect(second.info).toMatchObject({ size: 2, report: { stored: 1, repeated: 1 } })
  expect(second.info.digest).not.toBe(first.info.digest)
  const third = await store(temp.path, join(temp.path, 'three'), { add: true })
  expect(third.info).toMatchObject({ size: 2, licenceGroups: { commercial: 2 }, report: { stored: 0, notices: 1 } })
  expect(third.info.digest).not.toBe(second.info.digest)
  expect((await figures(temp.path)).map(({ retracted }) => retracted)).toEqual([true, false])
  expect((await store(temp.path, join(temp.path, 'two'), { add: true })).written).toBe(false)
})

describe('broken input', () => {
  test('is told with place and reason, the rest is imported', async () => {
    await using temp = await temporaryFolder()
    const src = join(temp.path, 'src')
    await writeFiles(src, {
      'a.xml': jatsArticle({
        doi: '10.5555/a',
        body: ['good', 'huge', 'torn', 'gone', 'bare']
          .map((id) => jatsFigure(id, id === 'bare' ? '' : '<p>x</p>'))
          .join(''),
      }),
      'b.xml': '<article><front>',
      'c.xml': Buffer.from(jatsArticle({ doi: '10.5555/c', title: 'Größe' }), 'latin1'),
      'd.xml': jatsArticle({ doi: '10.5555/a', body: jatsFigure('good', '<p>other words</p>') }),
      'good.tif': await sharp(await picture(1))
        .tiff()
        .toBuffer(),
      'huge.png': pretendSize(await picture(3, 'png'), 12_500, 8_000),
      'torn.jpg': (await picture(2)).subarray(0, 300),
    })
    await symlink('/etc/hostname', join(src, 'e.xml'))
    const { info } = await store(temp.path, src)
    expect(info.size).toBe(1)
    expect(info.report?.missingImages).toEqual({ count: 1, first: ['a.xml, figure gone: gone'] })
    const told = Object.fromEntries(
      info.report!.problems.first.map(({ place, code, reason }) => [place, `${code} ${reason}`]),
    )
    expect(told).toEqual({
      'a.xml, figure huge': expect.stringMatching(/^TOO_LARGE .*100000000 pixels/),
      'a.xml, figure torn': expect.stringMatching(/^CORRUPT_IMAGE/),
      'a.xml, figure bare': expect.stringMatching(/^BAD_INPUT .*no caption/),
      'b.xml': expect.stringMatching(/^BAD_INPUT .*not well-formed/),
      'c.xml': expect.stringMatching(/^BAD_INPUT .*utf-8/),
      'd.xml, figure good': expect.stringMatching(/^CONFLICT .*another content/),
      'e.xml': expect.stringMatching(/^BAD_INPUT .*link/),
    })
  })

  test('above the limit ends the import; with more allowed it goes on from there', async () => {
    await using temp = await temporaryFolder()
    await writeFiles(join(temp.path, 'src'), {
      'a.xml': jatsArticle({ body: jatsFigure('f1', '<p>x</p>') }),
      'b.xml': '<article>',
      'c.xml': '<article>',
      'f1.jpg': await picture(1),
    })
    await expect(store(temp.path, join(temp.path, 'src'), { maxBroken: 1 })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/More than 1 records.*c\.xml.*--max-broken/),
    })
    expect(await storedCorpora(temp.path)).toEqual([])
    expect((await store(temp.path, join(temp.path, 'src'), { maxBroken: 2 })).info).toMatchObject({ size: 1 })
  })

  test.each([
    ['a link', 'symlink' as const, 'x.xml'],
    ['a path outside', 'file' as const, '../x.xml'],
  ])('an archive with %s is refused whole', async (_, type, name) => {
    await using temp = await temporaryFolder()
    const archive = await tar([
      ['a.xml', jatsArticle()],
      [name, '', { type, linkname: '/etc/passwd' }],
    ])
    await writeFiles(temp.path, { 'src/a.tar': archive })
    await expect(store(temp.path, join(temp.path, 'src'))).rejects.toMatchObject({ code: 'CORRUPT_ARCHIVE' })
    expect(await storedCorpora(temp.path)).toEqual([])
  })

  test('without a single picture the way out is told, and captions alone are kept when asked', async () => {
    await using temp = await temporaryFolder()
    await writeFiles(temp.path, { 'src/a.xml': jatsArticle({ body: two }) })
    await expect(store(temp.path, join(temp.path, 'src'))).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/none has its image.*--captions-only/),
    })
    expect(await readdir(join(temp.path, 'corpora'))).toEqual([])
    await store(temp.path, join(temp.path, 'src'), { captionsOnly: true })
    expect((await figures(temp.path)).map(({ imageMissing }) => imageMissing)).toEqual([true, true])
  })
})

describe('an interrupted import', () => {
  const head = { id: 'lit', title: 'Lit', synthetic: false }
  const record = async (number: number): Promise<NewFigureRecord> => ({
    figure: { id: `f${number}`, caption: `Caption ${number}`, licenceGroup: 'commercial' },
    image: await picture(number),
  })
  async function* records(count: number, failAt = -1): AsyncGenerator<NewFigureRecord> {
    for (let number = 0; number < count; number++) {
      if (number === failAt) throw new Error('the machine went down')
      yield await record(number)
    }
  }

  test('goes on where it stopped and ends with the same bytes as one that was not interrupted', async () => {
    await using temp = await temporaryFolder()
    const folder = join(temp.path, 'lit')
    const whole = await writeLiterature(join(temp.path, 'whole'), head, records(40), new ImportNotes(), { source: 's' })
    await expect(writeLiterature(folder, head, records(40, 25), new ImportNotes(), { source: 's' })).rejects.toThrow(
      'went down',
    )
    await expect(openCorpus(folder)).rejects.toMatchObject({ code: 'MISSING_DATA' })
    const notes = new ImportNotes()
    const info = await writeLiterature(folder, head, records(40), notes, { source: 's' })
    expect(notes.problems.repeated).toBeGreaterThan(10)
    expect(info.digest).toBe(whole.digest)
    expect(info.report).toMatchObject({ stored: 40 - notes.problems.repeated })
    expect((await readdir(temp.path)).sort()).toEqual(['lit', 'whole'])
  })

  test('cuts off a record that was half written', async () => {
    await using temp = await temporaryFolder()
    const folder = join(temp.path, 'lit')
    await expect(writeLiterature(folder, head, records(9, 8), new ImportNotes(), { source: 's' })).rejects.toThrow()
    const unfinished = join(temp.path, '.lit.unfinished')
    await writeFile(join(unfinished, 'records.bin'), Buffer.from('{"id":"half"'), { flag: 'a' })
    await writeFile(join(unfinished, 'index.bin'), Buffer.alloc(40, 1), { flag: 'a' })
    const info = await writeLiterature(folder, head, records(9), new ImportNotes(), { source: 's' })
    expect(info.size).toBe(9)
    await using corpus = await openCorpus(folder)
    expect(await corpus.byId('f8')).toMatchObject({ caption: 'Caption 8' })
    expect(await corpus.imageById('f8')).toEqual(await picture(8))
  })

  test('by a full disk says so, leaves the old corpus searchable, and goes on when there is room', async () => {
    await using temp = await temporaryFolder()
    const folder = join(temp.path, 'lit')
    await writeLiterature(folder, head, records(2), new ImportNotes(), { source: 'old' })
    let written = 0
    const original = RecordWriter.prototype.add
    const full = vi.spyOn(RecordWriter.prototype, 'add').mockImplementation(function (this: RecordWriter, ...args) {
      if (++written > 5) return Promise.reject(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }))
      return original.apply(this, args)
    })
    await expect(
      writeLiterature(folder, head, records(20), new ImportNotes(), { source: 'new' }),
    ).rejects.toMatchObject({ code: 'DISK_FULL' })
    full.mockRestore()
    await using old = await openCorpus(folder)
    expect(old.size).toBe(2)
    const notes = new ImportNotes()
    expect((await writeLiterature(folder, head, records(20), notes, { source: 'new' })).size).toBe(20)
    expect(notes.problems.repeated).toBe(5)
  })

  test('starts afresh for another source', async () => {
    await using temp = await temporaryFolder()
    const folder = join(temp.path, 'lit')
    await expect(writeLiterature(folder, head, records(9, 8), new ImportNotes(), { source: 'a' })).rejects.toThrow()
    expect((await writeLiterature(folder, head, records(3), new ImportNotes(), { source: 'b' })).size).toBe(3)
  })

  test('is refused while another process writes the same corpus', async () => {
    await using temp = await temporaryFolder()
    await mkdir(join(temp.path, '.lit.unfinished'))
    await writeFile(join(temp.path, '.lit.unfinished', 'lock'), String(process.ppid))
    await expect(
      writeLiterature(join(temp.path, 'lit'), head, records(1), new ImportNotes(), {}),
    ).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      message: expect.stringContaining(String(process.ppid)),
    })
    await writeFile(join(temp.path, '.lit.unfinished', 'lock'), '999999999') // that process is gone
    expect((await writeLiterature(join(temp.path, 'lit'), head, records(1), new ImportNotes(), {})).size).toBe(1)
  })
})

test('a path that is no literature is told with what would be', async () => {
  await using temp = await temporaryFolder()
  await writeFiles(temp.path, { 'src/readme.txt': 'x' })
  await expect(recogniseLiterature(join(temp.path, 'src'))).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('webdataset'),
  })
  await expect(recogniseLiterature(join(temp.path, 'nowhere'))).rejects.toMatchObject({ code: 'MISSING_DATA' })
})
