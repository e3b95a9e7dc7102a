import sharp from 'sharp'
import { AnamnesisError } from '../contracts/index.ts'
import { checkImage } from './image.ts'

/** A picture with this many pixels or more is not decoded. */
const MAX_PIXELS = 100_000_000
const QUALITY = 95

/**
 * A picture of an article as a corpus stores it: JPEG and PNG as they are, TIFF, GIF and WebP as PNG; with `maxSide` made
 * smaller. Its size is read from the header before anything is decoded.
 * @param name is named in the message
 * @throws CORRUPT_IMAGE, TOO_LARGE
 */
export async function literatureImage(bytes: Uint8Array, name: string, maxSide: number | null): Promise<Uint8Array> {
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => null)
  const kept = header === null || header.format === 'jpeg' || header.format === 'png'
  const pixels = header ? header.width * header.height : 0
  const large = maxSide !== null && header !== null && Math.max(header.width, header.height) > maxSide
  if (pixels >= MAX_PIXELS) {
    throw new AnamnesisError(
      'TOO_LARGE',
      `Image "${name}" has ${pixels} pixels; it must have fewer than ${MAX_PIXELS}.`,
    )
  }
  if (kept && !large) {
    await checkImage(bytes, name)
    return bytes
  }
  try {
    const image = sharp(bytes, { failOn: 'truncated', limitInputPixels: MAX_PIXELS })
    const fitted = large ? image.autoOrient().resize(maxSide, maxSide, { fit: 'inside' }) : image
    return await (header!.format === 'jpeg' ? fitted.jpeg({ quality: QUALITY }) : fitted.png()).toBuffer()
  } catch (error) {
    throw new AnamnesisError('CORRUPT_IMAGE', `Image "${name}" is damaged.`, { cause: error })
  }
}

let card: Promise<Uint8Array> | null = null

/** The plain grey picture that stands in for one that is missing. */
export function missingCard(): Promise<Uint8Array> {
  card ??= sharp({ create: { width: 32, height: 32, channels: 3, background: '#808080' } })
    .png()
    .toBuffer()
  return card
}
