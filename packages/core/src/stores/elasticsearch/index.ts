import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { estypes } from '@elastic/elasticsearch'
import { AnamnesisError, type Figure } from '../../contracts/index.ts'
import { type Contents, ContentsKeeper } from '../contents.ts'
import { byScore, checkVector, cosine, SCORE_STEP } from '../cosine.ts'
import { FACET_LIMIT } from '../facets.ts'
import { claimFolder } from '../owner.ts'
import type {
  FacetCount,
  FacetField,
  FacetPage,
  IndexRow,
  ScoredFigure,
  StoreDefinition,
  StoreFilter,
  StoreOptions,
  VectorBlock,
  VectorSide,
  VectorStore,
} from '../store.ts'
import { terms } from '../terms.ts'
import { writeRows } from './bulk.ts'
import { Cluster, statusOf, whole, withoutErrors } from './cluster.ts'
import { documentId, FACET_FIELDS_OF, filterQuery, type Source, VECTOR_FIELDS } from './documents.ts'
import { Indexes, type PhysicalIndex } from './indexes.ts'
import { withClusterLock } from './lock.ts'
import { type ElasticsearchSettings, elasticsearchSettings } from './settings.ts'

/** Up to this many rows a search compares all vectors; above, the approximate index answers. */
const FLAT_ROWS = 50_000
/** Most candidates that Elasticsearch compares for one search and shard. */
const MOST_CANDIDATES = 10_000
/** Rows of one answer that carries vectors. */
const WINDOW = 5_000
/** Fewest candidates of an approximate search. */
const CANDIDATES = 400
/** Candidates of an approximate search that are compared in full precision, per row that is wanted. */
const OVERSAMPLE = 2
/** Ids that one request may name. */
const MOST_TERMS = 60_000
/** Rows of a page when everything is read. */
const PAGE = 1_000
/** Scores closer than this may tie: the server ranks by 32-bit sums. */
const SLACK = 2 * SCORE_STEP

/** An Elasticsearch cluster: many machines share one index. The environment names it (ELASTICSEARCH_URL). */
export const elasticsearchStore: StoreDefinition = elasticsearchStoreWith(() => {
  const settings = elasticsearchSettings()
  if (settings === null) {
    throw new AnamnesisError(
      'BAD_INPUT',
      'The store "elasticsearch" needs a cluster: set ELASTICSEARCH_URL, or use the store "lancedb".',
      { field: 'ELASTICSEARCH_URL' },
    )
  }
  return settings
})

/** @param flatRows where comparing all vectors ends and the approximate index begins */
export function elasticsearchStoreWith(settings: () => ElasticsearchSettings, flatRows = FLAT_ROWS): StoreDefinition {
  return {
    id: 'elasticsearch',
    title: 'Elasticsearch',
    server: true,
    async open(options) {
      const { folder, encoderId, dim } = options
      const cluster = await Cluster.connect(settings())
      try {
        await claimFolder(folder, { kind: 'elasticsearch', encoderId, dim })
        const store = new ElasticsearchStore(cluster, options, flatRows)
        await store.refresh()
        return store
      } catch (error) {
        await cluster[Symbol.asyncDispose]()
        throw error
      }
    },
  }
}

type Hit = estypes.SearchHit<Source>

class ElasticsearchStore implements VectorStore {
  readonly kind = 'elasticsearch'
  readonly folder: string
  readonly encoderId: string
  readonly dim: number
  private readonly indexes: Indexes
  /** What this store reads: null before the first rows. */
  private current: PhysicalIndex | null = null
  private rows = 0
  /** Rows that a filter leaves of the current index, which never changes. */
  private readonly counts = new Map<string, Promise<number>>()
  private readonly contents = new ContentsKeeper(
    this,
    async () => (this.current === null ? 'empty' : `${this.current.index}@${this.current.uuid}`),
    () => this.captions(),
  )

  constructor(
    private readonly cluster: Cluster,
    options: StoreOptions,
    private readonly flatRows: number,
  ) {
    this.folder = options.folder
    this.encoderId = options.encoderId
    this.dim = options.dim
    const local = createHash('sha256').update(resolve(options.folder)).digest('hex').slice(0, 16)
    const { encoderId, dim } = options
    this.indexes = new Indexes(cluster, options.name ?? `local ${local}`, { encoderId, dim })
  }

  get exact(): boolean {
    return this.current === null || this.current.vectorIndex === 'flat'
  }

