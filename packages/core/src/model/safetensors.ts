import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { z } from 'zod'
import { AnamnesisError } from '../contracts/index.ts'
import { corrupt, elements, openWeights, readAll, writeAll } from './checkpoints/bytes.ts'
import {
  firstNotFinite,
  isNumberType,
  isWeightType,
  NUMBER_BYTES,
  type NumberType,
  toFloats,
} from './checkpoints/dtypes.ts'
import { toHalf } from './half.ts'

/** Types that are written; more can be read. */
type WrittenType = 'F32' | 'F16' | 'I32'
/** Same bound as the format's reference reader. */
const LARGEST_HEADER = 100_000_000
const LENGTH_BYTES = 8

/** One tensor to be written; `data` may be a function so that only one tensor is in memory at a time. */
export interface TensorToStore {
  name: string
  type: WrittenType
  shape: readonly number[]
  data: Float32Array | Int32Array | (() => Promise<Float32Array | Int32Array> | Float32Array | Int32Array)
}

export interface StoredTensor {
  type: NumberType
  shape: number[]
  /** Byte offsets within the data part. */
  begin: number
  end: number
}

const headerEntry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
})

/**
 * Writes a safetensors file beside `path` and renames it: the file is either the old one or all of the new one.
 * Tensors are written one after the other. Halves are rounded to nearest, ties to even.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToStore[],
  metadata: Record<string, string> = {},
): Promise<void> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {}
  let offset = 0
  for (const { name, type, shape } of tensors) {
    if (name in header) throw new AnamnesisError('INTERNAL', `Tensor "${name}" is given twice.`)
    const end = offset + elements(shape) * NUMBER_BYTES[type]
    header[name] = { dtype: type, shape, data_offsets: [offset, end] }
    offset = end
  }
  let text = JSON.stringify(header)
  text += ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8) // tensors start at a multiple of 8
  const headerBytes = Buffer.from(text)
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeBigUInt64LE(BigInt(headerBytes.length))

  const beside = `${path}.${randomUUID()}.part`
  try {
    const file = await open(beside, 'wx')
    try {
      await writeAll(file, length)
      await writeAll(file, headerBytes)
      for (const tensor of tensors) {
        const data = typeof tensor.data === 'function' ? await tensor.data() : tensor.data
        if (data.length !== elements(tensor.shape)) {
          throw new AnamnesisError(
            'INTERNAL',
            `Tensor "${tensor.name}" has ${data.length} values, its shape [${tensor.shape}] wants ${elements(tensor.shape)}.`,
          )
        }
        await writeAll(file, toBytes(data, tensor.type))
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** An open safetensors file: the header is checked as a whole, tensors are read one by one. */
export class SafetensorsReader implements AsyncDisposable {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
  private readonly file: FileHandle
  private readonly path: string
  private readonly dataStart: number

  private constructor(file: FileHandle, path: string, header: Header) {
    this.file = file
    this.path = path
    this.tensors = header.tensors
    this.metadata = header.metadata
    this.dataStart = header.dataStart
  }

