import { AnamnesisError, LICENCE_GROUPS, type RetrievalResult } from '@anamnesis/core/contracts'
import { type IndexHealth, RETRIEVAL_MODES } from '@anamnesis/core/retrieve'
import { FACET_FIELDS, type FacetCount, storeById } from '@anamnesis/core/stores'
import { z } from 'zod'
import type { Database } from '../db/client.ts'
import type { Engine } from '../engine/engine.ts'
import type { FigureVectors, Filter, IndexOf, SimilarResult } from '../engine/protocol.ts'
import type { Env } from '../env.ts'
import { INDEX_STORE } from '../jobs/trainingRequest.ts'
import type { Catalog } from './catalog.ts'
import { recalledFigures } from './recalls.ts'

/** What a search needs of the server. */
export interface SearchServices {
  catalog: Catalog
  db: Database
  engine: Engine
  env: Env
}

const words = z.array(z.string().max(300)).max(100).nullish()
const year = z.number().int().min(1500).max(2500).nullish()

const filterShape = {
  modalities: words,
  anatomies: words,
  licenceGroups: z.array(z.enum(LICENCE_GROUPS)).max(LICENCE_GROUPS.length).nullish(),
  articles: words,
  yearFrom: year,
  yearTo: year,
  withRecalled: z.boolean().nullish(),
}
const whereShape = { corpus: z.string().min(1).max(200), store: z.string().max(100).nullish() }
const depth = (most: number, usual: number) =>
  z
    .number()
    .int()
    .min(1)
    .max(most)
    .nullish()
    .transform((n) => n ?? usual)

const search = z.object({
  ...whereShape,
  ...filterShape,
  question: z.string().trim().min(1, 'ask something').max(2000),
  k: depth(200, 20),
  perCaption: depth(100, 2),
  mode: z.enum(RETRIEVAL_MODES).nullish(),
})

/** Most bytes of an uploaded image. */
const IMAGE_BYTES = 640 * 1024

const similar = z.object({
  ...whereShape,
  ...filterShape,
  figureKey: z.string().min(1).max(200).nullish(),
  imageBase64: z
    .string()
    .max(Math.ceil((IMAGE_BYTES * 4) / 3) + 100, `at most ${IMAGE_BYTES} bytes`)
    .nullish(),
  k: depth(200, 20),
})

const facets = z.object({ ...whereShape, ...filterShape })

/** Values listed for each facet. */
const FACET_VALUES = 100

/** Parses an input of this file. @throws BAD_INPUT naming the field */
export function parseInput<T>(shape: z.ZodType<T>, raw: unknown): T {
  const parsed = shape.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const field = issue.path.join('.')
  throw new AnamnesisError('BAD_INPUT', `Input "${field}" is wrong: ${issue.message}.`, { field })
}

/** Asks the literature. @throws BAD_INPUT, UNKNOWN_CORPUS, UNKNOWN_STORE, UNKNOWN_MODEL, MISSING_DATA and the engine's errors */
export async function searchLiterature(
  raw: unknown,
  services: SearchServices,
): Promise<{ corpus: string; result: RetrievalResult }> {
  const input = parseInput(search, raw)
  const { question, corpus, k, perCaption, mode } = input
  const index = await indexOf(input, services)
  const filter = await filterOf(input, services.db)
  const request = { ...index, question, k, perCaption, filter, ...(mode ? { mode } : {}) }
  return { corpus, result: await services.engine.search(request) }
}

/** Figures whose images are like a figure or an uploaded image. @throws as `searchLiterature`, and NOT_FOUND, TOO_LARGE, CORRUPT_IMAGE */
export async function moreLikeThis(
  raw: unknown,
  services: SearchServices,
): Promise<{ corpus: string; result: SimilarResult }> {
  const input = parseInput(similar, raw)
  const { corpus, figureKey, imageBase64, k } = input
  if ((figureKey ? 1 : 0) + (imageBase64 ? 1 : 0) !== 1) {
    throw new AnamnesisError('BAD_INPUT', 'Give either a figure of the corpus or an image.', { field: 'figureKey' })
  }
  const like = imageBase64 ? { image: uploaded(imageBase64) } : { figureId: figureKey! }
  const index = await indexOf(input, services)
  const filter = await filterOf(input, services.db)
  return { corpus, result: await services.engine.run('similar', { ...index, like, k, filter }) }
}

