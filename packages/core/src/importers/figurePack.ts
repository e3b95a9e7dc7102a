import { existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { AnamnesisError, type NewFigureRecord } from '../contracts/index.ts'
import { fingerprint } from './fingerprint.ts'
import { type ImporterDefinition, mustExist } from './importer.ts'
import { licenceGroup } from './licence.ts'
import { readTar } from './tar.ts'

const text = z.string().nullish()
const line = z.object({
  id: z.string().min(1),
  image: z.string().min(1),
  caption: z.string().min(1),
  credit: text,
  pmid: text,
  pmcid: text,
  doi: text,
  url: text,
  article_title: text,
  modality: text,
  anatomy: text,
  licence: text,
  licence_url: text,
})

export const figurePack: ImporterDefinition = {
  id: 'figure-pack',
  title: 'Figure pack',
  summary: 'A folder with figures.jsonl (id, image, caption, licence ...) and images.tar.',
  recognises: async (path) =>
    existsSync(join(path, 'figures.jsonl')) && existsSync(join(path, 'images.tar')) ? 0.95 : 0,
  async open(path, options) {
    const files = { lines: join(path, 'figures.jsonl'), images: join(path, 'images.tar') }
    await mustExist(path, 'The figure folder')
    for (const file of Object.values(files)) await mustExist(file, 'A file of the figure pack')
    const places = await findLines(files.lines)
    return {
      kind: 'corpus',
      head: { id: options.id ?? 'figures', title: options.title ?? `Figures of ${basename(path)}`, synthetic: false },
      records: readRecords(files, places),
      total: places.size,
      source: await fingerprint('figure-pack', [files.lines], [files.images]),
    }
  },
}

interface Place {
  position: number
  length: number
}

/** Image name -> where its line stands in figures.jsonl; the lines themselves stay on the disk. */
async function findLines(path: string): Promise<Map<string, Place>> {
  const places = new Map<string, Place>()
  await using file = await open(path, 'r')
  let position = 0
  for await (const found of readLines(file)) {
    const length = found.length
    if (found.some((byte) => byte > 32)) {
      const { image, id } = parseLine(found, path, position)
      if (places.has(image)) {
        throw new AnamnesisError(
          'BAD_INPUT',
          `figures.jsonl names the image "${image}" twice (the second time as "${id}").`,
        )
      }
      places.set(image, { position, length })
    }
    position += length + 1
  }
  return places
}

/** Lines without their line end, as bytes. */
async function* readLines(file: FileHandle): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of file.createReadStream({ autoClose: false, start: 0 })) {
    const all = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let start = 0
    for (let end = all.indexOf(10); end !== -1; end = all.indexOf(10, start)) {
      yield all.subarray(start, end)
      start = end + 1
    }
    rest = all.subarray(start)
  }
  if (rest.length > 0) yield rest
}

function parseLine(bytes: Buffer, path: string, position: number): z.infer<typeof line> {
  try {
    return line.parse(JSON.parse(bytes.toString()))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw new AnamnesisError('BAD_INPUT', `"${path}" has a wrong record at byte ${position}: ${why}`, { cause: error })
  }
}

async function* readRecords(
  files: { lines: string; images: string },
  places: Map<string, Place>,
): AsyncGenerator<NewFigureRecord> {
  await using file = await open(files.lines, 'r')
  const missing = new Set(places.keys())
  for await (const { name, data } of readTar(files.images)) {
    const place = places.get(name)
    if (!place)
      throw new AnamnesisError('CORRUPT_ARCHIVE', `images.tar holds "${name}", which figures.jsonl does not name.`)
    missing.delete(name)
    const bytes = Buffer.alloc(place.length)
    await file.read(bytes, 0, place.length, place.position)
    const found = parseLine(bytes, files.lines, place.position)
    yield {
      figure: {
        id: found.id,
        caption: found.caption,
        modality: found.modality ?? '',
        anatomy: found.anatomy ?? '',
        licence: found.licence ?? '',
        licenceGroup: licenceGroup(found.licence ?? null, found.licence_url),
        article: found.article_title ?? '',
        pmid: found.pmid ?? null,
        pmcid: found.pmcid ?? null,
        doi: found.doi ?? null,
        url: found.url ?? null,
        credit: found.credit ?? null,
      },
      image: data,
    }
  }
  for (const name of missing) {
    throw new AnamnesisError(
      'CORRUPT_ARCHIVE',
      `images.tar is incomplete: ${missing.size} images of figures.jsonl are not in it, the first is "${name}". Fetch it again.`,
    )
  }
}
