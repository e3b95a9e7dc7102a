import sharp from 'sharp'
import { type Tensor4D, tf } from '../backend/index.ts'
import { AnamnesisError, type ModelConfig } from '../contracts/index.ts'

const CHANNELS = 3
/** A larger image is refused before it is decoded (a small file can claim any size). */
const LARGEST_IMAGE = 100_000_000 // pixels
/** Images decoded at a time; sharp works on its own threads. */
const AT_ONCE = 8

/**
 * Decodes images, scales the shorter side to `size` and cuts the centre square.
 * @param images JPEG or PNG bytes
 * @param names what to call an image in an error; its index when absent
 * @returns [n, size, size, 3], red, green, blue in 0..255; grey images have three equal channels
 * @throws CORRUPT_IMAGE naming the image
 */
export async function decodeImages(
  images: readonly Uint8Array[],
  size: number,
  names?: readonly string[],
): Promise<Uint8Array> {
  const bytes = size * size * CHANNELS
  const pixels = new Uint8Array(images.length * bytes)
  for (let first = 0; first < images.length; first += AT_ONCE) {
    const group = images.slice(first, first + AT_ONCE)
    await Promise.all(
      group.map(async (image, i) => {
        const index = first + i
        pixels.set(await decodeImage(image, size, names?.[index] ?? `number ${index}`), index * bytes)
      }),
    )
  }
  return pixels
}

async function decodeImage(image: Uint8Array, size: number, name: string): Promise<Uint8Array> {
  // The signature is checked first: sharp would also read vector graphics and other formats with a larger attack surface.
  if (!isJpeg(image) && !isPng(image)) {
    throw new AnamnesisError('CORRUPT_IMAGE', `Image ${name} is neither JPEG nor PNG. Replace it or leave it out.`)
  }
  try {
    return await sharp(image, { failOn: 'error', limitInputPixels: LARGEST_IMAGE })
      .autoOrient()
      .resize(size, size, { fit: 'cover', position: 'centre' })
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer()
  } catch (cause) {
    throw new AnamnesisError(
      'CORRUPT_IMAGE',
      `Image ${name} cannot be decoded: ${(cause as Error).message}. Replace it or leave it out.`,
      { cause },
    )
  }
}

const isJpeg = (bytes: Uint8Array) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff
const isPng = (bytes: Uint8Array) =>
  bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47 && bytes[4] === 0x0d

/**
 * Normalised pixels of decoded images. The work is done on the host by table: a float tensor goes to the engine once,
 * without a cast and two element-wise passes there.
 * @param pixels [n, size, size, 3] as `decodeImages` gives them
 * @returns [n, size, size, 3], (value / 255 - mean) / std per channel
 */
export function pixelsToTensor(pixels: Uint8Array, config: ModelConfig): Tensor4D {
  const { size } = config.image
  const perImage = size * size * CHANNELS
  if (pixels.length % perImage !== 0) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `${pixels.length} pixel values are no whole number of ${size} x ${size} images.`,
    )
  }
  const [red, green, blue] = [0, 1, 2].map((channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - config.mean[channel]!) / config.std[channel]!),
  ) as [Float32Array, Float32Array, Float32Array]
  const values = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i += CHANNELS) {
    values[i] = red[pixels[i]!]!
    values[i + 1] = green[pixels[i + 1]!]!
    values[i + 2] = blue[pixels[i + 2]!]!
  }
  return tf.tensor4d(values, [pixels.length / perImage, size, size, CHANNELS], 'float32')
}
