import { createHash, type Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AnamnesisError } from '../contracts/index.ts'
import { hashId, IdTable } from './idTable.ts'

/**
 * A folder of records with random access: `records.bin` holds each record's JSON header followed by its image, one after the
 * other; `index.bin` holds 32 bytes a record, little endian: offset (float64), header bytes, image bytes, tag, 0, id hash (2 x uint32).
 * Opening one reads the index only (28 bytes a record in typed arrays), never an image.
 */
const ROW_BYTES = 32
const BUFFER_BYTES = 1 << 20

/** Appends to a file through one buffer. */
class Appender {
  private chunks: Uint8Array[] = []
  private waiting = 0

  /** @param bytes where the file ends now */
  constructor(
    private readonly file: FileHandle,
    public bytes = 0,
  ) {}

  async append(chunk: Uint8Array): Promise<void> {
    this.chunks.push(chunk)
    this.waiting += chunk.length
    this.bytes += chunk.length
    if (this.waiting >= BUFFER_BYTES) await this.flush()
  }

  async flush(): Promise<void> {
    const all = Buffer.concat(this.chunks)
    const start = this.bytes - all.length
    this.chunks = []
    this.waiting = 0
    for (let done = 0; done < all.length; ) {
      done += (await this.file.write(all, done, all.length - done, start + done)).bytesWritten
    }
  }
}

export interface NewRecord {
  id: string
  /** JSON with everything but the image. */
  header: string
  image: Uint8Array
  /** Any number that the index should know without reading the header. */
  tag: number
}

export class RecordWriter implements AsyncDisposable {
  private readonly ids = new IdTable()
  private readonly hash = createHash('sha256')
  count = 0

  private constructor(
    private readonly files: FileHandle[],
    private readonly records: Appender,
    private readonly index: Appender,
  ) {}

  static async create(folder: string): Promise<RecordWriter> {
    const records = await open(join(folder, 'records.bin'), 'wx')
    const index = await open(join(folder, 'index.bin'), 'wx')
    return new RecordWriter([records, index], new Appender(records), new Appender(index))
  }

  /**
   * Goes on after the last whole record that an interrupted writer left in `folder`; what follows it is cut off.
   * Reads everything once, for the digest.
   * @param onRecord gets the header of each record that is there
   */
  static async resume(folder: string, onRecord: (header: unknown) => void): Promise<RecordWriter> {
    const records = await openOrCreate(join(folder, 'records.bin'))
    const index = await openOrCreate(join(folder, 'index.bin'))
    const ends = { records: 0, index: 0 }
    const writer = new RecordWriter([records, index], new Appender(records), new Appender(index))
    const buffer = Buffer.alloc(ROW_BYTES * 4096)
    reading: for (;;) {
      const { bytesRead } = await index.read(buffer, 0, buffer.length, ends.index)
      if (bytesRead < ROW_BYTES) break
      for (let at = 0; at + ROW_BYTES <= bytesRead; at += ROW_BYTES) {
        const row = buffer.subarray(at, at + ROW_BYTES)
        const header = await wholeRecord(records, row, ends.records, writer.hash)
        if (header === null) break reading
        writer.ids.add(row.readUInt32LE(24), row.readUInt32LE(28))
        writer.count++
        ends.records += row.readUInt32LE(8) + row.readUInt32LE(12)
        ends.index += ROW_BYTES
        onRecord(header)
      }
    }
    await records.truncate(ends.records)
    await index.truncate(ends.index)
    writer.records.bytes = ends.records
    writer.index.bytes = ends.index
    return writer
  }

  /** Hands what is buffered to the operating system, records before the index that points to them. */
  async flush(): Promise<void> {
    await this.records.flush()
    await this.index.flush()
  }

  /** @throws BAD_INPUT when the id was written before */
  async add(record: NewRecord): Promise<void> {
    const [high, low] = hashId(record.id)
    if (!this.ids.add(high, low)) {
      throw new AnamnesisError('BAD_INPUT', `The id "${record.id}" appears twice. Every image needs an id of its own.`)
    }
    const header = Buffer.from(record.header)
    const row = Buffer.alloc(ROW_BYTES)
    row.writeDoubleLE(this.records.bytes, 0)
    row.writeUInt32LE(header.length, 8)
    row.writeUInt32LE(record.image.length, 12)
    row.writeUInt32LE(record.tag, 16)
    row.writeUInt32LE(high, 24)
    row.writeUInt32LE(low, 28)
    this.hash.update(header).update(record.image)
    await this.records.append(header)
    await this.records.append(record.image)
    await this.index.append(row)
    this.count++
  }

  /** Writes what is buffered to the disk. @returns SHA-256 over all headers and images in their order */
  async finish(): Promise<{ sha256: string; bytes: number }> {
    await this.flush()
    for (const file of this.files) await file.sync()
    return { sha256: this.hash.digest('hex'), bytes: this.records.bytes }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.files) await file.close()
  }
}

