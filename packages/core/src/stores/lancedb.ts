import { join } from 'node:path'
import type { Connection, Table, VectorQuery } from '@lancedb/lancedb'
import type { Table as ArrowTable, RecordBatch, Vector } from 'apache-arrow'
import type { Figure } from '../contracts/index.ts'
import { type Contents, ContentsKeeper, rowDigest } from './contents.ts'
import { byScore, checkVector, cosine, SCORE_STEP } from './cosine.ts'
import { countFacets } from './facets.ts'
import { withFileLock } from './fileLock.ts'
import { evenBlocks } from './lanceBlocks.ts'
import { FACET_COLUMNS, lancePredicate, quote } from './lanceFilter.ts'
import { APPROXIMATE, buildIndexes, probe } from './lanceIndex.ts'
import { withScratch } from './lanceScratch.ts'
import { type Arrow, loadArrow, rowsToArrow, tableSchema } from './lanceTable.ts'
import { claimFolder } from './owner.ts'
import type {
  FacetCount,
  FacetField,
  FacetPage,
  IndexRow,
  ScoredFigure,
  StoreDefinition,
  StoreFilter,
  VectorBlock,
  VectorSide,
  VectorStore,
} from './store.ts'
import { terms } from './terms.ts'

const TABLE = 'figures'
/** Ids of one question to the table. */
const BATCH = 2_000
/** Vectors of one write, in bytes. */
const WRITE_BYTES = 32 * 1024 * 1024
/** Files that no kept content names are removed after so many milliseconds: somebody may still read them. */
const READ_AT_MOST = 60 * 60 * 1000
/** Up to this many rows (left by the filter) a search compares all vectors; above, the approximate index answers. */
const FLAT_ROWS = 50_000
/** Cosine distances of Lance are 32-bit sums; rows this close to the last one may tie with it. */
const SLACK = 2 * SCORE_STEP
/** Parsed figure records kept for the next question. */
const FIGURE_CACHE = 20_000
/** Filters whose row counts are kept. */
const COUNT_CACHE = 1_000

/** LanceDB inside the process: columnar files in the index folder, no server. */
export const lancedbStore: StoreDefinition = lancedbStoreWith(FLAT_ROWS)

/** @param flatRows where searching all vectors ends and the approximate index begins */
export function lancedbStoreWith(flatRows: number): StoreDefinition {
  return {
    id: 'lancedb',
    title: 'LanceDB (embedded)',
    async open({ folder, encoderId, dim }) {
      await claimFolder(folder, { kind: 'lancedb', encoderId, dim })
      const [lancedb, arrow] = await Promise.all([import('@lancedb/lancedb'), loadArrow()])
      const connection = await lancedb.connect(join(folder, 'lance'))
      try {
        // A table that somebody is just making can be seen before it can be opened: the lock waits for its end.
        const table = await connection
          .openTable(TABLE)
          .catch(() =>
            withFileLock(join(folder, 'create.lock'), () =>
              connection.createEmptyTable(TABLE, tableSchema(arrow, dim), { existOk: true }),
            ),
          )
        const store = new LanceStore({ folder, encoderId, dim, connection, table, arrow, flatRows })
        await store.refresh()
        return store
      } catch (error) {
        connection.close()
        throw error
      }
    },
  }
}

interface Parts {
  folder: string
  encoderId: string
  dim: number
  connection: Connection
  table: Table
  arrow: Arrow
  flatRows: number
}

class LanceStore implements VectorStore {
  readonly kind = 'lancedb'
  readonly folder: string
  readonly encoderId: string
  readonly dim: number
  private readonly parts: Parts
  private readonly table: Table
  private readonly figures = new Map<string, Figure>()
  /** Where Lance keeps a figure that was found, in the version that is open: reading its vectors needs no search then. */
  private readonly rowIds = new Map<string, bigint>()
  private readonly contents = new ContentsKeeper(
    this,
    async () => String(await this.table.version()),
    () => this.captions(),
  )
  /** Rows that a filter leaves of the content that is open. */
  private readonly counts = new Map<string, Promise<number>>()
  private rows = 0
  private retracted = 0

  constructor(parts: Parts) {
    this.parts = parts
    this.folder = parts.folder
    this.encoderId = parts.encoderId
    this.dim = parts.dim
    this.table = parts.table
  }

