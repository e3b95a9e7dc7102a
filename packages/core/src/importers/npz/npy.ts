import { AnamnesisError } from '../../contracts/index.ts'
import type { ZipMember, ZipReader } from './zip.ts'

const MAGIC = '\x93NUMPY'
const MAX_HEADER = 65_536
/** Labels are held in memory; images are not. */
const MAX_LABEL_BYTES = 256 * 1024 * 1024

/** Bytes of an element, by numpy's name of its type. Objects (pickles), floats and big-endian numbers are not read. */
const TYPES: Readonly<Record<string, { bytes: number; read(data: Buffer, at: number): number }>> = {
  '|u1': { bytes: 1, read: (data, at) => data.readUInt8(at) },
  '|i1': { bytes: 1, read: (data, at) => data.readInt8(at) },
  '|b1': { bytes: 1, read: (data, at) => data.readUInt8(at) },
  '<u2': { bytes: 2, read: (data, at) => data.readUInt16LE(at) },
  '<i2': { bytes: 2, read: (data, at) => data.readInt16LE(at) },
  '<u4': { bytes: 4, read: (data, at) => data.readUInt32LE(at) },
  '<i4': { bytes: 4, read: (data, at) => data.readInt32LE(at) },
  '<u8': { bytes: 8, read: (data, at) => Number(data.readBigUInt64LE(at)) },
  '<i8': { bytes: 8, read: (data, at) => Number(data.readBigInt64LE(at)) },
}

interface NpyArray {
  type: string
  shape: number[]
}

/** Numbers of a whole array in row order; for labels. @throws MISSING_DATA, CORRUPT_ARCHIVE, TOO_LARGE */
export async function readNumbers(zip: ZipReader, name: string): Promise<{ shape: number[]; values: number[] }> {
  const member = memberOf(zip, name)
  if (member.size > MAX_LABEL_BYTES) {
    throw new AnamnesisError('TOO_LARGE', `"${name}" has ${member.size} bytes; labels may have ${MAX_LABEL_BYTES}.`)
  }
  const rows = await openRows(zip, name, (shape) => Math.max(shape.length, 1))
  const { bytes, read } = TYPES[rows.array.type]!
  const values: number[] = []
  for await (const element of rows.rows()) {
    for (let at = 0; at < element.length; at += bytes) values.push(read(element, at))
  }
  return { shape: rows.array.shape, values }
}

export interface NpyRows {
  array: NpyArray
  /** One block of bytes for each index of the first `split` dimensions; must be read to its end or closed. */
  rows(): AsyncGenerator<Buffer>
}

/**
 * Opens an array to be read block by block; holds one block and one chunk.
 * @param splitAt number of leading dimensions that are walked through
 * @throws MISSING_DATA, CORRUPT_ARCHIVE
 */
export async function openRows(zip: ZipReader, name: string, splitAt: (shape: number[]) => number): Promise<NpyRows> {
  const member = memberOf(zip, name)
  const head = await readHeader(zip, member)
  const type = TYPES[head.type]
  if (!type) {
    throw corrupt(name, `it holds values of type "${head.type}" (read are ${Object.keys(TYPES).join(', ')})`)
  }
  const elements = head.shape.reduce((a, b) => a * b, 1)
  if (head.start + elements * type.bytes !== member.size) {
    throw corrupt(name, `it has ${member.size} bytes, which do not fit its shape (${head.shape.join(', ')})`)
  }
  const split = splitAt(head.shape)
  const block = head.shape.slice(split).reduce((a, b) => a * b, 1) * type.bytes
  return {
    array: { type: head.type, shape: head.shape },
    rows: () => blocks(zip.read(member), head.start, block, elements === 0 ? 0 : (elements * type.bytes) / block),
  }
}

async function* blocks(
  chunks: AsyncIterable<Buffer>,
  skip: number,
  block: number,
  count: number,
): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = []
  let held = 0
  let left = skip
  let given = 0
  for await (let chunk of chunks) {
    if (left > 0) {
      const passed = Math.min(left, chunk.length)
      left -= passed
      chunk = chunk.subarray(passed)
    }
    waiting.push(chunk)
    held += chunk.length
    if (held < block) continue
    const all = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting)
    let at = 0
    for (; at + block <= all.length && given < count; at += block, given++) yield all.subarray(at, at + block)
    waiting = [all.subarray(at)]
    held = all.length - at
  }
}

async function readHeader(
  zip: ZipReader,
  member: ZipMember,
): Promise<{ type: string; shape: number[]; start: number }> {
  const name = member.name
  let head: Buffer = Buffer.alloc(0)
  let needed = 12
  for await (const chunk of zip.read(member)) {
    head = Buffer.concat([head, chunk])
    if (head.length < needed) continue
    if (head.toString('latin1', 0, 6) !== MAGIC) throw corrupt(name, 'it is no numpy array')
    const major = head[6]!
    if (major < 1 || major > 3) throw corrupt(name, `it has numpy format ${major}, which is not known`)
    const start = major === 1 ? 10 : 12
    const length = major === 1 ? head.readUInt16LE(8) : head.readUInt32LE(8)
    if (length > MAX_HEADER) throw corrupt(name, `its header has ${length} bytes`)
    needed = start + length
    if (head.length < needed) continue
    return { ...parseHeader(head.toString('latin1', start, needed), name), start: needed }
  }
  throw corrupt(name, 'it ends inside its header')
}

/** The header is a Python literal: {'descr': '|u1', 'fortran_order': False, 'shape': (2, 28, 28), } */
function parseHeader(text: string, name: string): { type: string; shape: number[] } {
  const type = /'descr':\s*'([^']*)'/.exec(text)?.[1]
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1]
  const shape = /'shape':\s*\(([\d\s,]*)\)/.exec(text)?.[1]
  if (order === undefined || shape === undefined) throw corrupt(name, 'its header is damaged')
  if (type === undefined) throw corrupt(name, 'it holds records, not numbers')
  const sizes = shape
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number)
  if (order === 'True' && sizes.length > 1) throw corrupt(name, 'it is stored column by column (Fortran order)')
  if (sizes.some((size) => !Number.isSafeInteger(size))) throw corrupt(name, 'its shape cannot be')
  return { type, shape: sizes }
}

function memberOf(zip: ZipReader, name: string): ZipMember {
  const member = zip.members.get(name)
  if (member) return member
  throw new AnamnesisError(
    'MISSING_DATA',
    `The archive has no array "${name}"; it holds ${[...zip.members.keys()].slice(0, 20).join(', ') || 'nothing'}.`,
  )
}

function corrupt(name: string, why: string): AnamnesisError {
  return new AnamnesisError('CORRUPT_ARCHIVE', `The array "${name}" is refused: ${why}.`)
}
