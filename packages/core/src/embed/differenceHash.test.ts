import sharp from 'sharp'
import { expect, it } from 'vitest'
import { Random } from '../contracts/index.ts'
import { differenceHash, hashDistance } from './differenceHash.ts'

/** Smooth random picture. */
async function picture(seed: number, side = 96): Promise<Uint8Array> {
  const random = new Random(seed)
  const raw = Buffer.from(Array.from({ length: 64 }, () => random.int(256)))
  return sharp(raw, { raw: { width: 8, height: 8, channels: 1 } })
    .resize(side, side, { kernel: 'cubic' })
    .png()
    .toBuffer()
}

it('hardly changes when a picture is scaled, recompressed and made brighter', async () => {
  const image = await picture(1)
  const copy = await sharp(image).resize(61, 61).linear(1.1, 8).jpeg({ quality: 60 }).toBuffer()
  expect(hashDistance(await differenceHash(image), await differenceHash(copy))).toBeLessThanOrEqual(4)
})

it('differs much between pictures, and says nothing about flat ones', async () => {
  expect(hashDistance(await differenceHash(await picture(1)), await differenceHash(await picture(2)))).toBeGreaterThan(
    16,
  )
  const flat = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'black' } })
    .png()
    .toBuffer()
  expect(await differenceHash(flat)).toBeNull()
  expect(hashDistance(null, null)).toBe(64)
})

it('refuses what is no image', async () => {
  await expect(differenceHash(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' })
})
