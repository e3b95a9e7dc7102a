import sharp from 'sharp'
import { AnamnesisError } from '../contracts/index.ts'

const MAX_BYTES = 64 * 1024 * 1024
const MAX_PIXELS = 100_000_000

/**
 * Reads header and pixels of a JPEG or PNG; a picture that passes can be decoded later.
 * @param name is named in the message
 * @throws CORRUPT_IMAGE, TOO_LARGE
 */
export async function checkImage(image: Uint8Array, name: string): Promise<void> {
  if (image.length > MAX_BYTES) {
    throw new AnamnesisError(
      'TOO_LARGE',
      `Image "${name}" has ${image.length} bytes; the limit is ${MAX_BYTES}. Make it smaller and import again.`,
    )
  }
  let pixels: number
  let format: string
  try {
    const header = await sharp(image, { limitInputPixels: false }).metadata()
    pixels = header.width * header.height
    format = header.format
  } catch (error) {
    throw corrupt(name, 'is not an image', error)
  }
  if (format !== 'jpeg' && format !== 'png') throw corrupt(name, `is ${format}, not JPEG or PNG`)
  if (pixels >= MAX_PIXELS) {
    throw new AnamnesisError(
      'TOO_LARGE',
      `Image "${name}" has ${pixels} pixels; it must have fewer than ${MAX_PIXELS}. Make it smaller and import again.`,
    )
  }
  try {
    // A small target lets the JPEG decoder skip most of the arithmetic; it still reads every byte of the stream.
    await sharp(image, { failOn: 'truncated', limitInputPixels: MAX_PIXELS })
      .resize(8, 8, { fit: 'fill', kernel: 'nearest' })
      .raw()
      .toBuffer()
  } catch (error) {
    throw corrupt(name, 'is damaged', error)
  }
}

function corrupt(name: string, what: string, cause?: unknown): AnamnesisError {
  return new AnamnesisError(
    'CORRUPT_IMAGE',
    `Image "${name}" ${what}. Replace it, or import with --skip-corrupt to leave such images out.`,
    { cause },
  )
}
