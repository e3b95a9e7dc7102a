import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { AnamnesisError } from '../../contracts/index.ts'
import { isSafePath } from '../safePath.ts'

const END = 0x06054b50
const END64 = 0x06064b50
const LOCATOR64 = 0x07064b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const STORED = 0
const DEFLATED = 8
const MAX_MEMBERS = 1000
const MAX_DIRECTORY = 4 * 1024 * 1024
const CHUNK = 1 << 18

export interface ZipMember {
  name: string
  method: number
  crc: number
  compressed: number
  size: number
  /** Position of the local header. */
  offset: number
}

/**
 * Reads members of a zip archive (also zip64) with random access: stored or deflated, one archive file, no encryption.
 * Nothing is unpacked to the disk. Close it (`await using`).
 */
export class ZipReader implements AsyncDisposable {
  private constructor(
    private readonly file: FileHandle,
    private readonly label: string,
    /** Where the directory begins; members end before it. */
    private readonly directory: number,
    readonly members: ReadonlyMap<string, ZipMember>,
  ) {}

  /** @throws MISSING_DATA when the file is not there, CORRUPT_ARCHIVE for anything that is no sound archive */
  static async open(path: string): Promise<ZipReader> {
    const label = basename(path)
    const file = await open(path, 'r').catch((error: unknown) => {
      throw new AnamnesisError('MISSING_DATA', `"${path}" is not there. Check the path.`, { cause: error })
    })
    try {
      const { offset, bytes, count } = await findDirectory(file, label)
      const directory = await readAt(file, offset, bytes, label)
      return new ZipReader(file, label, offset, parseDirectory(directory, count, offset, label))
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /**
   * Content of a member in chunks; its size and CRC-32 are checked at the end.
   * @throws CORRUPT_ARCHIVE
   */
  async *read(member: ZipMember): AsyncGenerator<Buffer> {
    const start = await this.contentStart(member)
    const raw = this.rawChunks(start, member.compressed)
    let done = 0
    let crc = 0
    try {
      for await (const chunk of member.method === STORED ? raw : inflated(raw)) {
        done += chunk.length
        if (done > member.size) break
        crc = crc32(chunk, crc)
        yield chunk
      }
    } catch (error) {
      if (error instanceof AnamnesisError) throw error
      throw corrupt(this.label, `its member "${member.name}" cannot be unpacked`, error)
    }
    if (done !== member.size) {
      throw corrupt(this.label, `its member "${member.name}" does not have the ${member.size} bytes that it claims`)
    }
    if (crc !== member.crc) throw corrupt(this.label, `its member "${member.name}" is damaged (CRC-32)`)
  }

  private async contentStart(member: ZipMember): Promise<number> {
    const header = await readAt(this.file, member.offset, 30, this.label)
    if (header.readUInt32LE(0) !== LOCAL)
      throw corrupt(this.label, `the header of "${member.name}" is not where it should be`)
    const nameBytes = header.readUInt16LE(26)
    const start = member.offset + 30 + nameBytes + header.readUInt16LE(28)
    const name = (await readAt(this.file, member.offset + 30, nameBytes, this.label)).toString()
    if (name !== member.name) throw corrupt(this.label, `directory and header disagree about "${member.name}"`)
    if (start + member.compressed > this.directory) {
      throw corrupt(this.label, `its member "${member.name}" reaches into the directory`)
    }
    return start
  }

  private async *rawChunks(start: number, length: number): AsyncGenerator<Buffer> {
    for (let done = 0; done < length; ) {
      const chunk = await readAt(this.file, start + done, Math.min(CHUNK, length - done), this.label)
      done += chunk.length
      yield chunk
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close()
  }
}

async function* inflated(raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(raw)
  const inflate = createInflateRaw()
  source.on('error', (error) => inflate.destroy(error))
  source.pipe(inflate)
  try {
    for await (const chunk of inflate) yield chunk as Buffer
  } finally {
    source.destroy()
    inflate.destroy()
  }
}

async function findDirectory(
  file: FileHandle,
  label: string,
): Promise<{ offset: number; bytes: number; count: number }> {
  const { size } = await file.stat()
  const tailBytes = Math.min(size, 22 + 65_535)
  const tail = await readAt(file, size - tailBytes, tailBytes, label)
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--
  if (end < 0) throw corrupt(label, 'it is no zip archive, or it is cut off')
  if (tail.readUInt16LE(end + 4) !== 0) throw corrupt(label, 'it is one part of several')
  let count = tail.readUInt16LE(end + 10)
  let bytes = tail.readUInt32LE(end + 12)
  let offset = tail.readUInt32LE(end + 16)
  if (count === 0xffff || bytes === 0xffffffff || offset === 0xffffffff) {
    const locator = end - 20
    if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR64) throw corrupt(label, 'its zip64 locator is missing')
    const end64 = await readAt(file, whole(tail.readBigUInt64LE(locator + 8), label), 56, label)
    if (end64.readUInt32LE(0) !== END64) throw corrupt(label, 'its zip64 record is missing')
    count = whole(end64.readBigUInt64LE(32), label)
    bytes = whole(end64.readBigUInt64LE(40), label)
    offset = whole(end64.readBigUInt64LE(48), label)
  }
  if (count > MAX_MEMBERS || bytes > MAX_DIRECTORY)
    throw corrupt(label, `it has ${count} members, more than are accepted`)
  if (offset + bytes > size) throw corrupt(label, 'its directory reaches beyond its end')
  return { offset, bytes, count }
}

function parseDirectory(bytes: Buffer, count: number, end: number, label: string): Map<string, ZipMember> {
  const members = new Map<string, ZipMember>()
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw corrupt(label, 'its directory is damaged')
    const nameBytes = bytes.readUInt16LE(at + 28)
    const extraBytes = bytes.readUInt16LE(at + 30)
    const next = at + 46 + nameBytes + extraBytes + bytes.readUInt16LE(at + 32)
    if (next > bytes.length) throw corrupt(label, 'its directory is damaged')
    const name = bytes.toString('utf8', at + 46, at + 46 + nameBytes)
    const member = {
      name,
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      compressed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    }
    const flags = bytes.readUInt16LE(at + 8)
    readExtra(bytes.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes), member, label)
    if (!isSafePath(name)) throw corrupt(label, `its member "${name}" leads outside the archive`)
    if (flags & 1) throw corrupt(label, `its member "${name}" is encrypted`)
    if (member.method !== STORED && member.method !== DEFLATED) {
      throw corrupt(label, `its member "${name}" is packed in a way that is not read (method ${member.method})`)
    }
    if (member.method === STORED && member.size !== member.compressed) {
      throw corrupt(label, `its member "${name}" has two sizes`)
    }
    if (member.offset + 30 + member.compressed > end)
      throw corrupt(label, `its member "${name}" reaches beyond its end`)
    if (members.has(name)) throw corrupt(label, `it holds "${name}" twice`)
    members.set(name, member)
    at = next
  }
  refuseOverlaps([...members.values()], label)
  return members
}