async function openOrCreate(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDWR | constants.O_CREAT, 0o666)
}

/** Header of the record that an index row points to, hashed; null when the record is not all there. */
async function wholeRecord(file: FileHandle, row: Buffer, position: number, hash: Hash): Promise<unknown> {
  const headerBytes = row.readUInt32LE(8)
  const bytes = Buffer.allocUnsafeSlow(headerBytes + row.readUInt32LE(12))
  if (row.readDoubleLE(0) !== position) return null
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done)
    if (bytesRead === 0) return null
    done += bytesRead
  }
  try {
    const header: unknown = JSON.parse(bytes.toString('utf8', 0, headerBytes))
    const [high, low] = hashId((header as { id: string }).id)
    if (row.readUInt32LE(24) !== high || row.readUInt32LE(28) !== low) return null
    hash.update(bytes)
    return header
  } catch {
    return null // bytes that the machine lost when it went down
  }
}

export class RecordReader implements AsyncDisposable {
  private ids: IdTable | null = null

  private constructor(
    private readonly file: FileHandle,
    readonly count: number,
    private readonly offsets: Float64Array,
    private readonly headerBytes: Uint32Array,
    private readonly imageBytes: Uint32Array,
    readonly tags: Uint32Array,
    private readonly high: Uint32Array,
    private readonly low: Uint32Array,
  ) {}

  /** @throws CORRUPT_ARCHIVE when the files do not have the expected size */
  static async open(folder: string, expected: { count: number; bytes: number }): Promise<RecordReader> {
    const indexPath = join(folder, 'index.bin')
    const recordsPath = join(folder, 'records.bin')
    const sizes = await Promise.all(
      [indexPath, recordsPath].map((path) =>
        stat(path).then(
          (found) => found.size,
          () => -1,
        ),
      ),
    )
    if (sizes[0] !== expected.count * ROW_BYTES || sizes[1] !== expected.bytes) {
      throw new AnamnesisError(
        'CORRUPT_ARCHIVE',
        `The imported data in "${folder}" is damaged: a file is missing or has the wrong size. Delete the folder and import again.`,
      )
    }
    const n = expected.count
    const reader = new RecordReader(
      await open(recordsPath, 'r'),
      n,
      new Float64Array(n),
      new Uint32Array(n),
      new Uint32Array(n),
      new Uint32Array(n),
      new Uint32Array(n),
      new Uint32Array(n),
    )
    await reader.readIndex(indexPath)
    return reader
  }

  private async readIndex(path: string): Promise<void> {
    const buffer = Buffer.alloc(ROW_BYTES * 16384)
    await using file = await open(path, 'r')
    for (let record = 0; record < this.count; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, record * ROW_BYTES)
      for (let at = 0; at + ROW_BYTES <= bytesRead; at += ROW_BYTES, record++) {
        this.offsets[record] = buffer.readDoubleLE(at)
        this.headerBytes[record] = buffer.readUInt32LE(at + 8)
        this.imageBytes[record] = buffer.readUInt32LE(at + 12)
        this.tags[record] = buffer.readUInt32LE(at + 16)
        this.high[record] = buffer.readUInt32LE(at + 24)
        this.low[record] = buffer.readUInt32LE(at + 28)
      }
    }
  }

  /** Number in [0, 1) made from the record's id alone: the same on every machine. */
  fraction(record: number): number {
    return this.high[record]! / 4294967296
  }

  async header(record: number): Promise<unknown> {
    const bytes = await this.read(this.offsets[record]!, this.headerBytes[record]!)
    return JSON.parse(bytes.toString())
  }

  async image(record: number): Promise<Uint8Array> {
    return this.read(this.offsets[record]! + this.headerBytes[record]!, this.imageBytes[record]!)
  }

  async both(record: number): Promise<{ header: unknown; image: Uint8Array }> {
    const split = this.headerBytes[record]!
    const bytes = await this.read(this.offsets[record]!, split + this.imageBytes[record]!)
    return { header: JSON.parse(bytes.subarray(0, split).toString()), image: bytes.subarray(split) }
  }

  /** @returns the record number whose id has this hash, -1 when there is none; the caller compares the id itself */
  find(id: string): number {
    if (this.ids === null) {
      this.ids = new IdTable()
      for (let record = 0; record < this.count; record++) this.ids.add(this.high[record]!, this.low[record]!)
    }
    return this.ids.find(...hashId(id))
  }

  private async read(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length)
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.file.read(bytes, done, length - done, position + done)
      if (bytesRead === 0) throw new AnamnesisError('CORRUPT_ARCHIVE', 'Imported data ended early. Import it again.')
      done += bytesRead
    }
    return bytes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close()
  }
}
