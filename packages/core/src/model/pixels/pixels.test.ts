import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadBackend, tf } from '../../backend/index.ts'
import { Random } from '../../contracts/index.ts'
import { findModelConfig } from '../configs.ts'
import { augmentPixels, gentleAugmentation } from './augment.ts'
import { augmentInThread, decodeImages, pixelsToTensor } from './pixels.ts'

const config = findModelConfig('test')

beforeAll(() => loadBackend())

const lanczos = (size: number) => ({ size, resize: { kernel: 'lanczos', mode: 'shortest' } }) as const
const bicubic = (size: number) => ({ size, resize: { kernel: 'bicubic', mode: 'shortest' } }) as const

const plain = (width: number, height: number, colour: { r: number; g: number; b: number; alpha?: number }) =>
  sharp({ create: { width, height, channels: colour.alpha === undefined ? 3 : 4, background: colour } })

describe('decoding images', () => {
  test('scales the shorter side and cuts the centre', async () => {
    const [width, height] = [30, 10]
    // Left third red, middle third green, right third blue: only the green square is left.
    const raw = Buffer.alloc(width * height * 3)
    for (let i = 0; i < width * height; i++) raw[i * 3 + Math.floor((i % width) / 10)] = 200
    const image = await sharp(raw, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer()
    const pixels = await decodeImages([image], lanczos(10))
    expect(pixels.length).toBe(300)
    for (let i = 0; i < pixels.length; i += 3) expect([...pixels.slice(i, i + 3)]).toEqual([0, 200, 0])
  })

  test('gives grey, 16-bit and transparent images three channels', async () => {
    const values = Uint8Array.from({ length: 64 }, () => 90)
    const raw = { raw: { width: 8, height: 8, channels: 1 as const } }
    const grey = await sharp(values, raw).toColourspace('b-w').png().toBuffer()
    const deep = await sharp(values, raw).toColourspace('grey16').png().toBuffer()
    const jpeg = await sharp(values, raw).toColourspace('b-w').jpeg().toBuffer()
    const seeThrough = await plain(8, 8, { r: 90, g: 90, b: 90, alpha: 1 }).png().toBuffer()
    const pixels = await decodeImages([grey, deep, jpeg, seeThrough], lanczos(4))
    expect(pixels.length).toBe(4 * 4 * 4 * 3)
    for (const value of pixels) expect(Math.abs(value - 90)).toBeLessThanOrEqual(1)
  })

  test('keeps the order of many images', async () => {
    const images = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        plain(5 + i, 6, { r: 10 * i, g: 0, b: 0 })
          .png()
          .toBuffer(),
      ),
    )
    const pixels = await decodeImages(images, lanczos(2))
    expect(Array.from({ length: 20 }, (_, i) => pixels[i * 12])).toEqual(Array.from({ length: 20 }, (_, i) => 10 * i))
  })

  test('names the image that cannot be decoded', async () => {
    const good = await plain(40, 40, { r: 1, g: 2, b: 3 }).jpeg().toBuffer()
    const cut = good.subarray(0, good.length - 40)
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>')
    await expect(decodeImages([good, cut], lanczos(4))).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringContaining('number 1'),
    })
    await expect(decodeImages([svg], lanczos(4), ['scan-7.png'])).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringContaining('scan-7.png is neither JPEG nor PNG'),
    })
    await expect(decodeImages([new Uint8Array(0)], lanczos(4))).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' })
  })

  test('refuses an image that is far too large before decoding it', async () => {
    const bomb = await plain(12_000, 12_000, { r: 0, g: 0, b: 0 }).png({ compressionLevel: 9 }).toBuffer()
    await expect(decodeImages([bomb], lanczos(4))).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringContaining('pixel limit'),
    })
  })
})

describe('worker threads', () => {
  const one = (value: number) =>
    plain(30, 20, { r: value, g: 0, b: 255 - value })
      .png()
      .toBuffer()

  test('give what one image alone gives, in order, for batches at the same time', async () => {
    const images = await Promise.all(Array.from({ length: 24 }, (_, i) => one(10 * i)))
    const alone = await Promise.all(images.map((image) => decodeImages([image], bicubic(8))))
    const batches = await Promise.all([images, images.toReversed()].map((list) => decodeImages(list, bicubic(8))))
    expect(batches[0]).toEqual(Uint8Array.from(alone.flatMap((pixels) => [...pixels])))
    expect(batches[1]).toEqual(Uint8Array.from(alone.toReversed().flatMap((pixels) => [...pixels])))
  })

  test('leave the bytes of the images alone and name the broken one', async () => {
    const images = await Promise.all(Array.from({ length: 6 }, (_, i) => one(i)))
    const copies = images.map((image) => Uint8Array.from(image))
    const broken = images.with(4, images[4]!.subarray(0, 30))
    const names = images.map((_, i) => `scan-${i}.png`)
    await expect(decodeImages(broken, bicubic(8), names)).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringContaining('scan-4.png cannot be decoded'),
    })
    expect(images.map((image) => Uint8Array.from(image))).toEqual(copies)
  })

  test('augment as the training thread would', async () => {
    const pixels = Uint8Array.from({ length: 3 * 8 * 8 * 3 }, (_, i) => (i * 37) % 256)
    const copy = pixels.slice()
    const there = await augmentInThread(pixels, 8, new Random(5))
    expect(there).toEqual(augmentPixels(pixels, 8, new Random(5), gentleAugmentation))
    expect(pixels).toEqual(copy)
  })
})

describe('normalising pixels', () => {
  test('subtracts the mean and divides by the deviation of each channel', () => {
    const { size } = config.image
    const pixels = new Uint8Array(size * size * 3)
    pixels.set([0, 128, 255])
    const before = tf.memory().numTensors
    tf.tidy(() => {
      const tensor = pixelsToTensor(pixels, { ...config, mean: [0.1, 0.2, 0.3], std: [0.5, 0.25, 2] })
      expect(tensor.shape).toEqual([1, size, size, 3])
      const [red, green, blue] = tensor.dataSync()
      expect(red).toBeCloseTo(-0.1 / 0.5, 6)
      expect(green).toBeCloseTo((128 / 255 - 0.2) / 0.25, 6)
      expect(blue).toBeCloseTo((1 - 0.3) / 2, 6)
    })
    expect(tf.memory().numTensors).toBe(before)
  })

  test('refuses a broken number of pixels', () => {
    expect(() => pixelsToTensor(new Uint8Array(7), config)).toThrow(/no whole number of 16 x 16 images/)
  })
})
