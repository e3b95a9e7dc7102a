import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { AnamnesisError, type EncodedVectors } from '../contracts/index.ts'
import type { Encoder } from '../embed/encoder.ts'
import { IdTable } from '../importers/idTable.ts'
import { withFileLock } from '../stores/index.ts'

const KEY_BYTES = 8

/**
 * Vectors by content: what an encoder made of a text or an image is kept in files, so that a corpus that changed in part
 * is encoded in part. `keys.u32` holds 64 bits of SHA-256 a vector, `vectors.f32` the vectors in the same order; a tail
 * that was written by half is ignored and written over. Several processes may use one folder. It may be deleted.
 */
export class EmbeddingCache implements AsyncDisposable {
  private readonly table = new IdTable()
  private rows = 0

  private constructor(
    private readonly folder: string,
    readonly encoderId: string,
    readonly dim: number,
    private readonly keys: FileHandle,
    private readonly vectors: FileHandle,
  ) {}

  /** @param folder of all encoders; each has its own inside */
  static async open(folder: string, encoder: { id: string; dim: number }): Promise<EmbeddingCache> {
    const own = join(folder, encoder.id)
    await mkdir(own, { recursive: true })
    const keys = await open(join(own, 'keys.u32'), 'a+').then(reopened(join(own, 'keys.u32')))
    const vectors = await open(join(own, 'vectors.f32'), 'a+').then(reopened(join(own, 'vectors.f32')))
    const cache = new EmbeddingCache(own, encoder.id, encoder.dim, keys, vectors)
    await cache.readKeys()
    return cache
  }

  /** Number of vectors that are kept. */
  get size(): number {
    return this.rows
  }

  /** @returns per content its vector, or null where it is not kept */
  async get(contents: readonly Content[]): Promise<(Float32Array | null)[]> {
    return Promise.all(
      contents.map(async (content) => {
        const row = this.table.find(...contentKey(content))
        return row === -1 ? null : this.read(row)
      }),
    )
  }

  /** Adds vectors; contents that are there already are left as they are. @param data [contents.length * dim] */
  async put(contents: readonly Content[], { encoderId, dim, data }: EncodedVectors): Promise<void> {
    if (encoderId !== this.encoderId || dim !== this.dim) {
      throw new AnamnesisError(
        'ENCODER_MISMATCH',
        `The cache in ${this.folder} keeps vectors of encoder ${this.encoderId} (${this.dim} dimensions), not of ${encoderId} (${dim}).`,
      )
    }
    await withFileLock(join(this.folder, 'write.lock'), async () => {
      await this.readKeys()
      const keys: number[] = []
      const rows: Float32Array[] = []
      const first = this.rows
      for (const [i, content] of contents.entries()) {
        const key = contentKey(content)
        if (!this.table.add(...key)) continue
        keys.push(...key)
        rows.push(data.subarray(i * dim, (i + 1) * dim))
      }
      const block = new Float32Array(rows.length * dim)
      for (const [i, row] of rows.entries()) block.set(row, i * dim)
      // the vectors first: a key never names a vector that is not there
      await write(this.vectors, bytes(block), first * dim * 4)
      await write(this.keys, bytes(Uint32Array.from(keys)), first * KEY_BYTES)
      this.rows += rows.length
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.keys.close()
    await this.vectors.close()
  }

  /** Takes in what was added since, also by others. */
  private async readKeys(): Promise<void> {
    const [keys, vectors] = await Promise.all([this.keys.stat(), this.vectors.stat()])
    const complete = Math.min(Math.floor(keys.size / KEY_BYTES), Math.floor(vectors.size / (4 * this.dim)))
    if (complete <= this.rows) return
    const added = new Uint32Array(2 * (complete - this.rows))
    await this.keys.read(bytes(added), 0, added.byteLength, this.rows * KEY_BYTES)
    for (let i = 0; i < added.length; i += 2) this.table.add(added[i]!, added[i + 1]!)
    this.rows = complete
  }

  private async read(row: number): Promise<Float32Array> {
    const vector = new Float32Array(this.dim)
    await this.vectors.read(bytes(vector), 0, vector.byteLength, row * vector.byteLength)
    return vector
  }
}

/** The encoder with its cache in front: only what is not kept is encoded. Each input of a call is encoded once. */
export function cachedEncoder(encoder: Encoder, cache: EmbeddingCache): Encoder {
  const through = async <T extends Content>(
    contents: readonly T[],
    encode: (missing: readonly T[]) => Promise<EncodedVectors>,
  ): Promise<EncodedVectors> => {
    const found = await cache.get(contents)
    const missing = contents.filter((_, i) => found[i] === null)
    const made = missing.length === 0 ? null : await encode(missing)
    if (made !== null) await cache.put(missing, made)
    const data = new Float32Array(contents.length * encoder.dim)
    let next = 0
    for (const [i, vector] of found.entries()) {
      const from = vector ?? made!.data.subarray(next * encoder.dim, (next + 1) * encoder.dim)
      if (vector === null) next++
      data.set(from, i * encoder.dim)
    }
    return { encoderId: encoder.id, dim: encoder.dim, data }
  }
  return {
    id: encoder.id,
    dim: encoder.dim,
    encodeTexts: (texts) => through(texts, (missing) => encoder.encodeTexts(missing)),
    encodeImages: (images) => through(images, (missing) => encoder.encodeImages(missing)),
  }
}

type Content = string | Uint8Array

/** First 64 bits of SHA-256; a text and an image of equal bytes differ. */
function contentKey(content: Content): [high: number, low: number] {
  const digest = createHash('sha256')
    .update(typeof content === 'string' ? 'text\n' : 'image\n')
    .update(content)
    .digest()
  return [digest.readUInt32BE(0), digest.readUInt32BE(4)]
}

const bytes = (values: Float32Array | Uint32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

/** Files opened for appending cannot be written in the middle: made with one mode, used with another. */
const reopened = (path: string) => async (made: FileHandle) => {
  await made.close()
  return open(path, 'r+')
}

async function write(file: FileHandle, data: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    done += (await file.write(data, done, data.length - done, position + done)).bytesWritten
  }
}