/** Figures per value of each facet that match a filter, most frequent first. */
export async function countFacets(
  raw: unknown,
  services: SearchServices,
): Promise<{ field: string; values: FacetCount[] }[]> {
  const input = parseInput(facets, raw)
  const index = await indexOf(input, services)
  const filter = await filterOf(input, services.db)
  const request = { ...index, fields: [...FACET_FIELDS], limit: FACET_VALUES, filter }
  const counts = await services.engine.run('facets', request)
  return FACET_FIELDS.map((field) => ({
    field,
    values: (counts[field] ?? []).toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)),
  }))
}

/** The two vectors of a figure. @throws NOT_FOUND and those of `searchLiterature` */
export async function figureVectors(
  corpus: string,
  figureId: string,
  services: SearchServices,
): Promise<FigureVectors> {
  return services.engine.run('vectors', { ...(await indexOf({ corpus }, services)), figureId })
}

/** How the index of a corpus is; null where there is none (yet). @throws UNKNOWN_STORE and the engine's errors */
export async function healthOf(
  where: { corpus: string; store?: string | null },
  services: Pick<SearchServices, 'catalog' | 'engine' | 'env'>,
): Promise<IndexHealth | null> {
  try {
    return await services.engine.run('health', await indexOf(where, services))
  } catch (error) {
    if (error instanceof AnamnesisError && ['MISSING_DATA', 'UNKNOWN_MODEL'].includes(error.code)) return null
    throw error
  }
}

/** The index of a corpus that searches use. @throws UNKNOWN_CORPUS, UNKNOWN_STORE, UNKNOWN_MODEL */
export async function indexOf(
  { corpus, store }: { corpus: string; store?: string | null },
  { catalog, env }: Pick<SearchServices, 'catalog' | 'env'>,
): Promise<IndexOf> {
  const kind = storeById(store ?? INDEX_STORE).id
  await catalog.corpusInfo(corpus)
  const modelId = await catalog.modelOf(corpus)
  return { home: env.home, corpusId: corpus, modelId, store: kind, backend: env.backend }
}

type FilterInput = z.output<z.ZodObject<typeof filterShape>> & { corpus: string }

/** What a search may find: the filter that was asked for, and nothing that is recalled. */
async function filterOf(input: FilterInput, db: Database): Promise<Filter> {
  const leaveOut = input.withRecalled ? [] : await recalledFigures(db, input.corpus)
  const { modalities, anatomies, licenceGroups, articles, yearFrom, yearTo } = input
  return {
    ...(modalities?.length ? { modalities } : {}),
    ...(anatomies?.length ? { anatomies } : {}),
    ...(licenceGroups?.length ? { licenceGroups } : {}),
    ...(articles?.length ? { articles } : {}),
    ...(yearFrom || yearTo
      ? { years: { ...(yearFrom ? { from: yearFrom } : {}), ...(yearTo ? { to: yearTo } : {}) } }
      : {}),
    ...(leaveOut.length > 0 ? { leaveOut } : {}),
  }
}

/** @throws TOO_LARGE, CORRUPT_IMAGE: the bytes say what they are, whatever the client called them */
function uploaded(base64: string): Uint8Array {
  const bytes = Buffer.from(base64.replace(/^data:[^,]{0,100},/, ''), 'base64')
  if (bytes.byteLength > IMAGE_BYTES) {
    throw new AnamnesisError(
      'TOO_LARGE',
      `The image has ${bytes.byteLength} bytes; at most ${IMAGE_BYTES} are taken.`,
      {
        field: 'imageBase64',
      },
    )
  }
  const isPng = bytes.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff
  if (isPng || isJpeg) return new Uint8Array(bytes)
  throw new AnamnesisError('CORRUPT_IMAGE', 'The upload is neither a JPEG nor a PNG image.', { field: 'imageBase64' })
}