  get exact(): boolean {
    return this.rows <= this.parts.flatRows
  }

  get indexType(): string {
    return this.exact ? 'flat' : APPROXIMATE
  }

  async refresh(): Promise<void> {
    await this.table.checkoutLatest()
    await this.look()
  }

  /** Contents are kept as tags of Lance: a tagged version is not cleaned up, and shares its files with the others. */
  async show(version: string): Promise<boolean> {
    if (version === (await this.version())) return true
    const tag = (await (await this.table.tags()).list())[tagOf(version)]
    if (tag === undefined) return false
    await this.table.checkout(tag.version)
    await this.look()
    return true
  }

  private async look(): Promise<void> {
    this.contents.forget()
    this.figures.clear()
    this.rowIds.clear()
    this.counts.clear()
    this.rows = await this.table.countRows()
    this.retracted = this.rows === 0 ? 0 : await this.table.countRows('retracted')
  }

  async version(): Promise<string> {
    return (await this.contents.get()).version
  }

  count(filter?: StoreFilter): Promise<number> {
    const where = this.predicate(filter)
    if (where === undefined) return Promise.resolve(this.rows)
    let count = this.counts.get(where)
    if (count === undefined) {
      count = this.table.countRows(where)
      if (this.counts.size >= COUNT_CACHE) this.counts.clear()
      this.counts.set(where, count)
      count.catch(() => this.counts.delete(where))
    }
    return count
  }

  /** Lance lets two merges at the same time insert the same id twice, hence the lock. */
  async upsert(rows: AsyncIterable<IndexRow> | Iterable<IndexRow>): Promise<number> {
    return withFileLock(join(this.folder, 'write.lock'), async () => {
      await this.refresh()
      let written = 0
      try {
        const merged = await this.merge(rows)
        written = merged.written
        if (written > 0) await withScratch(this.folder, () => this.settle(merged.onlyAdded))
      } finally {
        await this.refresh()
      }
      if (written > 0) await this.keep()
      return written
    })
  }

  async nearestCaptions(vector: Float32Array, limit: number, filter?: StoreFilter): Promise<ScoredFigure[]> {
    return this.nearest('captionVector', vector, limit, filter)
  }

  async nearestImages(vector: Float32Array, limit: number, filter?: StoreFilter): Promise<ScoredFigure[]> {
    return this.nearest('imageVector', vector, limit, filter)
  }

  async matchCaptions(text: string, limit: number, filter?: StoreFilter): Promise<Figure[] | null> {
    if (this.rows <= this.parts.flatRows) return null
    const words = terms(text).join(' ')
    if (words === '') return []
    const query = this.table
      .query()
      .fullTextSearch(words, { columns: 'caption' })
      .select(['id', 'figure', '_score'])
      .limit(limit)
    const where = this.predicate(filter)
    if (where !== undefined) query.where(where)
    const page = await query.toArrow()
    if (page.numRows === 0) return []
    const records = page.getChild('figure')!
    return strings(page.getChild('id')!).map((id, i) => this.figure(id, records, i))
  }

  async *vectorBlocks(side: VectorSide, rows: number, filter?: StoreFilter): AsyncIterable<VectorBlock> {
    const name = side === 'caption' ? 'captionVector' : 'imageVector'
    const query = this.table.query().select(['id', name])
    const where = this.predicate(filter)
    if (where !== undefined) query.where(where)
    yield* evenBlocks(query, name, rows, this.dim)
  }

  async figuresById(ids: readonly string[]): Promise<Map<string, Figure>> {
    const found = new Map<string, Figure>()
    for await (const page of this.pagesOf(ids, 'figure')) {
      const records = page.getChild('figure')!
      for (const [i, id] of strings(page.getChild('id')!).entries()) found.set(id, this.figure(id, records, i))
    }
    return found
  }

  async captionVectors(ids: readonly string[]): Promise<Map<string, Float32Array>> {
    return this.vectorsOf(ids, 'captionVector')
  }

  async imageVectors(ids: readonly string[]): Promise<Map<string, Float32Array>> {
    return this.vectorsOf(ids, 'imageVector')
  }

  async written(ids: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>()
    if (this.rows === 0) return found
    for await (const page of this.pagesOf(ids)) for (const id of strings(page.getChild('id')!)) found.add(id)
    return found
  }

