import type { FileHandle } from 'node:fs/promises'
import { corrupt, readAll } from './bytes.ts'

/** One member of an archive: its bytes lie in the file as they are. */
export interface ZipMember {
  /** Position of its first byte in the archive. */
  start: number
  size: number
}

const END_OF_DIRECTORY = 0x06054b50
const WIDE_LOCATOR = 0x07064b50
const WIDE_END = 0x06064b50
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_HEADER = 0x04034b50
const WIDE_FIELD = 0x0001
const END_SIZE = 22
const LOCATOR_SIZE = 20
const ENTRY_SIZE = 46
const LOCAL_SIZE = 30
/** The end record may be followed by a comment of at most 64 KB. */
const LONGEST_TAIL = END_SIZE + 65_535
const LARGEST_DIRECTORY = 2 ** 26
const MOST_MEMBERS = 200_000
const WIDE = 0xffffffff

interface Entry {
  name: string
  method: number
  encrypted: boolean
  size: number
  storedSize: number
  header: number
}

/**
 * The directory of a zip archive (with or without 64-bit fields). Members are looked up with `member`, which refuses
 * what a weights file never is: packed, encrypted, overlapping with another or partly outside of the file. Nothing is
 * unpacked, so an archive cannot grow while it is read.
 */
export class ZipDirectory {
  private readonly file: FileHandle
  private readonly path: string
  private readonly entries: ReadonlyMap<string, Entry>
  private readonly size: number

  private constructor(file: FileHandle, path: string, entries: ReadonlyMap<string, Entry>, size: number) {
    this.file = file
    this.path = path
    this.entries = entries
    this.size = size
  }

  /** @throws CORRUPT_WEIGHTS for a damaged directory and for names that lead outside of the archive */
  static async read(file: FileHandle, path: string): Promise<ZipDirectory> {
    const { size } = await file.stat()
    const entries = new Map<string, Entry>()
    for (const entry of await readEntries(file, path, size)) {
      const name = JSON.stringify(entry.name)
      if (!staysInside(entry.name)) throw corrupt(path, `its entry ${name} leads outside of the archive`)
      if (entries.has(entry.name)) throw corrupt(path, `it has two entries named ${name}`)
      entries.set(entry.name, entry)
    }
    return new ZipDirectory(file, path, entries, size)
  }

  get names(): IterableIterator<string> {
    return this.entries.keys() as IterableIterator<string>
  }

  has(name: string): boolean {
    return this.entries.has(name)
  }

  /** Where a member lies. @throws CORRUPT_WEIGHTS when it is absent, packed, encrypted or outside of the file */
  async member(name: string): Promise<ZipMember> {
    const entry = this.entries.get(name)
    if (!entry) throw corrupt(this.path, `its entry "${name}" is missing`)
    if (entry.encrypted) throw corrupt(this.path, `its entry "${name}" is encrypted`)
    if (entry.method !== 0 || entry.size !== entry.storedSize) {
      throw corrupt(this.path, `its entry "${name}" is compressed, which PyTorch never does`)
    }
    const header = await bytesAt(this.file, entry.header, LOCAL_SIZE, this.path)
    if (header.readUInt32LE(0) !== LOCAL_HEADER) throw corrupt(this.path, `the header of entry "${name}" is damaged`)
    const start = entry.header + LOCAL_SIZE + header.readUInt16LE(26) + header.readUInt16LE(28)
    if (start + entry.size > this.size) {
      throw corrupt(this.path, `its entry "${name}" ends ${start + entry.size - this.size} bytes after the file's end`)
    }
    return { start, size: entry.size }
  }

  /** All bytes of a small member. @throws CORRUPT_WEIGHTS when it has more than `limit` bytes */
  async bytes(name: string, limit: number): Promise<Buffer> {
    const { start, size } = await this.member(name)
    if (size > limit) throw corrupt(this.path, `its entry "${name}" has ${size} bytes, more than the limit of ${limit}`)
    return bytesAt(this.file, start, size, this.path)
  }
}

