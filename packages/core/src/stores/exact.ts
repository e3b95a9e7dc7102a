import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import type { Figure } from '../contracts/index.ts'
import { AnamnesisError, figure as figureSchema } from '../contracts/index.ts'
import { type Contents, ContentsKeeper, rowDigest } from './contents.ts'
import { byScore, checkVector, cosine } from './cosine.ts'
import { countFacets } from './facets.ts'
import { withFileLock } from './fileLock.ts'
import { matches } from './filter.ts'
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
import { writeWhole } from './writeWhole.ts'

/** Rows written or read at a time. */
const BLOCK = 1024

/** Every vector in memory, every search complete: the reference that other stores are compared with. */
export const exactStore: StoreDefinition = {
  id: 'exact',
  title: 'Exact search in memory',
  async open({ folder, encoderId, dim }) {
    await claimFolder(folder, { kind: 'exact', encoderId, dim })
    const store = new ExactStore(folder, encoderId, dim)
    await store.refresh()
    return store
  },
}

interface Entry {
  figure: Figure
  digest: string
  captionVector: Float32Array
  imageVector: Float32Array
}

/** `current.json` names the generation in use; a generation is `rows.<n>.jsonl` and `vectors.<n>.f32`. */
class ExactStore implements VectorStore {
  readonly kind = 'exact'
  readonly folder: string
  readonly exact = true
  readonly indexType = 'flat'
  readonly encoderId: string
  readonly dim: number
  private generation = 0
  private entries: Entry[] = [] // in figure-id order
  private readonly contents = new ContentsKeeper(
    this,
    async () => String(this.generation),
    () => this.entries.map(({ figure, digest }) => ({ caption: figure.caption, digest })),
  )

  constructor(folder: string, encoderId: string, dim: number) {
    this.folder = folder
    this.encoderId = encoderId
    this.dim = dim
  }

  async version(): Promise<string> {
    return (await this.contents.get()).version
  }

  async show(version: string): Promise<boolean> {
    return version === (await this.version())
  }

  async count(filter?: StoreFilter): Promise<number> {
    return this.matching(filter).length
  }

  async upsert(rows: AsyncIterable<IndexRow> | Iterable<IndexRow>): Promise<number> {
    return withFileLock(join(this.folder, 'write.lock'), async () => {
      await this.refresh()
      return this.merge(rows)
    })
  }

  async nearestCaptions(vector: Float32Array, limit: number, filter?: StoreFilter): Promise<ScoredFigure[]> {
    return this.nearest('captionVector', vector, limit, filter)
  }

  async nearestImages(vector: Float32Array, limit: number, filter?: StoreFilter): Promise<ScoredFigure[]> {
    return this.nearest('imageVector', vector, limit, filter)
  }

  async matchCaptions(): Promise<null> {
    return null
  }

  async *vectorBlocks(side: VectorSide, rows: number, filter?: StoreFilter): AsyncIterable<VectorBlock> {
    const name = side === 'caption' ? 'captionVector' : 'imageVector'
    const entries = this.matching(filter)
    const vectors = new Float32Array(Math.min(rows, entries.length) * this.dim)
    for (let from = 0; from < entries.length; from += rows) {
      const part = entries.slice(from, from + rows)
      for (const [i, entry] of part.entries()) vectors.set(entry[name], i * this.dim)
      yield {
        rows: part.length,
        vectors: vectors.subarray(0, part.length * this.dim),
        id: (row) => part[row]!.figure.id,
      }
    }
  }

  async imageVectors(ids: readonly string[]): Promise<Map<string, Float32Array>> {
    return this.byId(ids, (entry) => entry.imageVector)
  }

  async captionVectors(ids: readonly string[]): Promise<Map<string, Float32Array>> {
    return this.byId(ids, (entry) => entry.captionVector)
  }

  async figuresById(ids: readonly string[]): Promise<Map<string, Figure>> {
    return this.byId(ids, (entry) => entry.figure)
  }

  async written(ids: readonly string[]): Promise<Set<string>> {
    return new Set(this.byId(ids, () => true).keys())
  }

  async facets(field: FacetField, page?: FacetPage): Promise<FacetCount[]> {
    return countFacets(
      this.matching(page?.filter).map((entry) => String(entry.figure[field] ?? '')),
      page,
    )
  }

  async *scan(): AsyncIterable<Figure> {
    for (const entry of this.entries) yield entry.figure
  }

  async lexicalStatistics(): Promise<Contents> {
    return this.contents.get()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.entries = []
  }

  async refresh(): Promise<void> {
    const current = Number(await readFile(join(this.folder, 'current.json'), 'utf8').catch(() => '0'))
    if (current !== this.generation) await this.load(current)
  }