  async facets(field: FacetField, page?: FacetPage): Promise<FacetCount[]> {
    const column = FACET_COLUMNS[field]
    const query = this.table.query().select([column])
    const where = this.predicate(page?.filter)
    if (where !== undefined) query.where(where)
    const values: string[] = []
    for await (const found of query) {
      const cells = found.getChild(column)!
      for (let row = 0; row < found.numRows; row++) values.push(String(cells.get(row) ?? ''))
    }
    return countFacets(values, page)
  }

  async *scan(pageSize = 1_000): AsyncIterable<Figure> {
    const query = this.table.query().select(['id', 'figure']).orderBy({ columnName: 'id', ascending: true })
    for await (const page of batches(query, pageSize)) {
      for (const text of strings(page.getChild('figure')!)) yield JSON.parse(text) as Figure
    }
  }

  async lexicalStatistics(): Promise<Contents> {
    return this.contents.get()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.figures.clear()
    this.table.close()
    this.parts.connection.close()
  }

  /** The rows of these ids, a few thousand at a time, with this column beside the id. */
  private async *pagesOf(ids: readonly string[], ...columns: string[]): AsyncIterable<RecordBatch> {
    const places = ids.flatMap((id) => this.rowIds.get(id) ?? [])
    if (places.length > 0) yield* this.table.takeRowIds(places).select(['id', ...columns])
    const others = places.length === 0 ? ids : ids.filter((id) => !this.rowIds.has(id))
    for (let from = 0; from < others.length; from += BATCH) {
      const list = others.slice(from, from + BATCH).map(quote)
      yield* this.table
        .query()
        .where(`id IN (${list.join(', ')})`)
        .select(['id', ...columns])
    }
  }

  private async vectorsOf(ids: readonly string[], side: string): Promise<Map<string, Float32Array>> {
    const found = new Map<string, Float32Array>()
    for await (const page of this.pagesOf(ids, side)) {
      const vectors = this.vectors(page.getChild(side)!)
      for (const [i, id] of strings(page.getChild('id')!).entries()) found.set(id, vectors(i).slice())
    }
    return found
  }

  /** The filter in SQL; undefined where it leaves nothing out, which searches answer fastest. */
  private predicate(filter: StoreFilter | undefined): string | undefined {
    return lancePredicate(filter, this.retracted > 0)
  }

  /** @returns also whether an empty table was filled with large writes alone */
  private async merge(
    rows: AsyncIterable<IndexRow> | Iterable<IndexRow>,
  ): Promise<{ written: number; onlyAdded: boolean }> {
    const atOnce = Math.ceil(WRITE_BYTES / (2 * this.dim * Float32Array.BYTES_PER_ELEMENT))
    let written = 0
    let batch = new Map<string, IndexRow>() // Lance refuses a merge that names a row twice: the last one wins
    let added: Set<string> | null = this.rows === 0 ? new Set() : null // while all rows are known, new ones are just added
    const flush = async () => {
      if (batch.size === 0) return
      const source = rowsToArrow(
        this.parts.arrow,
        this.dim,
        [...batch.values()].map((row) => ({ ...row, digest: rowDigest(row) })),
      )
      if (added !== null && ![...batch.keys()].some((id) => added!.has(id))) {
        await this.table.add(source)
        for (const id of batch.keys()) added.add(id)
      } else {
        await this.table.mergeInsert('id').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(source)
        added = null
      }
      batch = new Map()
    }
    for await (const row of rows) {
      checkVector(row.captionVector, this, `The caption vector of figure ${row.figure.id}`)
      checkVector(row.imageVector, this, `The image vector of figure ${row.figure.id}`)
      batch.set(row.figure.id, row)
      written++
      if (batch.size >= atOnce) await flush()
    }
    await flush()
    return { written, onlyAdded: added !== null }
  }

