import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import type { CorpusInfo } from '../corpus.ts'
import { openCorpus } from '../corpus.ts'
import { corpusFolder, storeSource } from '../home.ts'
import { licenceGroup, licenceName } from '../licence.ts'
import { readTar } from '../tar.ts'
import { temporaryFolder } from '../testing/sources.ts'
import type { Article } from './article.ts'
import { jats } from './importer.ts'
import { parseJats } from './parser.ts'

const root = fileURLToPath(new URL('../../../../../', import.meta.url))
const data = resolve(root, process.env.ANAMNESIS_TEST_DATA || '../shared/data', 'literature')
const reason = existsSync(data) ? '' : ` (skipped: no real articles in ${data}, set ANAMNESIS_TEST_DATA)`

describe.skipIf(reason !== '')(`real articles${reason}`, () => {
  test('all are read; figures equal the table of an independent XML reader and a count of the tags', async () => {
    // articles.csv was made with another XML reader (Python's ElementTree); the count of tags knows nothing of XML.
    const rows = parse(await readFile(join(data, 'articles.csv')), { columns: true }) as Record<string, string>[]
    const table = new Map(rows.map((row) => [row.file!, row]))
    const articles: { row: Record<string, string>; article: Article; tags: number }[] = []
    for await (const { name, data: bytes } of readTar(join(data, 'articles.tar.gz'))) {
      const [article] = parseJats(bytes, name)
      const tags =
        Buffer.from(bytes)
          .toString()
          .replaceAll(/<!--[\s\S]*?-->/g, '')
          .match(/<fig[\s>]/g)?.length ?? 0
      articles.push({ row: table.get(name)!, article: article!, tags })
    }
    expect(articles).toHaveLength(340)
    for (const { row, article, tags } of articles) {
      expect([row.file, article.figures.length]).toEqual([row.file, Number(row.figures)])
      expect(tags).toBe(article.figures.length)
      expect(plain(article.title)).toBe(plain(row.title!))
      expect(plain(article.journal)).toBe(plain(row.journal!))
      expect(article.pmcid ?? '').toBe(row.pmcid)
      expect(article.pmid ?? '').toBe(row.pmid)
      expect(article.abstract !== '').toBe(row.abstract === '1')
      expect(row.doi!.startsWith(article.doi!)).toBe(true) // two have a version behind it
      expect(licenceGroup(article.licence.text, article.licence.url)).toBe('commercial')
    }
    expect(articles.reduce((sum, { article }) => sum + article.figures.length, 0)).toBe(2334)
    // The table takes the year of the issue, here the first publication counts: 7 articles came out earlier.
    expect(articles.filter(({ row, article }) => String(article.year ?? '') !== row.year).length).toBe(7)
    const notices = articles.flatMap(({ article }) => article.related)
    expect(notices.filter(({ kind }) => kind === 'retraction')).toHaveLength(4)
    expect(notices.filter(({ kind }) => kind === 'correction')).toHaveLength(22)
    const names = new Map<string, number>()
    for (const { article } of articles) {
      const name = licenceName(article.licence.text, article.licence.url)
      names.set(name, (names.get(name) ?? 0) + 1)
    }
    expect([...names.keys()].sort()).toEqual([
      'CC BY',
      'CC BY 2.0',
      'CC BY 3.0',
      'CC BY 4.0',
      'CC0',
      'CC0 1.0',
      'Public domain',
    ])
  }, 30_000)

  test('captions are imported without pictures when asked, figures with kept rights apart', async () => {
    await using temp = await temporaryFolder()
    const opened = await jats.open(data, { id: 'lit', captionsOnly: true })
    const info = (await storeSource(temp.path, opened)).info as CorpusInfo
    expect(info).toMatchObject({
      size: 2332,
      report: { missingImages: { count: 2332 }, problems: { count: 8 }, notices: 26 },
    })
    expect(info.licenceGroups.other).toBeGreaterThan(0)
    await using corpus = await openCorpus(corpusFolder(temp.path, 'lit'))
    expect(await corpus.figure(0)).toMatchObject({
      journal: 'PLoS Biology',
      year: 2004,
      imageMissing: true,
      licence: 'CC BY',
    })
  }, 30_000)
})

const plain = (text: string) => text.toLowerCase().replaceAll(/\W+/g, '')