  /** @throws CORRUPT_WEIGHTS naming what is wrong; MISSING_DATA when there is no such file */
  static async open(path: string): Promise<SafetensorsReader> {
    const file = await openWeights(path)
    try {
      return new SafetensorsReader(file, path, await readHeader(file, path))
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /**
   * All values of one tensor; narrow and wide floats become float32, I32 stays whole.
   * @throws CORRUPT_WEIGHTS when it is absent, of another type, or holds NaN or infinity
   */
  async read(name: string): Promise<Float32Array<ArrayBuffer> | Int32Array> {
    const tensor = this.tensors.get(name)
    if (!tensor) throw corrupt(this.path, `tensor "${name}" is missing`)
    const { type, begin, end } = tensor
    if (type !== 'I32' && !isWeightType(type)) throw corrupt(this.path, `tensor "${name}" is ${type}, not weights`)
    const bytes = new Uint8Array(end - begin)
    await readAll(this.file, bytes, this.dataStart + begin, this.path)
    if (type === 'I32') return new Int32Array(bytes.buffer)
    const values = toFloats(bytes, type)
    const at = firstNotFinite(values)
    if (at >= 0) throw corrupt(this.path, `tensor "${name}" holds ${values[at]} at position ${at}`)
    return values
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close()
  }
}

interface Header {
  tensors: Map<string, StoredTensor>
  metadata: Record<string, string>
  dataStart: number
}

async function readHeader(file: FileHandle, path: string): Promise<Header> {
  const { size } = await file.stat()
  if (size < LENGTH_BYTES) throw corrupt(path, `it has only ${size} bytes`)
  const lengthBytes = Buffer.alloc(LENGTH_BYTES)
  await readAll(file, lengthBytes, 0, path)
  const length = lengthBytes.readBigUInt64LE()
  if (length > BigInt(LARGEST_HEADER) || Number(length) > size - LENGTH_BYTES) {
    throw corrupt(path, `its header claims ${length} bytes`)
  }
  const headerBytes = Buffer.alloc(Number(length))
  await readAll(file, headerBytes, LENGTH_BYTES, path)
  const { __metadata__: rawMetadata = {}, ...rawTensors } = parseHeader(headerBytes, path)
  const metadata = z.record(z.string(), z.string()).safeParse(rawMetadata)
  if (!metadata.success) throw corrupt(path, 'its metadata are not texts')
  const tensors = new Map(Object.entries(rawTensors).map(([name, raw]) => [name, parseEntry(name, raw, path)]))
  const dataStart = LENGTH_BYTES + headerBytes.length
  checkOffsets(tensors, size - dataStart, path)
  return { tensors, metadata: metadata.data, dataStart }
}

function parseHeader(bytes: Buffer, path: string): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw corrupt(path, 'its header is not JSON', cause)
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw corrupt(path, 'its header is not an object')
  }
  return header as Record<string, unknown>
}

function parseEntry(name: string, raw: unknown, path: string): StoredTensor {
  const entry = headerEntry.safeParse(raw)
  if (!entry.success) {
    const issue = entry.error.issues[0]
    throw corrupt(path, `tensor "${name}": ${issue?.path.join('.')} ${issue?.message}`)
  }
  const { dtype, shape } = entry.data
  const [begin, end] = entry.data.data_offsets
  if (!isNumberType(dtype)) {
    throw corrupt(path, `tensor "${name}" is ${dtype}; only ${Object.keys(NUMBER_BYTES).join(', ')} can be read`)
  }
  const wanted = elements(shape) * NUMBER_BYTES[dtype]
  if (end - begin !== wanted) {
    throw corrupt(path, `tensor "${name}" has ${end - begin} bytes, ${dtype} [${shape}] wants ${wanted}`)
  }
  return { type: dtype, shape, begin, end }
}

/** Tensors must fill the data part without overlap or gap. */
function checkOffsets(tensors: ReadonlyMap<string, StoredTensor>, dataBytes: number, path: string): void {
  let position = 0
  let before = 'the header'
  for (const [name, { begin, end }] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin < position) throw corrupt(path, `tensor "${name}" overlaps "${before}"`)
    if (begin > position) throw corrupt(path, `there are ${begin - position} unused bytes before tensor "${name}"`)
    position = end
    before = name
  }
  if (position > dataBytes)
    throw corrupt(path, `tensor "${before}" ends ${position - dataBytes} bytes after the file's end`)
  if (position < dataBytes) throw corrupt(path, `${dataBytes - position} bytes after the last tensor belong to none`)
}

/** The format is little-endian, as is every machine that the product runs on. */
function toBytes(data: Float32Array | Int32Array, type: WrittenType): Uint8Array {
  if (type === 'F16') {
    const halves = new Uint16Array(data.length)
    for (let i = 0; i < data.length; i++) halves[i] = toHalf(data[i]!)
    return new Uint8Array(halves.buffer)
  }
  const typed = type === 'F32' ? asFloats(data) : asIntegers(data)
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength)
}

const asFloats = (data: Float32Array | Int32Array) => (data instanceof Float32Array ? data : Float32Array.from(data))
const asIntegers = (data: Float32Array | Int32Array) => (data instanceof Int32Array ? data : Int32Array.from(data))