  /** Grows the search until no row outside it can tie with the last one inside, then ranks in full precision. */
  private async nearest(
    side: 'captionVector' | 'imageVector',
    vector: Float32Array,
    limit: number,
    filter: StoreFilter | undefined,
  ): Promise<ScoredFigure[]> {
    checkVector(vector, this, 'The question vector')
    if (limit < 1 || this.rows === 0) return []
    // single ids are left out here: in SQL they would make every search look at every id
    const { leaveOut = [], ...rest } = filter ?? {}
    const out = new Set(leaveOut)
    const where = this.predicate(rest)
    const flat = this.exact || (where !== undefined && (await this.count(rest)) <= this.parts.flatRows)
    for (let wanted = limit + Math.min(out.size, limit) + 16; ; wanted *= 4) {
      const query = (this.table.query().nearestTo(vector) as VectorQuery)
        .column(side)
        .distanceType('cosine') // the default is squared L2
        .select(['id', 'figure', side, '_distance'])
        .withRowId()
        .limit(wanted)
      if (where !== undefined) query.where(where)
      if (flat) query.bypassVectorIndex()
      else probe(query, this.rows)
      const page = await query.toArrow()
      const ranked = this.rank(page, side, vector)
      const found = out.size === 0 ? ranked : ranked.filter(({ id }) => !out.has(id))
      const complete = page.numRows < wanted || page.numRows >= this.rows
      if (complete || (found.length >= limit && ranked.at(-1)!.score < found[limit - 1]!.score - SLACK)) {
        return found.slice(0, limit).map(({ figure, score }) => ({ figure, score }))
      }
    }
  }

  private rank(page: ArrowTable, side: string, vector: Float32Array): { id: string; figure: Figure; score: number }[] {
    if (page.numRows === 0) return []
    const vectors = this.vectors(page.getChild(side)!)
    const records = page.getChild('figure')!
    const rowIds = page.getChild('_rowid')!
    if (this.rowIds.size >= FIGURE_CACHE) this.rowIds.clear()
    for (const [i, id] of strings(page.getChild('id')!).entries()) this.rowIds.set(id, rowIds.get(i) as bigint)
    return strings(page.getChild('id')!)
      .map((id, i) => ({ id, figure: this.figure(id, records, i), score: cosine(vector, vectors(i)) }))
      .sort(byScore)
  }

  private figure(id: string, records: Vector, row: number): Figure {
    let figure = this.figures.get(id)
    if (figure === undefined) {
      figure = JSON.parse(records.get(row)) as Figure
      if (this.figures.size >= FIGURE_CACHE) this.figures.clear()
      this.figures.set(id, figure)
    }
    return figure
  }

  /** Row accessor of a fixed-size list column; the rows are views of Arrow's memory. */
  private vectors(column: Vector): (row: number) => Float32Array {
    const parts = column.data.map((data) => ({
      length: data.length,
      values: data.children[0]!.values.subarray(data.offset * this.dim) as Float32Array,
    }))
    return (row) => {
      for (const part of parts) {
        if (row < part.length) return part.values.subarray(row * this.dim, (row + 1) * this.dim)
        row -= part.length
      }
      throw new RangeError('row outside the page')
    }
  }

  private async *captions(): AsyncIterable<{ caption: string; digest: string }> {
    for await (const page of this.table.query().select(['caption', 'digest'])) {
      const digests = strings(page.getChild('digest')!)
      for (const [i, caption] of strings(page.getChild('caption')!).entries()) yield { caption, digest: digests[i]! }
    }
  }

  /** Tags the present content by its version. */
  private async keep(): Promise<void> {
    if (this.rows === 0) return
    const tag = tagOf(await this.version())
    const tags = await this.table.tags()
    if (tag in (await tags.list())) return
    await tags.create(tag, await this.table.version())
  }

  /** Joins the files of many writes, takes new rows into the indexes, and builds those of a table that became large. */
  private async settle(onlyAdded: boolean): Promise<void> {
    if (!onlyAdded) await this.table.optimize({ cleanupOlderThan: new Date(Date.now() - READ_AT_MOST) })
    const rows = await this.table.countRows()
    if (rows > this.parts.flatRows) await buildIndexes(this.table, rows)
  }
}

const tagOf = (version: string): string => `content-${version}`

/** A stream of record batches of at most `size` rows. */
async function* batches(query: ReturnType<Table['query']>, size: number) {
  for await (const page of query) {
    for (let from = 0; from < page.numRows; from += size) yield page.slice(from, from + size)
  }
}

function strings(column: Vector): string[] {
  return Array.from({ length: column.length }, (_, i) => column.get(i) as string)
}