/** Members that share bytes are how a small archive pretends to be a huge one. */
function refuseOverlaps(members: ZipMember[], label: string): void {
  const sorted = members.sort((a, b) => a.offset - b.offset)
  for (const [i, { offset, compressed, name }] of sorted.entries()) {
    const next = sorted[i + 1]
    if (next && offset + 30 + compressed > next.offset)
      throw corrupt(label, `its members "${name}" and "${next.name}" overlap`)
  }
}

/** The zip64 extra field holds, in this order, whichever of the three numbers did not fit. */
function readExtra(extra: Buffer, member: { size: number; compressed: number; offset: number }, label: string): void {
  for (let at = 0; at + 4 <= extra.length; ) {
    const bytes = extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === 1) {
      const field = extra.subarray(at + 4, at + 4 + bytes)
      let position = 0
      for (const key of ['size', 'compressed', 'offset'] as const) {
        if (member[key] !== 0xffffffff) continue
        if (position + 8 > field.length) throw corrupt(label, 'its zip64 sizes are missing')
        member[key] = whole(field.readBigUInt64LE(position), label)
        position += 8
      }
      return
    }
    at += 4 + bytes
  }
}

async function readAt(file: FileHandle, position: number, length: number, label: string): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw corrupt(label, 'it ends early')
    done += bytesRead
  }
  return bytes
}

function whole(value: bigint, label: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt(label, 'it holds a number that cannot be')
  return Number(value)
}

function corrupt(label: string, why: string, cause?: unknown): AnamnesisError {
  return new AnamnesisError('CORRUPT_ARCHIVE', `"${label}" is refused: ${why}. Fetch the file again.`, { cause })
}
