import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

/** One file inside an archive. */
interface ZipEntry {
  name: string
  stored: boolean
  compressedSize: number
  offset: number
}

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const END_SIZE = 22
/** The end record may be followed by a comment of at most 64 KB. */
const LONGEST_TAIL = END_SIZE + 65_535

/**
 * Extracts some files of a zip archive (a Python wheel is one) as streams; archives of 4 GB and more are not read.
 * @param target gives the path to write an entry to, or null to leave it out
 * @returns number of files written
 */
export async function extract(archive: string, target: (name: string) => string | null): Promise<number> {
  await using file = await open(archive)
  let written = 0
  for (const entry of await directory(file)) {
    const path = target(entry.name)
    if (path === null || entry.name.endsWith('/')) continue
    await mkdir(dirname(path), { recursive: true })
    const header = await bytes(file, entry.offset, 30)
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    const output = createWriteStream(path)
    if (entry.compressedSize === 0) {
      await new Promise<void>((done, fail) => output.on('error', fail).end(done))
    } else {
      const input = createReadStream(archive, { start, end: start + entry.compressedSize - 1 })
      await (entry.stored ? pipeline(input, output) : pipeline(input, createInflateRaw(), output))
    }
    written++
  }
  return written
}

async function directory(file: FileHandle): Promise<ZipEntry[]> {
  const { size } = await file.stat()
  const tailLength = Math.min(size, LONGEST_TAIL)
  const tail = await bytes(file, size - tailLength, tailLength)
  let end = tail.length - END_SIZE
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--
  if (end < 0) throw new Error('not a zip archive')
  const count = tail.readUInt16LE(end + 10)
  const table = await bytes(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
  const entries: ZipEntry[] = []
  for (let at = 0; entries.length < count; ) {
    if (table.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('damaged zip directory')
    const nameLength = table.readUInt16LE(at + 28)
    entries.push({
      name: table.toString('utf8', at + 46, at + 46 + nameLength),
      stored: table.readUInt16LE(at + 10) === 0,
      compressedSize: table.readUInt32LE(at + 20),
      offset: table.readUInt32LE(at + 42),
    })
    at += 46 + nameLength + table.readUInt16LE(at + 30) + table.readUInt16LE(at + 32)
  }
  return entries
}

async function bytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position })
  if (bytesRead < length) throw new Error('truncated zip archive')
  return buffer
}