  get indexType(): string {
    return this.current?.vectorIndex ?? 'flat'
  }

  async refresh(): Promise<void> {
    const { current } = await this.indexes.look()
    if (current?.uuid === this.current?.uuid && current?.index === this.current?.index) return
    this.current = current
    this.counts.clear()
    this.contents.forget()
    this.rows = current === null ? 0 : await this.count({ retracted: 'with' })
  }

  async version(): Promise<string> {
    return (await this.contents.get()).version
  }

  async show(version: string): Promise<boolean> {
    return version === (await this.version())
  }

  async lexicalStatistics(): Promise<Contents> {
    return this.contents.get()
  }

  count(filter?: StoreFilter): Promise<number> {
    const key = JSON.stringify(filter ?? {})
    let count = this.counts.get(key)
    if (count === undefined) {
      count = this.onCurrent('counting', 0, async (client, index) => {
        return whole(await client.count({ index, query: filterQuery(filter) })).count
      })
      if (this.counts.size >= 1_000) this.counts.clear()
      this.counts.set(key, count)
      count.catch(() => this.counts.delete(key))
    }
    return count
  }

  /** A copy of the index takes the rows and replaces it at the end: until then nobody sees any of them. */
  async upsert(rows: AsyncIterable<IndexRow> | Iterable<IndexRow>): Promise<number> {
    const source = this.checked(rows)
    const first = await source.next()
    if (first.done) return 0
    const all = async function* () {
      yield first.value
      yield* source
    }
    try {
      return await withClusterLock(this.cluster, this.indexes.alias, async (held) => {
        const draft = await this.indexes.openDraft()
        const written = await writeRows(this.cluster, this.indexes.draftAlias, all())
        await held()
        await this.indexes.commit(draft, this.flatRows)
        await this.refresh()
        return written
      })
    } finally {
      await source.return(undefined)
    }
  }

  async nearestCaptions(vector: Float32Array, limit: number, filter?: StoreFilter): Promise<ScoredFigure[]> {
    return this.nearest('caption', vector, limit, filter)
  }

  async nearestImages(vector: Float32Array, limit: number, filter?: StoreFilter): Promise<ScoredFigure[]> {
    return this.nearest('image', vector, limit, filter)
  }

  async matchCaptions(text: string, limit: number, filter?: StoreFilter): Promise<Figure[] | null> {
    const words = [...new Set(terms(text))].join(' ')
    if (words === '') return []
    return this.onCurrent('searching words', [] as Figure[], async (client, index) => {
      const answer = await client.search<Source>({
        index,
        size: Math.min(limit, WINDOW),
        allow_partial_search_results: false,
        track_total_hits: false,
        _source: ['figure'],
        query: { bool: { must: { match: { terms: words } }, filter: filterQuery(filter) } },
      })
      return answer.hits.hits.map((hit) => hit._source!.figure)
    })
  }

  async *vectorBlocks(side: VectorSide, rows: number, filter?: StoreFilter): AsyncIterable<VectorBlock> {
    let ids: string[] = []
    let vectors = new Float32Array(0)
    const size = Math.min(rows, PAGE)
    for await (const page of this.pages(
      { query: filterQuery(filter), _source: ['figure.id'], fields: [VECTOR_FIELDS[side]] },
      size,
    )) {
      for (const hit of page) {
        if (ids.length === 0) vectors = new Float32Array(rows * this.dim)
        vectors.set(vectorOf(hit, side), ids.length * this.dim)
        ids.push(idOf(hit))
        if (ids.length === rows) {
          yield blockOf(ids, vectors)
          ids = []
        }
      }
    }
    if (ids.length > 0) yield blockOf(ids, vectors.subarray(0, ids.length * this.dim))
  }

  async captionVectors(ids: readonly string[]): Promise<Map<string, Float32Array>> {
    return this.byId(ids, { _source: ['figure.id'], fields: [VECTOR_FIELDS.caption] }, (hit) =>
      vectorOf(hit, 'caption'),
    )
  }

  async imageVectors(ids: readonly string[]): Promise<Map<string, Float32Array>> {
    return this.byId(ids, { _source: ['figure.id'], fields: [VECTOR_FIELDS.image] }, (hit) => vectorOf(hit, 'image'))
  }

  async figuresById(ids: readonly string[]): Promise<Map<string, Figure>> {
    return this.byId(ids, { _source: ['figure'] }, (hit) => hit._source!.figure)
  }

