import { extname } from 'node:path'
import sharp from 'sharp'

const MAX_PIXELS = 400_000_000

/**
 * Bytes of an image as a data set stores it: JPEG and PNG as they are, TIFF as PNG. With `maxSide` larger pictures are
 * made smaller (JPEG stays JPEG, everything else becomes PNG), so that photographs of many megapixels need little room.
 * An image that cannot be read is passed on as it is: the check of every import names it.
 */
export async function storableImage(bytes: Uint8Array, name: string, maxSide: number | null): Promise<Uint8Array> {
  const tiff = ['.tif', '.tiff'].includes(extname(name).toLowerCase())
  if (!tiff && maxSide === null) return bytes
  try {
    const image = sharp(bytes, { failOn: 'truncated', limitInputPixels: MAX_PIXELS })
    const { width, height, format } = await image.metadata()
    const large = maxSide !== null && Math.max(width, height) > maxSide
    if (!tiff && !large) return bytes
    const fitted = large ? image.autoOrient().resize(maxSide, maxSide, { fit: 'inside' }) : image
    return await (format === 'jpeg' ? fitted.jpeg({ quality: 95 }) : fitted.png()).toBuffer()
  } catch {
    return bytes
  }
}
