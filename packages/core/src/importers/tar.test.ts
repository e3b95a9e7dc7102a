import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTar } from './tar.ts'
import { drain, type Member, tar, temporaryFolder } from './testing/sources.ts'

async function read(bytes: Uint8Array, limit?: number) {
  await using temp = await temporaryFolder()
  const path = join(temp.path, 'images.tar')
  await writeFile(path, bytes)
  return await drain(readTar(path, limit))
}

test('reads plain files in order and passes over folders', async () => {
  const members = await read(
    await tar([
      ['a.jpg', 'first'],
      ['folder/', '', { type: 'directory' }],
      ['folder/b.jpg', ''],
    ]),
  )
  expect(members.map(({ name, data }) => [name, data.toString()])).toEqual([
    ['a.jpg', 'first'],
    ['folder/b.jpg', ''],
  ])
})

const hostile: [what: string, member: Member][] = [
  ['a symbolic link', ['link.jpg', '', { type: 'symlink', linkname: '/etc/passwd' }]],
  ['a hard link', ['link.jpg', '', { type: 'link', linkname: 'a.jpg' }]],
  ['a device', ['zero', '', { type: 'character-device' }]],
  ['an absolute path', ['/etc/passwd', 'x']],
  ['a parent path', ['train/../../x.jpg', 'x']],
  ['a drive', ['C:/x.jpg', 'x']],
  ['a backslash', ['..\\x.jpg', 'x']],
  ['a member above the limit', ['big.jpg', 'x'.repeat(200)]],
]
test.each(hostile)('refuses %s and names the member', async (_, member) => {
  const bytes = await tar([['a.jpg', 'fine'], member])
  await expect(read(bytes, 100)).rejects.toMatchObject({
    code: 'CORRUPT_ARCHIVE',
    message: expect.stringContaining(member[0]),
  })
})

test('refuses a truncated or garbled archive and says after which member', async () => {
  const bytes = await tar([
    ['a.jpg', 'x'.repeat(600)],
    ['b.jpg', 'y'.repeat(600)],
  ])
  await expect(read(bytes.subarray(0, 512 + 1024 + 512 + 100))).rejects.toMatchObject({
    code: 'CORRUPT_ARCHIVE',
    message: expect.stringContaining('a.jpg'),
  })
  await expect(read(Buffer.alloc(2048, 7))).rejects.toMatchObject({ code: 'CORRUPT_ARCHIVE' })
})

test('a missing archive is missing data', async () => {
  await expect(drain(readTar('/nowhere/images.tar'))).rejects.toMatchObject({ code: 'MISSING_DATA' })
})

test('a reader that stops early does not hang', async () => {
  await using temp = await temporaryFolder()
  const path = join(temp.path, 'images.tar')
  await writeFile(path, await tar(Array.from({ length: 50 }, (_, i): Member => [`${i}.jpg`, 'x'.repeat(100_000)])))
  for await (const { name } of readTar(path)) {
    expect(name).toBe('0.jpg')
    break
  }
})