  async written(ids: readonly string[]): Promise<Set<string>> {
    const found = new Set((await this.byId(ids, { _source: ['figure.id'] }, () => true)).keys())
    const left = ids.filter((id) => !found.has(id))
    const { draft } = left.length === 0 ? { draft: null } : await this.indexes.look()
    if (draft === null) return found
    for (let from = 0; from < left.length; from += PAGE) {
      const part = left.slice(from, from + PAGE)
      const documents = await this.cluster.read('looking for written figures', async (client) => {
        const answer = await client.mget({ index: draft.index, ids: part.map(documentId), _source: false })
        return withoutErrors(answer.docs)
      })
      for (const [i, document] of documents.entries()) if ('found' in document && document.found) found.add(part[i]!)
    }
    return found
  }

  async *scan(pageSize = PAGE): AsyncIterable<Figure> {
    for await (const page of this.pages({ _source: ['figure'] }, pageSize)) {
      for (const hit of page) yield hit._source!.figure
    }
  }

  async facets(field: FacetField, { filter, after, limit = FACET_LIMIT }: FacetPage = {}): Promise<FacetCount[]> {
    const number = field === 'year'
    const key = after === undefined ? undefined : after === '' && number ? null : number ? Number(after) : after
    const terms = { field: FACET_FIELDS_OF[field], missing_bucket: true }
    return this.onCurrent('counting values', [], async (client, index) => {
      const answer = await client.search<Source, { values: estypes.AggregationsCompositeAggregate }>({
        index,
        size: 0,
        allow_partial_search_results: false,
        query: filterQuery(filter),
        aggs: {
          values: {
            composite: {
              size: limit,
              sources: [{ value: { terms } }],
              ...(key === undefined ? {} : { after: { value: key } }),
            },
          },
        },
      })
      const buckets = answer.aggregations!.values.buckets as estypes.AggregationsCompositeBucket[]
      return buckets.map((bucket) => ({ value: String(bucket.key.value ?? ''), count: bucket.doc_count }))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]()
  }

  /** Grows the search until no row outside it can tie with the last one inside, then ranks in full precision. */
  private async nearest(
    side: VectorSide,
    vector: Float32Array,
    limit: number,
    filter: StoreFilter | undefined,
  ): Promise<ScoredFigure[]> {
    checkVector(vector, this, 'The question vector')
    const left = limit < 1 || this.rows === 0 ? 0 : await this.count(filter)
    let found: { id: string; score: number; figure: Figure }[] = []
    for (let asked = limit + 16; found.length < left; asked *= 4) {
      const wanted = Math.min(asked, left)
      if (wanted <= WINDOW) found = await this.window(side, vector, wanted, left, filter)
      else await this.grow(found, side, vector, wanted, left, filter)
      found.sort(byScore)
      if (found.length < wanted) break // an approximate index reached no more
      if (found.length > limit && found.at(-1)!.score < found[limit - 1]!.score - SLACK) break
    }
    return found.slice(0, limit).map(({ figure, score }) => ({ figure, score }))
  }

  /** More rows than one answer holds: the next best of those that were not found yet, until `wanted` are there. */
  private async grow(
    found: { id: string; score: number; figure: Figure }[],
    side: VectorSide,
    vector: Float32Array,
    wanted: number,
    left: number,
    filter: StoreFilter | undefined,
  ): Promise<void> {
    const start = filter?.leaveOut ?? []
    while (found.length < wanted) {
      const leaveOut = [...start, ...found.map(({ id }) => id)]
      if (leaveOut.length > MOST_TERMS) {
        throw new AnamnesisError(
          'TOO_LARGE',
          `A search in Elasticsearch can return ${MOST_TERMS} figures at most; ${wanted} were asked for. Ask for fewer.`,
        )
      }
      const size = Math.min(WINDOW, wanted - found.length)
      const more = await this.window(side, vector, size, left - found.length, { ...filter, leaveOut })
      found.push(...more)
      if (more.length < size) return
    }
  }

  /** @param left rows that the filter leaves; where they are few, all of them are compared in full precision */
  private async window(
    side: VectorSide,
    vector: Float32Array,
    size: number,
    left: number,
    filter: StoreFilter | undefined,
  ): Promise<{ id: string; score: number; figure: Figure }[]> {
    const field = VECTOR_FIELDS[side]
    const candidates = this.exact
      ? size
      : left <= MOST_CANDIDATES
        ? left
        : Math.min(MOST_CANDIDATES, Math.max(CANDIDATES, OVERSAMPLE * size))
    const hits = await this.onCurrent('searching vectors', [] as Hit[], async (client, index) => {
      const answer = await client.search<Source>({
        index,
        size,
        allow_partial_search_results: false,
        track_total_hits: false,
        _source: ['figure'],
        fields: [field],
        knn: {
          field,
          query_vector: Array.from(vector),
          k: size,
          num_candidates: candidates,
          filter: filterQuery(filter),
          ...(this.exact ? {} : { rescore_vector: { oversample: Math.max(1, candidates / size) } }),
        },
      })
      return answer.hits.hits
    })
    return hits.map((hit) => ({
      id: hit._source!.figure.id,
      score: cosine(vector, vectorOf(hit, side)),
      figure: hit._source!.figure,
    }))
  }

  private async byId<T>(
    ids: readonly string[],
    parts: Pick<estypes.SearchRequest, '_source' | 'fields'>,
    part: (hit: Hit) => T,
  ): Promise<Map<string, T>> {
    const found = new Map<string, T>()
    const unique = [...new Set(ids)]
    for (let from = 0; from < unique.length; from += PAGE) {
      const values = unique.slice(from, from + PAGE).map(documentId)
      const hits = await this.onCurrent('reading figures', [] as Hit[], async (client, index) => {
        const answer = await client.search<Source>({
          index,
          size: values.length,
          allow_partial_search_results: false,
          track_total_hits: false,
          query: { constant_score: { filter: { ids: { values } } } },
          ...parts,
        })
        return answer.hits.hits
      })
      for (const hit of hits) found.set(idOf(hit), part(hit))
    }
    return found
  }

  /** All documents that match, in figure-id order, a page at a time. */
  private async *pages(
    request: Pick<estypes.SearchRequest, 'query' | '_source' | 'fields'>,
    size: number,
  ): AsyncIterable<Hit[]> {
    for (let after: estypes.SortResults | undefined; ; ) {
      const hits = await this.onCurrent('reading all figures', [] as Hit[], async (client, index) => {
        const answer = await client.search<Source>({
          index,
          size: Math.min(size, MOST_CANDIDATES),
          allow_partial_search_results: false,
          track_total_hits: false,
          sort: [{ id: 'asc' }],
          ...(after === undefined ? {} : { search_after: after }),
          ...request,
        })
        return answer.hits.hits
      })
      if (hits.length > 0) yield hits
      if (hits.length < Math.min(size, MOST_CANDIDATES)) return
      after = hits.at(-1)!.sort
    }
  }

  private async *captions(): AsyncIterable<{ caption: string; digest: string }> {
    for await (const page of this.pages({ _source: ['caption', 'digest'] }, 2 * PAGE)) {
      for (const hit of page) yield hit._source as unknown as { caption: string; digest: string }
    }
  }

  /** Asks the index that this store reads; one that was removed since is replaced by its follower. */
  private async onCurrent<T>(
    what: string,
    empty: T,
    request: (client: Cluster['client'], index: string) => Promise<T>,
  ): Promise<T> {
    const { current } = this
    if (current === null) return empty
    try {
      return await this.cluster.read(what, (client) => request(client, current.index))
    } catch (error) {
      if (statusOf(error) !== 404) throw error
      await this.refresh()
      const next = this.current
      if (next === null || next.index === current.index) throw error
      return this.cluster.read(what, (client) => request(client, next.index))
    }
  }

  private async *checked(rows: AsyncIterable<IndexRow> | Iterable<IndexRow>): AsyncGenerator<IndexRow, void> {
    for await (const row of rows) {
      checkVector(row.captionVector, this, `The caption vector of figure ${row.figure.id}`)
      checkVector(row.imageVector, this, `The image vector of figure ${row.figure.id}`)
      yield row
    }
  }
}

const idOf = (hit: Hit): string => hit._source!.figure.id

const vectorOf = (hit: Hit, side: VectorSide): Float32Array =>
  Float32Array.from(hit.fields![VECTOR_FIELDS[side]] as number[])

const blockOf = (ids: readonly string[], vectors: Float32Array): VectorBlock => ({
  rows: ids.length,
  vectors,
  id: (row) => ids[row]!,
})