  private async load(generation: number): Promise<void> {
    this.generation = generation
    this.entries = []
    this.contents.forget()
    try {
      await using vectors = await open(this.path('vectors', 'f32'))
      const lines = createInterface({ input: createReadStream(this.path('rows', 'jsonl')), crlfDelay: Infinity })
      let block = new Float32Array(0)
      for await (const line of lines) {
        const { digest, figure } = JSON.parse(line) as { digest: string; figure: unknown }
        if (block.length === 0) block = await this.readBlock(vectors)
        const captionVector = block.subarray(0, this.dim)
        const imageVector = block.subarray(this.dim, 2 * this.dim)
        block = block.subarray(2 * this.dim)
        this.entries.push({ figure: figureSchema.parse(figure), digest, captionVector, imageVector })
      }
    } catch (cause) {
      throw new AnamnesisError(
        'MISSING_DATA',
        `The index in ${this.folder} is damaged. Delete that folder and index again.`,
        { cause },
      )
    }
  }

  private async merge(rows: AsyncIterable<IndexRow> | Iterable<IndexRow>): Promise<number> {
    const byId = new Map(this.entries.map((entry) => [entry.figure.id, entry]))
    let written = 0
    for await (const row of rows) {
      checkVector(row.captionVector, this, `The caption vector of figure ${row.figure.id}`)
      checkVector(row.imageVector, this, `The image vector of figure ${row.figure.id}`)
      byId.set(row.figure.id, {
        figure: row.figure,
        digest: rowDigest(row),
        captionVector: row.captionVector.slice(),
        imageVector: row.imageVector.slice(),
      })
      written++
    }
    if (written === 0) return 0
    this.entries = [...byId.values()].sort((a, b) => (a.figure.id < b.figure.id ? -1 : 1))
    this.contents.forget()
    await this.save()
    return written
  }

  private nearest(
    side: 'captionVector' | 'imageVector',
    vector: Float32Array,
    limit: number,
    filter: StoreFilter | undefined,
  ): ScoredFigure[] {
    checkVector(vector, this, 'The question vector')
    const entries = this.matching(filter)
    const scores = Float64Array.from(entries, (entry) => cosine(vector, entry[side]))
    const threshold = limit < scores.length ? scores.toSorted()[scores.length - limit]! : Number.NEGATIVE_INFINITY
    const kept: { id: string; score: number; figure: Figure }[] = []
    for (const [i, { figure }] of entries.entries()) {
      if (scores[i]! >= threshold) kept.push({ id: figure.id, score: scores[i]!, figure })
    }
    return kept
      .sort(byScore)
      .slice(0, limit)
      .map(({ figure, score }) => ({ figure, score }))
  }

  private matching(filter: StoreFilter | undefined): Entry[] {
    return this.entries.filter((entry) => matches(entry.figure, filter))
  }

  private byId<T>(ids: readonly string[], part: (entry: Entry) => T): Map<string, T> {
    const found = new Map<string, T>()
    for (const id of ids) {
      const entry = this.find(id)
      if (entry !== undefined) found.set(id, part(entry))
    }
    return found
  }

  private find(id: string): Entry | undefined {
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.entries[middle]!.figure.id < id) low = middle + 1
      else high = middle
    }
    const entry = this.entries[low]
    return entry?.figure.id === id ? entry : undefined
  }

  /** Writes a new generation, then names it: a crash in between leaves the old one in force. */
  private async save(): Promise<void> {
    const old = [this.path('rows', 'jsonl'), this.path('vectors', 'f32')]
    this.generation++
    await pipeline(this.rowLines(), createWriteStream(this.path('rows', 'jsonl')))
    await pipeline(this.fileBlocks(), createWriteStream(this.path('vectors', 'f32')))
    await writeWhole(join(this.folder, 'current.json'), JSON.stringify(this.generation))
    for (const path of old) await rm(path, { force: true })
  }

  private *rowLines(): Iterable<string> {
    for (const { figure, digest } of this.entries) yield `${JSON.stringify({ digest, figure })}\n`
  }

  private *fileBlocks(): Iterable<Uint8Array> {
    for (let from = 0; from < this.entries.length; from += BLOCK) {
      const part = this.entries.slice(from, from + BLOCK)
      const block = new Float32Array(part.length * 2 * this.dim)
      for (const [i, entry] of part.entries()) {
        block.set(entry.captionVector, 2 * i * this.dim)
        block.set(entry.imageVector, (2 * i + 1) * this.dim)
      }
      yield new Uint8Array(block.buffer)
    }
  }

  /** The next vectors of the file, at most BLOCK rows of caption and image vector. */
  private async readBlock(file: FileHandle): Promise<Float32Array<ArrayBuffer>> {
    const rowBytes = 2 * this.dim * Float32Array.BYTES_PER_ELEMENT
    const bytes = new Uint8Array(BLOCK * rowBytes)
    const { bytesRead } = await file.read(bytes)
    if (bytesRead === 0 || bytesRead % rowBytes !== 0) throw new Error('the vectors end early')
    return new Float32Array(bytes.buffer, 0, bytesRead / Float32Array.BYTES_PER_ELEMENT)
  }

  private path(name: string, extension: string): string {
    return join(this.folder, `${name}.${this.generation}.${extension}`)
  }
}