async function readEntries(file: FileHandle, path: string, size: number): Promise<Entry[]> {
  const { offset, length, count } = await findDirectory(file, path, size)
  if (offset + length > size) throw corrupt(path, 'its directory lies outside of the file')
  if (length > LARGEST_DIRECTORY || count > MOST_MEMBERS) {
    throw corrupt(path, `its directory claims ${count} entries in ${length} bytes`)
  }
  const table = await bytesAt(file, offset, length, path)
  const entries: Entry[] = []
  for (let at = 0; entries.length < count; ) {
    if (at + ENTRY_SIZE > length || table.readUInt32LE(at) !== DIRECTORY_ENTRY) {
      throw corrupt(path, `its directory is damaged after ${entries.length} entries`)
    }
    const nameLength = table.readUInt16LE(at + 28)
    const extraLength = table.readUInt16LE(at + 30)
    const end = at + ENTRY_SIZE + nameLength + extraLength + table.readUInt16LE(at + 32)
    if (end > length) throw corrupt(path, `its directory is damaged after ${entries.length} entries`)
    const extraStart = at + ENTRY_SIZE + nameLength
    const wide = wideNumbers(table.subarray(extraStart, extraStart + extraLength))
    const number = (field: number) => {
      const value = table.readUInt32LE(at + field)
      if (value !== WIDE) return value
      const next = wide.shift()
      if (next === undefined) throw corrupt(path, `its directory is damaged after ${entries.length} entries`)
      return next
    }
    // The order of the 64-bit fields is fixed: size, stored size, position.
    const unpacked = number(24)
    const storedSize = number(20)
    entries.push({
      name: table.toString('utf8', at + ENTRY_SIZE, extraStart),
      method: table.readUInt16LE(at + 10),
      encrypted: (table.readUInt16LE(at + 8) & 1) !== 0,
      size: unpacked,
      storedSize,
      header: number(42),
    })
    at = end
  }
  checkOverlap(entries, offset, path)
  return entries
}

/** Position, length and number of entries of the directory, from the record at the end of the file. */
async function findDirectory(file: FileHandle, path: string, size: number) {
  const tailLength = Math.min(size, LONGEST_TAIL)
  const tail = await bytesAt(file, size - tailLength, tailLength, path)
  let end = tail.length - END_SIZE
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--
  if (end < 0) throw corrupt(path, 'its zip directory is missing, so it is truncated')
  const locator = end - LOCATOR_SIZE
  if (locator >= 0 && tail.readUInt32LE(locator) === WIDE_LOCATOR) {
    const position = Number(tail.readBigUInt64LE(locator + 8))
    if (position + 56 > size) throw corrupt(path, 'its directory lies outside of the file')
    const record = await bytesAt(file, position, 56, path)
    if (record.readUInt32LE(0) !== WIDE_END) throw corrupt(path, 'its directory record is damaged')
    return {
      offset: Number(record.readBigUInt64LE(48)),
      length: Number(record.readBigUInt64LE(40)),
      count: Number(record.readBigUInt64LE(32)),
    }
  }
  return {
    offset: tail.readUInt32LE(end + 16),
    length: tail.readUInt32LE(end + 12),
    count: tail.readUInt16LE(end + 10),
  }
}

/** The 64-bit numbers of an entry's extra data. */
function wideNumbers(extra: Buffer): number[] {
  const numbers: number[] = []
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === WIDE_FIELD) {
      for (let i = at + 4; i + 8 <= Math.min(extra.length, at + 4 + length); i += 8) {
        numbers.push(Number(extra.readBigUInt64LE(i)))
      }
    }
    at += 4 + length
  }
  return numbers
}

/** Members that share bytes are how an archive claims more than it holds. */
function checkOverlap(entries: readonly Entry[], directory: number, path: string): void {
  let position = 0
  let before = ''
  for (const { name, header, storedSize } of [...entries].sort((a, b) => a.header - b.header)) {
    if (header < position) throw corrupt(path, `its entries "${before}" and "${name}" overlap`)
    position = header + LOCAL_SIZE + storedSize
    before = name
  }
  if (position > directory) throw corrupt(path, `its entry "${before}" overlaps the directory`)
}

function staysInside(name: string): boolean {
  if (name === '' || name.startsWith('/') || /^[a-z]:/i.test(name)) return false
  for (const char of name) if (char < ' ' || char === '\\') return false
  return !name.split('/').includes('..')
}

async function bytesAt(file: FileHandle, position: number, length: number, path: string): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  await readAll(file, bytes, position, path)
  return bytes
}
