import { createHash } from 'node:crypto'
import type { estypes } from '@elastic/elasticsearch'
import type { Figure } from '../../contracts/index.ts'
import { rowDigest } from '../contents.ts'
import type { FacetField, IndexRow, StoreFilter, VectorSide } from '../store.ts'
import { terms } from '../terms.ts'
import type { VectorIndex } from './settings.ts'

/** Longest document id of Elasticsearch, in bytes. */
const LONGEST_ID = 512

/** The field that holds a facet's values, and that filters ask. */
export const FACET_FIELDS_OF: Record<FacetField, string> = {
  modality: 'modality',
  anatomy: 'anatomy',
  licenceGroup: 'licence_group',
  year: 'year',
  articleId: 'article',
  journal: 'journal',
}

export const VECTOR_FIELDS: Record<VectorSide, string> = { caption: 'caption_vector', image: 'image_vector' }

/**
 * Everything but the vectors, whose length depends on the encoder. Captions are searchable by the standard analyser;
 * `terms` holds them as the product itself divides them, so that its own BM25 and the server's count the same words.
 */
export const PROPERTIES: Record<string, estypes.MappingProperty> = {
  id: { type: 'keyword' },
  caption: { type: 'text', analyzer: 'standard' },
  terms: { type: 'text', analyzer: 'whitespace' },
  modality: { type: 'keyword' },
  anatomy: { type: 'keyword' },
  licence_group: { type: 'keyword' },
  article: { type: 'keyword' },
  journal: { type: 'keyword' },
  year: { type: 'integer' },
  retracted: { type: 'boolean' },
  digest: { type: 'keyword', index: false },
  figure: { type: 'object', enabled: false },
}

/** Unit vectors: their inner product is the cosine, and they come back bit for bit as they were written. */
export function vectorProperties(dim: number, type: VectorIndex): Record<string, estypes.MappingProperty> {
  const field = {
    type: 'dense_vector',
    dims: dim,
    index: true,
    similarity: 'max_inner_product',
    index_options: { type },
  } as const
  return { [VECTOR_FIELDS.caption]: field, [VECTOR_FIELDS.image]: field }
}

/** The figure id where it fits, its digest otherwise. */
export function documentId(figureId: string): string {
  if (Buffer.byteLength(figureId) <= LONGEST_ID) return figureId
  return createHash('sha256').update(figureId).digest('hex')
}

/** A row as a document. */
export function rowDocument(row: IndexRow): Record<string, unknown> {
  const { figure } = row
  return {
    id: figure.id,
    caption: figure.caption,
    terms: terms(figure.caption).join(' '),
    modality: figure.modality,
    anatomy: figure.anatomy,
    licence_group: figure.licenceGroup,
    article: figure.articleId,
    journal: figure.journal,
    year: figure.year,
    retracted: figure.retracted,
    digest: rowDigest(row),
    figure,
    [VECTOR_FIELDS.caption]: Array.from(row.captionVector),
    [VECTOR_FIELDS.image]: Array.from(row.imageVector),
  }
}

/** What a search reads of a document, beside the vectors. */
export interface Source {
  figure: Figure
}

/** A filter as a query that only decides; every filter has at least one clause, so that it can always be asked. */
export function filterQuery(filter: StoreFilter = {}): estypes.QueryDslQueryContainer {
  const { years, retracted = 'without' } = filter
  const must: estypes.QueryDslQueryContainer[] = []
  const list = (field: string, values: readonly string[] | undefined) => {
    if (values?.length) must.push({ terms: { [field]: [...values] } })
  }
  list('modality', filter.modalities)
  list('anatomy', filter.anatomies)
  list('licence_group', filter.licenceGroups)
  list('article', filter.articles)
  if (years?.from !== undefined) must.push({ range: { year: { gte: Math.ceil(years.from) } } })
  if (years?.to !== undefined) must.push({ range: { year: { lte: Math.floor(years.to) } } })
  if (retracted !== 'with') must.push({ term: { retracted: retracted === 'only' } })
  const without = filter.leaveOut?.length ? [{ terms: { id: [...filter.leaveOut] } }] : []
  return { bool: { filter: must, must_not: without } }
}
