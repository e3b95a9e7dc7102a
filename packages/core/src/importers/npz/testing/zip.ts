import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipEntry {
  name: string
  data: Buffer
  deflate?: boolean
  /** Numbers that lie, for tests of refusals. */
  lie?: Partial<{
    method: number
    crc: number
    size: number
    compressed: number
    offset: number
    flags: number
    localName: string
  }>
}

/** A zip archive as numpy writes it. @param zip64 puts the sizes and the end record into their 64-bit forms */
export function zip(entries: readonly ZipEntry[], zip64 = false): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let position = 0
  for (const { name, data, deflate, lie = {} } of entries) {
    const body = deflate ? deflateRawSync(data) : data
    const fields = {
      method: deflate ? 8 : 0,
      crc: crc32(data),
      size: data.length,
      compressed: body.length,
      offset: position,
      flags: 0,
      ...lie,
    }
    const localName = Buffer.from(lie.localName ?? name)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(fields.method, 8)
    local.writeUInt32LE(fields.crc, 14)
    local.writeUInt32LE(fields.compressed, 18)
    local.writeUInt32LE(fields.size, 22)
    local.writeUInt16LE(localName.length, 26)
    parts.push(local, localName, body)
    position += 30 + localName.length + body.length
    directory.push(centralEntry(name, fields, zip64))
  }
  const central = Buffer.concat(directory)
  return Buffer.concat([...parts, central, ...endRecords(entries.length, central.length, position, zip64)])
}

function centralEntry(
  name: string,
  fields: { method: number; crc: number; size: number; compressed: number; offset: number; flags: number },
  zip64: boolean,
): Buffer {
  const extra = Buffer.alloc(zip64 ? 28 : 0)
  if (zip64) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(24, 2)
    extra.writeBigUInt64LE(BigInt(fields.size), 4)
    extra.writeBigUInt64LE(BigInt(fields.compressed), 12)
    extra.writeBigUInt64LE(BigInt(fields.offset), 20)
  }
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(fields.flags, 8)
  entry.writeUInt16LE(fields.method, 10)
  entry.writeUInt32LE(fields.crc, 16)
  entry.writeUInt32LE(zip64 ? 0xffffffff : fields.compressed, 20)
  entry.writeUInt32LE(zip64 ? 0xffffffff : fields.size, 24)
  entry.writeUInt16LE(Buffer.byteLength(name), 28)
  entry.writeUInt16LE(extra.length, 30)
  entry.writeUInt32LE(zip64 ? 0xffffffff : fields.offset, 42)
  return Buffer.concat([entry, Buffer.from(name), extra])
}

function endRecords(count: number, bytes: number, offset: number, zip64: boolean): Buffer[] {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(zip64 ? 0xffff : count, 8)
  end.writeUInt16LE(zip64 ? 0xffff : count, 10)
  end.writeUInt32LE(zip64 ? 0xffffffff : bytes, 12)
  end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16)
  if (!zip64) return [end]
  const end64 = Buffer.alloc(56)
  end64.writeUInt32LE(0x06064b50, 0)
  end64.writeBigUInt64LE(44n, 4)
  end64.writeBigUInt64LE(BigInt(count), 24)
  end64.writeBigUInt64LE(BigInt(count), 32)
  end64.writeBigUInt64LE(BigInt(bytes), 40)
  end64.writeBigUInt64LE(BigInt(offset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8)
  locator.writeUInt32LE(1, 16)
  return [end64, locator, end]
}

/** A numpy array file. @param type numpy's name, "|u1" */
export function npy(shape: readonly number[], data: Buffer, type = '|u1', order = 'False'): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${sizes}), }`
  const header = `${text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11)}\n`
  const head = Buffer.alloc(10)
  head.write('\x93NUMPY', 0, 'latin1')
  head[6] = 1
  head.writeUInt16LE(header.length, 8)
  return Buffer.concat([head, Buffer.from(header, 'latin1'), data])
}
