import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SafetensorsReader, writeSafetensors } from './safetensors.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'))
  path = join(folder, 'weights.safetensors')
})
afterEach(() => rm(folder, { recursive: true }))

/** A file with any header, right or wrong, and `bytes` bytes of data. */
async function writeRaw(header: unknown, bytes: number, claimedLength?: number): Promise<void> {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(claimedLength ?? text.length))
  await writeFile(path, Buffer.concat([length, text, Buffer.alloc(bytes)]))
}

const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})

describe('a safetensors file', () => {
  test('gives back what was written, halves rounded', async () => {
    await writeSafetensors(
      path,
      [
        { name: 'a', type: 'F32', shape: [2, 2], data: Float32Array.of(1, -2.5, 3e-8, 1e30) },
        { name: 'h', type: 'F16', shape: [3], data: () => Float32Array.of(0.1, 65504, -0.5) },
        { name: 'n', type: 'I32', shape: [2, 1], data: async () => Int32Array.of(-7, 2147483647) },
        { name: 'scalar', type: 'F32', shape: [], data: Float32Array.of(4.5) },
        { name: 'none', type: 'F32', shape: [0, 3], data: new Float32Array(0) },
      ],
      { made: 'by a test' },
    )
    await using reader = await SafetensorsReader.open(path)
    expect(reader.metadata).toEqual({ made: 'by a test' })
    expect([...reader.tensors.keys()]).toEqual(['a', 'h', 'n', 'scalar', 'none'])
    expect(await reader.read('a')).toEqual(Float32Array.of(1, -2.5, 3e-8, 1e30))
    const halves = await reader.read('h')
    expect(halves[0]).toBeCloseTo(0.1, 4)
    expect([...halves.slice(1)]).toEqual([65504, -0.5])
    expect(await reader.read('n')).toEqual(Int32Array.of(-7, 2147483647))
    expect(await reader.read('scalar')).toEqual(Float32Array.of(4.5))
    expect((await reader.read('none')).length).toBe(0)
    expect(reader.tensors.get('a')?.begin).toBe(0)
  })

  test('has its data at a multiple of eight bytes', async () => {
    await writeSafetensors(path, [{ name: 'x', type: 'F32', shape: [1], data: Float32Array.of(1) }])
    const bytes = await readFile(path)
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0)
  })

  test('stays the old one when writing fails half way', async () => {
    await writeSafetensors(path, [{ name: 'x', type: 'F32', shape: [1], data: Float32Array.of(1) }])
    const before = await readFile(path)
    const failing = () => Promise.reject(new Error('no more values'))
    await expect(
      writeSafetensors(path, [
        { name: 'x', type: 'F32', shape: [1], data: Float32Array.of(2) },
        { name: 'y', type: 'F32', shape: [1], data: failing },
      ]),
    ).rejects.toThrow('no more values')
    expect(await readFile(path)).toEqual(before)
    expect(await readdir(folder)).toEqual(['weights.safetensors'])
  })

  test.each([
    ['a header longer than the file', () => writeRaw({}, 0, 1000), /header claims 1000 bytes/],
    ['an absurd header length', () => writeRaw({}, 0, 2 ** 52), /header claims/],
    ['a header that is not JSON', () => writeRaw('{"a":', 0), /not JSON/],
    ['a header that is a list', () => writeRaw([], 0), /not an object/],
    ['an entry without offsets', () => writeRaw({ a: { dtype: 'F32', shape: [1] } }, 4), /tensor "a": data_offsets/],
    ['a negative size', () => writeRaw({ a: entry('F32', [-1], 0, 4) }, 4), /tensor "a": shape/],
    ['an unknown type', () => writeRaw({ a: entry('F8_E4M3', [2], 0, 2) }, 2), /tensor "a" is F8_E4M3/],
    ['a type named like an object member', () => writeRaw({ a: entry('toString', [1], 0, 2) }, 2), /"a" is toString/],
    ['a shape that does not fit', () => writeRaw({ a: entry('F32', [3], 0, 8) }, 8), /tensor "a" has 8 bytes/],
    [
      'overlapping tensors',
      () => writeRaw({ a: entry('F32', [2], 0, 8), b: entry('F32', [2], 4, 12) }, 12),
      /tensor "b" overlaps "a"/,
    ],
    [
      'a gap between tensors',
      () => writeRaw({ a: entry('F32', [1], 0, 4), b: entry('F32', [1], 8, 12) }, 12),
      /4 unused bytes before tensor "b"/,
    ],
    ['a cut file', () => writeRaw({ a: entry('F32', [4], 0, 16) }, 12), /"a" ends 4 bytes after/],
    ['bytes too many', () => writeRaw({ a: entry('F32', [1], 0, 4) }, 6), /2 bytes after the last tensor/],
    ['too short a file', () => writeFile(path, 'abc'), /only 3 bytes/],
  ])('is refused with %s', async (_what, write, message) => {
    await write()
    await expect(SafetensorsReader.open(path)).rejects.toMatchObject({
      code: 'CORRUPT_WEIGHTS',
      message: expect.stringMatching(message),
    })
  })

  test('names the tensor that holds a value which is no number', async () => {
    await writeSafetensors(path, [
      { name: 'good', type: 'F32', shape: [1], data: Float32Array.of(1) },
      { name: 'bad', type: 'F16', shape: [2], data: Float32Array.of(0, Number.NaN) },
    ])
    await using reader = await SafetensorsReader.open(path)
    await expect(reader.read('bad')).rejects.toMatchObject({
      code: 'CORRUPT_WEIGHTS',
      message: expect.stringContaining('"bad" holds NaN at position 1'),
    })
    await expect(reader.read('other')).rejects.toMatchObject({ code: 'CORRUPT_WEIGHTS' })
  })

  test('that is absent is missing data', async () => {
    await expect(SafetensorsReader.open(join(folder, 'no'))).rejects.toMatchObject({ code: 'MISSING_DATA' })
  })
})
