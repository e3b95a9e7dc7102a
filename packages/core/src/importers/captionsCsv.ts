import { createReadStream, existsSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { parse } from 'csv-parse'
import { z } from 'zod'
import { AnamnesisError, type NewFigureRecord } from '../contracts/index.ts'
import { fingerprint } from './fingerprint.ts'
import { type ImporterDefinition, mustExist } from './importer.ts'
import { licenceGroup } from './licence.ts'
import { isSafePath } from './safePath.ts'

const blank = z.string().default('')
const row = z.object({
  file: z.string().min(1),
  caption: z.string().min(1),
  id: blank,
  modality: blank,
  anatomy: blank,
  licence: blank,
  article: blank,
  pmid: blank,
  pmcid: blank,
  doi: blank,
  url: blank,
  credit: blank,
})

export const captionsCsv: ImporterDefinition = {
  id: 'captions-csv',
  title: 'Images with a caption table',
  summary:
    'A folder with images and captions.csv: columns file and caption; id, modality, anatomy, licence, article, pmid, pmcid, doi, url, credit optional.',
  recognises: async (path) => (existsSync(join(path, 'captions.csv')) ? 0.95 : 0),
  async open(path, options) {
    const table = join(path, 'captions.csv')
    await mustExist(path, 'The folder of images and captions')
    await mustExist(table, 'The caption table')
    const name = basename(resolve(path))
    return {
      kind: 'corpus',
      head: {
        id:
          options.id ??
          (name
            .toLowerCase()
            .replaceAll(/[^a-z0-9_.-]+/g, '_')
            .replace(/^[^a-z0-9]+/, '') ||
            'captions'),
        title: options.title ?? name,
        synthetic: false,
      },
      records: readRecords(path, table),
      total: null,
      source: await fingerprint('captions-csv', [], [table]),
    }
  },
}

async function* readRecords(folder: string, table: string): AsyncGenerator<NewFigureRecord> {
  const root = (await realpath(folder)) + sep
  const rows = createReadStream(table).pipe(parse({ columns: true, bom: true, skip_empty_lines: true }))
  let number = 1
  try {
    for await (const raw of rows) {
      number++
      const parsed = row.safeParse(raw)
      if (!parsed.success) {
        throw new AnamnesisError(
          'BAD_INPUT',
          `Line ${number} of captions.csv is wrong: ${z.prettifyError(parsed.error)}`,
        )
      }
      const found = parsed.data
      yield {
        figure: {
          id: found.id || found.file,
          caption: found.caption,
          modality: found.modality,
          anatomy: found.anatomy,
          licence: found.licence,
          licenceGroup: licenceGroup(found.licence),
          article: found.article,
          pmid: found.pmid || null,
          pmcid: found.pmcid || null,
          doi: found.doi || null,
          url: found.url || null,
          credit: found.credit || null,
        },
        image: await readInside(root, found.file, number),
      }
    }
  } catch (error) {
    if (error instanceof AnamnesisError) throw error
    throw new AnamnesisError(
      'BAD_INPUT',
      `captions.csv cannot be read after line ${number}: ${(error as Error).message}`,
      { cause: error },
    )
  }
}

async function readInside(root: string, file: string, number: number): Promise<Uint8Array> {
  if (!isSafePath(file)) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `Line ${number} of captions.csv names "${file}", which leads outside the folder.`,
    )
  }
  const path = await realpath(join(root, file)).catch((error: unknown) => {
    throw new AnamnesisError(
      'MISSING_DATA',
      `Line ${number} of captions.csv names "${file}", which is not in the folder.`,
      { cause: error },
    )
  })
  if (!path.startsWith(root)) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `Line ${number} of captions.csv names "${file}", a link that leads outside the folder.`,
    )
  }
  return readFile(path)
}
