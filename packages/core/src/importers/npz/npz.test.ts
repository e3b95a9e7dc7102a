import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { drain, temporaryFolder } from '../testing/sources.ts'
import { openRows, readNumbers } from './npy.ts'
import { npy, type ZipEntry, zip } from './testing/zip.ts'
import { ZipReader } from './zip.ts'

const golden = (name: string) => fileURLToPath(new URL(`../medmnist/golden/${name}`, import.meta.url))
const ramp = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, i) => i % 251))

async function archive(bytes: Buffer) {
  const temp = await temporaryFolder()
  const path = join(temp.path, 'x.npz')
  await writeFile(path, bytes)
  return { path, [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose]() }
}

test('reads what numpy writes, stored and with signs', async () => {
  await using reader = await ZipReader.open(golden('numbers.npz'))
  expect(await readNumbers(reader, 'small.npy')).toEqual({ shape: [2, 3], values: [-3, -2, -1, 0, 1, 2] })
  expect(await readNumbers(reader, 'wide.npy')).toEqual({ shape: [2], values: [2 ** 40, -1] })
  await expect(readNumbers(reader, 'other.npy')).rejects.toMatchObject({
    code: 'MISSING_DATA',
    message: expect.stringContaining('small.npy'),
  })
})

test.each([
  ['stored', false, false],
  ['deflated', true, false],
  ['zip64', true, true],
])('reads an array block by block: %s', async (_, deflate, zip64) => {
  const data = ramp(5 * 300 * 300)
  await using file = await archive(zip([{ name: 'a.npy', data: npy([5, 300, 300], data), deflate }], zip64))
  await using reader = await ZipReader.open(file.path)
  const { array, rows } = await openRows(reader, 'a.npy', () => 1)
  expect(array).toEqual({ type: '|u1', shape: [5, 300, 300] })
  const blocks = await drain(rows())
  expect(blocks.map((block) => block.length)).toEqual([90_000, 90_000, 90_000, 90_000, 90_000])
  expect(Buffer.concat(blocks).equals(data)).toBe(true)
})

test('an empty array has no blocks', async () => {
  await using file = await archive(zip([{ name: 'a.npy', data: npy([0, 28, 28], Buffer.alloc(0)) }]))
  await using reader = await ZipReader.open(file.path)
  expect(await drain((await openRows(reader, 'a.npy', () => 1)).rows())).toEqual([])
})

describe('refuses an archive', () => {
  const data = npy([4], ramp(4))
  const one = (lie: ZipEntry['lie'], deflate = false): Buffer => zip([{ name: 'a.npy', data, deflate, lie }])
  test.each<[string, Buffer, RegExp]>([
    ['that is none', Buffer.from('hello'), /no zip archive/],
    ['that is empty', Buffer.alloc(0), /no zip archive/],
    ['that is cut off', one({}).subarray(0, 60), /no zip archive/],
    ['whose beginning is missing', one({}).subarray(20), /directory is damaged/],
    ['with a path that leads outside', zip([{ name: '../a.npy', data }]), /leads outside/],
    ['with an encrypted member', one({ flags: 1 }), /encrypted/],
    ['packed in another way', one({ method: 14 }), /method 14/],
    [
      'with the same name twice',
      zip([
        { name: 'a.npy', data },
        { name: 'a.npy', data },
      ]),
      /"a.npy" twice/,
    ],
    [
      'whose members overlap',
      zip([
        { name: 'a.npy', data },
        { name: 'b.npy', data, lie: { offset: 4 } },
      ]),
      /overlap|is not where/,
    ],
    ['with another name in the header', one({ localName: 'b.npy' }), /disagree/],
    ['with a wrong checksum', one({ crc: 1 }), /CRC-32/],
    ['that unpacks to more than it says', one({ size: 100 }, true), /100 bytes/],
    ['that unpacks to less than it says', one({ size: 1000 }, true), /1000 bytes/],
    [
      'with broken compression',
      zip([{ name: 'a.npy', data: ramp(200), lie: { method: 8, size: 999 } }]),
      /cannot be unpacked|999 bytes/,
    ],
    ['that reaches beyond its end', one({ compressed: 2 ** 31, size: 2 ** 31 }), /beyond its end/],
  ])('%s', async (_, bytes, message) => {
    await using file = await archive(bytes)
    const read = async () => {
      await using reader = await ZipReader.open(file.path)
      for (const member of reader.members.values()) await drain(reader.read(member))
    }
    await expect(read()).rejects.toMatchObject({ code: 'CORRUPT_ARCHIVE', message: expect.stringMatching(message) })
  })

  test('with thousands of members', async () => {
    const many = Array.from({ length: 1001 }, (_, i) => ({ name: `${i}.npy`, data: Buffer.alloc(1) }))
    await using file = await archive(zip(many))
    await expect(ZipReader.open(file.path)).rejects.toMatchObject({ code: 'CORRUPT_ARCHIVE' })
  })

  test('that is not there', async () => {
    await expect(ZipReader.open('/nowhere/x.npz')).rejects.toMatchObject({ code: 'MISSING_DATA' })
  })
})

describe('refuses an array', () => {
  test.each<[string, Buffer, RegExp]>([
    ['of Python objects, which would run code', npy([4], ramp(32), '|O'), /"\|O"/],
    ['of records', Buffer.from(npy([4], ramp(4)).toString('latin1').replace("'|u1'", "[('a')]"), 'latin1'), /records/],
    ['of big-endian numbers', npy([2], ramp(4), '>i2'), /">i2"/],
    ['stored column by column', npy([2, 2], ramp(4), '|u1', 'True'), /Fortran/],
    ['whose shape does not fit', npy([5], ramp(4)), /do not fit its shape/],
    ['whose shape is huge', npy([2 ** 40, 2 ** 40], ramp(4)), /do not fit its shape/],
    ['that is none', ramp(100), /no numpy array/],
    ['that ends in its header', npy([4], ramp(4)).subarray(0, 20), /inside its header/],
    ['of a future format', Buffer.concat([Buffer.from('\x93NUMPY\x09\x00', 'latin1'), ramp(90)]), /format 9/],
  ])('%s', async (_, data, message) => {
    await using file = await archive(zip([{ name: 'a.npy', data }]))
    await using reader = await ZipReader.open(file.path)
    await expect(readNumbers(reader, 'a.npy')).rejects.toMatchObject({
      code: 'CORRUPT_ARCHIVE',
      message: expect.stringMatching(message),
    })
  })
})
